import type * as CopyPosition from "@bedside/core/CopyPosition"
import * as Events from "@bedside/core/Events"
import * as Jobs from "@bedside/core/Jobs"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const at = Given.instant("2026-03-01T12:00:00.500Z")

const eventId = () => Events.EventId.make(Given.text())

const details = (patientId: Patient.PatientId, sequence: number) => ({
  id: eventId(),
  patientId,
  sequence,
  at,
  version: 1 as const
})

const toldPatient = (changes: Partial<Events.ToldPatient> = {}): Events.ToldPatient => {
  const { id: _, identifiers: __, hasPhoto: ___, ...told } = Given.patient()
  return { ...told, ...changes }
}

const registered = (
  id: Patient.PatientId,
  sequence = 1,
  changes: Partial<Events.ToldPatient> = {}
): Events.Event => ({
  ...details(id, sequence),
  source: "patients",
  type: sequence === 1 ? "patient.registered" : "patient.changed",
  data: toldPatient({ version: sequence, ...changes })
})

const erased = (
  id: Patient.PatientId,
  sequence: number,
  source: Events.Source = "patients"
): Events.Event => ({ ...details(id, sequence), source, type: "patient.erased", data: {} })

const toldMeasurement = (
  changes: Partial<Events.ToldMeasurement> = {}
): Events.ToldMeasurement => ({
  id: Given.measurementId(),
  vital: "heart-rate",
  value: 72,
  unit: "/min",
  observedAt: Given.time("2026-03-01T10:00:00.000+02:00"),
  receivedAt: at,
  recordedAt: at,
  source: "monitor",
  flag: null,
  version: 1,
  ...changes
})

const recorded = (
  id: Patient.PatientId,
  sequence: number,
  ...[first = toldMeasurement(), ...rest]: ReadonlyArray<Events.ToldMeasurement>
): Events.Event => ({
  ...details(id, sequence),
  source: "measurements",
  type: "measurement.recorded",
  data: { measurements: [first, ...rest] }
})

const minute = (number: number) => Given.time(`10:${String(number).padStart(2, "0")}`)

/** Heart rates of 1, 2, 3 …, one at each place of a stream. */
const series = (id: Patient.PatientId, count: number) =>
  Given.times(count, (index) =>
    recorded(id, index + 1, toldMeasurement({ value: index + 1, observedAt: minute(index) }))
  )

const hear = (...events: ReadonlyArray<Events.Event>) =>
  Ports.Copies.use((copies) => copies.hear(events.map((event) => ({ _tag: "event", event }))))

const values = (id: Patient.PatientId) =>
  Ports.Measurements.use((port) => port.history(id, {}, { limit: 100 })).pipe(
    Effect.map((all) => all.map(({ value }) => value))
  )

const unfit = (
  event: Events.Event,
  reason: CopyPosition.Reason = "unknown"
): Extract<Ports.Heard, { readonly _tag: "unfit" }> => {
  const envelope = { ...event, type: "measurement.forecast", version: 2 }
  return {
    _tag: "unfit",
    envelope,
    reason,
    content: { ...Events.write(event), ...envelope, at: "2026-03-01T12:00:00.500Z" }
  }
}

const parkedOf = (id: Patient.PatientId) =>
  Ports.Copies.use((copies) => copies.parked({ limit: 1_000 })).pipe(
    Effect.map((all) => all.filter(({ patientId }) => patientId === id))
  )

/** The requests that were offered for a stream. */
const asked = (id: Patient.PatientId | "all", source: Events.Source) =>
  Ports.JobQueue.use((queue) => queue.list({}, { limit: 1_000 })).pipe(
    Effect.map(
      (jobs) => jobs.filter((job) => job.id.startsWith(`request-events:${source}:${id}:`)).length
    )
  )

const written = Schema.encodeSync(Events.Event)

export const copies = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Copies", () => {
    it.effect("of patients are patients, without what is not told, and follow every change", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const id = Given.patientId()
        expect(yield* hear(registered(id), registered(id, 2, { familyName: "Byron" }))).toEqual([
          "applied",
          "applied"
        ])
        expect(Given.written.patient(yield* patients.find(id))).toEqual({
          ...Given.written.patient(Given.patient({ id, version: 2, familyName: "Byron" }))
        })
        expect(yield* hear(erased(id, 3))).toEqual(["applied"])
        expect(yield* Given.refusal(patients.find(id))).toEqual(Given.notFound("patient"))
      })
    )

    it.effect(
      "of measurements have the ids, the offsets and the earlier values of the originals",
      () =>
        Effect.gen(function* () {
          const measurements = yield* Ports.Measurements
          const { id } = yield* Given.patientOnRecord()
          const panel = Given.panelId()
          const writtenBy = Given.accountId()
          const one = toldMeasurement({ panel, writtenBy })
          const code = toldMeasurement({ vital: "consciousness", value: "alert" })
          const { unit: _, ...coded } = code
          expect(yield* hear(recorded(id, 1, one, coded))).toEqual(["applied"])
          const { writtenBy: __, ...record } = one
          const found = yield* measurements.find(one.id)
          expect(Given.written.measurement(found.measurement)).toEqual(
            Given.written.measurement({ ...record, patientId: id })
          )
          expect(found.writtenBy).toBe(writtenBy)
          expect(Given.ids(yield* measurements.panel(panel))).toEqual([one.id])
          expect((yield* measurements.find(coded.id)).measurement.value).toBe("alert")

          const replaced = [{ value: 72, recordedAt: at, replacedAt: at }]
          const correction = { ...one, value: 300, version: 2, replaced }
          const corrected: Events.Event = {
            ...details(id, 2),
            source: "measurements",
            type: "measurement.corrected",
            data: {
              measurements: [
                { ...correction, flag: { code: "implausible", expected: "20 to 250 /min" } }
              ]
            }
          }
          expect(yield* hear(corrected)).toEqual(["applied"])
          const changed = yield* measurements.find(one.id)
          expect(changed.measurement).toMatchObject({ value: 300, version: 2 })
          expect(changed.measurement.flag).not.toBeNull()
          expect(changed.replaced.map(({ value }) => value)).toEqual([72])

          const deleted: Events.Event = {
            ...details(id, 3),
            source: "measurements",
            type: "measurement.deleted",
            data: { measurementId: one.id }
          }
          expect(yield* hear(deleted)).toEqual(["applied"])
          expect(yield* values(id)).toEqual(["alert"])
        })
    )

    it.effect("take each event once and in its turn, in whatever order they come", () =>
      Effect.gen(function* () {
        const { id } = yield* Given.patientOnRecord()
        const [one, two, three, four] = series(id, 4)
        if (!one || !two || !three || !four) return expect.fail("four events")
        expect(yield* hear(three, one, one, four)).toEqual(["waits", "applied", "known", "waits"])
        expect(yield* values(id)).toEqual([1])
        expect(yield* hear(three, two, four)).toEqual(["known", "applied", "known"])
        expect(yield* values(id)).toEqual([1, 2, 3, 4])
        expect(yield* hear(one, two, three, four)).toEqual(["known", "known", "known", "known"])
        expect(yield* values(id)).toEqual([1, 2, 3, 4])
      })
    )

    it.effect("are right when many listen at once", () =>
      Effect.gen(function* () {
        const { id } = yield* Given.patientOnRecord()
        const events = series(id, 12)
        const backwards = events.toReversed()
        const both = [...events, ...backwards].map((event) => hear(event))
        const results = yield* Given.atOnce([...both, hear(...events)])
        expect(Given.failures(results)).toEqual([])
        expect(yield* values(id)).toEqual(Given.times(12, (index) => index + 1))
      })
    )

    it.effect("of one stream wait for its gap, and no other stream with them", () =>
      Effect.gen(function* () {
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const [, second] = series(id, 2)
        const [first] = series(other, 1)
        if (!second || !first) return expect.fail("two events")
        expect(yield* hear(second, first)).toEqual(["waits", "applied"])
        expect(yield* values(other)).toEqual([1])
      })
    )

    it.effect("of measurements of nobody on record are passed over, and the stream goes on", () =>
      Effect.gen(function* () {
        const id = Given.patientId()
        const [one, two] = series(id, 2)
        if (!one || !two) return expect.fail("two events")
        expect(yield* hear(one, two)).toEqual(["applied", "applied"])
        expect(yield* values(id)).toEqual([])
      })
    )

    it.effect("end with the event that closes a stream, whatever is missing before it", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const id = Given.patientId()
        expect(yield* hear(registered(id), registered(id, 3), erased(id, 7))).toEqual([
          "applied",
          "waits",
          "applied"
        ])
        expect(yield* Given.refusal(patients.find(id))).toEqual(Given.notFound("patient"))
        expect(yield* hear(registered(id, 3), registered(id, 2))).toEqual(["known", "known"])
        expect(yield* Given.refusal(patients.find(id))).toEqual(Given.notFound("patient"))

        const { id: stays } = yield* Given.patientOnRecord()
        yield* hear(...series(stays, 2), erased(stays, 3, "measurements"))
        expect(yield* values(stays)).toEqual([])
        expect((yield* patients.find(stays)).id).toBe(stays)
      })
    )

    it.effect("go on without what is not known here, which is parked and told of", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Copies
        const { id } = yield* Given.patientOnRecord()
        const [one, two, three, four] = series(id, 4)
        if (!one || !two || !three || !four) return expect.fail("four events")
        // The unknown one waits for its turn like any other.
        expect(yield* port.hear([unfit(three)])).toEqual(["waits"])
        expect(yield* parkedOf(id)).toEqual([])
        expect(yield* hear(one, two, four)).toEqual(["applied", "applied", "applied"])
        expect(yield* values(id)).toEqual([1, 2, 4])
        expect(yield* parkedOf(id)).toMatchObject([
          {
            source: "measurements",
            sequence: 3,
            through: 3,
            reason: "unknown",
            type: "measurement.forecast",
            version: 2
          }
        ])
        expect(yield* port.hear([unfit(three)])).toEqual(["known"])
        expect(yield* parkedOf(id)).toHaveLength(1)
      })
    )

    it.effect("step over what their source has no more, once it has answered", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Copies
        const { id } = yield* Given.patientOnRecord()
        const [one, , , four] = series(id, 4)
        if (!one || !four) return expect.fail("four events")
        yield* hear(one, four)
        const answer = (through: number) =>
          port.hear([{ _tag: "answer", source: "measurements", patientId: id, through }])
        expect(yield* answer(4)).toEqual(["applied"])
        expect(yield* values(id)).toEqual([1, 4])
        expect(yield* parkedOf(id)).toMatchObject([
          { sequence: 2, through: 3, reason: "missing", type: null, version: null, at: null }
        ])
        expect(yield* answer(4)).toEqual(["known"])
      })
    )

    it.effect("ask for what has been missing for a while, once until they may ask again", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Copies
        const { id } = yield* Given.patientOnRecord()
        const [one, , three] = series(id, 3)
        if (!one || !three) return expect.fail("three events")
        yield* hear(one, three)
        yield* port.ask(Given.instant("2020-01-01T00:00:00Z"))
        expect(yield* asked(id, "measurements")).toBe(0)
        const soon = DateTime.addDuration(yield* DateTime.now, "1 minute")
        expect(yield* port.ask(soon)).toBeGreaterThan(0)
        expect(yield* asked(id, "measurements")).toBe(1)
        yield* port.ask(DateTime.subtractDuration(soon, "2 minutes"))
        expect(yield* asked(id, "measurements")).toBe(1)
      })
    )

    it.effect("tell up to when they are whole: the last heartbeat, or before a gap", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Copies
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const beat = (time: DateTime.Utc) =>
          port.hear([{ _tag: "heartbeat", source: "measurements", at: time }])
        const [one, two, three] = series(id, 3)
        if (!one || !two || !three) return expect.fail("three events")
        const [early, later] = [
          Given.instant("2026-03-01T13:00:00Z"),
          Given.instant("2026-03-01T14:00:00Z")
        ]
        expect(yield* beat(early)).toEqual(["applied"])
        yield* hear(one, three)
        yield* beat(later)
        yield* beat(early)
        expect(yield* port.toldUpTo("measurements", id)).toEqual(early)
        expect(yield* port.toldUpTo("measurements", other)).toEqual(later)
        expect(yield* port.toldUpTo("measurements")).toEqual(later)
        yield* hear(two)
        expect(yield* port.toldUpTo("measurements", id)).toEqual(later)
        const standing = (yield* port.standing).find(({ source }) => source === "measurements")
        expect(standing).toMatchObject({ heardAt: later, rebuilding: false })
      })
    )

    it.effect(
      "ask for everything when they begin, and are rebuilt from it without being emptied",
      () =>
        Effect.gen(function* () {
          const port = yield* Ports.Copies
          const { id } = yield* Given.patientOnRecord()
          const { id: forgotten } = yield* Given.patientOnRecord()
          yield* hear(...series(id, 3), ...series(forgotten, 1))
          const before = yield* asked("all", "measurements")
          yield* port.rebuild("measurements")
          yield* port.begin("measurements")
          expect((yield* asked("all", "measurements")) - before).toBe(1)
          expect(yield* values(id)).toEqual([1, 2, 3])
          const heartbeat = { _tag: "heartbeat", source: "measurements", at } as const
          expect(yield* port.hear([heartbeat])).toEqual(["passed-over"])
          expect(yield* port.ask(DateTime.addDuration(yield* DateTime.now, "1 minute"))).toBe(0)

          const [one, two] = series(id, 2)
          if (!one || !two) return expect.fail("two events")
          expect(yield* hear(one)).toEqual(["applied"])
          expect(yield* values(id)).toEqual([1])
          yield* hear(two)
          const end = {
            _tag: "answer",
            source: "measurements",
            patientId: null,
            through: 0
          } as const
          expect(yield* port.hear([end, heartbeat])).toEqual(["applied", "applied"])
          expect(yield* values(id)).toEqual([1, 2])
          expect(yield* values(forgotten)).toEqual([])
        })
    )

    it.effect("leave no jobs and tell nothing themselves", () =>
      Effect.gen(function* () {
        const id = Given.patientId()
        yield* hear(registered(id), ...series(id, 1))
        const jobs = yield* Ports.JobQueue.use((queue) => queue.list({}, { limit: 1_000 }))
        expect(jobs.filter((job) => job.id.includes(id))).toEqual([])
        expect(yield* Ports.EventLog.use((log) => log.stream(id))).toBeUndefined()
      })
    )
  })
}

const told = (id: Patient.PatientId, after = 0) =>
  Ports.EventLog.use((log) => log.read(id, { limit: 100, after }))

const shape = (events: ReadonlyArray<Events.Event>) =>
  events.map(({ sequence, type, source }) => [sequence, type, source])

export const tellingPatients = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("A store that tells of patients", () => {
    it.effect("has an event for each change, without contact, and a job for each", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const log = yield* Ports.EventLog
        const email = `${Given.text()}@example.org`
        const { id } = yield* Given.patientOnRecord({ email, phone: "+4915112345678" })
        yield* patients.change(id, (current) =>
          Result.succeed({ ...current, familyName: "Byron", version: 2 })
        )
        const events = yield* told(id)
        expect(shape(events)).toEqual([
          [1, "patient.registered", "patients"],
          [2, "patient.changed", "patients"]
        ])
        expect(JSON.stringify(events.map((event) => written(event)))).not.toMatch(
          /example\.org|\+49/
        )
        expect(events[1]?.data).toMatchObject({ familyName: "Byron", version: 2 })
        for (const through of [1, 2]) {
          expect(yield* Given.isOffered(Jobs.PublishEvents.make({ patientId: id, through }))).toBe(
            true
          )
        }
        expect(yield* log.stream(id)).toEqual({ patientId: id, last: 2, published: 0 })
      })
    )

    it.effect("tells nothing of a change that was refused", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const email = `${Given.text()}@example.org`
        yield* Given.patientOnRecord({ email })
        const other = Given.patient({ email })
        yield* Effect.flip(patients.insert(other))
        const { id } = yield* Given.patientOnRecord()
        yield* Effect.flip(patients.change(id, () => Result.fail("no")))
        expect(yield* told(other.id)).toEqual([])
        expect(shape(yield* told(id))).toHaveLength(1)
      })
    )

    it.effect("forgets what it told of a patient who is erased, and says that they are", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const { id } = yield* Given.patientOnRecord()
        yield* patients.change(id, (current) => Result.succeed({ ...current, version: 2 }))
        yield* patients.remove(id, () => Result.void)
        const events = yield* told(id)
        expect(shape(events)).toEqual([[3, "patient.erased", "patients"]])
        expect(events[0]?.data).toEqual({})
      })
    )

    it.effect("tells of a registration, and of its confirmation once", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const given = Given.registration()
        const [{ id }] = given
        yield* patients.register(...given)
        const confirm = patients.confirm(id, (waiting) =>
          Result.succeed({ ...waiting, status: "confirmed" as const })
        )
        yield* confirm
        yield* confirm
        expect(shape(yield* told(id))).toEqual([
          [1, "patient.registered", "patients"],
          [2, "patient.changed", "patients"]
        ])
      })
    )

    it.effect("lists the streams, and what was not published of any", () =>
      Effect.gen(function* () {
        const log = yield* Ports.EventLog
        const patients = yield* Ports.Patients
        const ids = yield* Effect.forEach(
          Given.times(3, () => 0),
          () => Effect.map(Given.patientOnRecord(), ({ id }) => id)
        )
        const [first, second, third] = ids
        if (!first || !second || !third) return expect.fail("three patients")
        yield* patients.change(second, (current) => Result.succeed({ ...current, version: 2 }))
        const mark = (...marks: ReadonlyArray<readonly [Patient.PatientId, number]>) =>
          log.published(marks.map(([patientId, through]) => ({ patientId, through })))
        const behind = Effect.map(log.unpublished(1_000), (all) =>
          all
            .filter(({ patientId }) => ids.includes(patientId))
            .map(({ patientId, sequence }) => [patientId, sequence])
        )
        expect(yield* behind).toEqual([
          [first, 1],
          [second, 1],
          [second, 2],
          [third, 1]
        ])
        expect(yield* log.unpublished(2)).toHaveLength(2)
        yield* mark([first, 1], [second, 1])
        const all = yield* Given.inPages(log.streams, ({ patientId }) => patientId, 2)
        expect(all.filter(({ patientId }) => ids.includes(patientId))).toEqual([
          { patientId: first, last: 1, published: 1 },
          { patientId: second, last: 2, published: 1 },
          { patientId: third, last: 1, published: 0 }
        ])
        expect(yield* behind).toEqual([
          [second, 2],
          [third, 1]
        ])
        yield* mark([second, 2])
        yield* mark([second, 1])
        yield* mark()
        expect(yield* behind).toEqual([[third, 1]])
        expect(shape(yield* told(second, 1))).toEqual([[2, "patient.changed", "patients"]])
      })
    )

    it.effect("numbers events without gaps, whoever changes the patient at the same time", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const { id } = yield* Given.patientOnRecord()
        const change = patients.change(id, (current) =>
          Result.succeed({ ...current, version: current.version + 1 })
        )
        yield* Given.atOnce(Given.times(8, () => change))
        const events = yield* told(id)
        expect(events.map(({ sequence }) => sequence)).toEqual(Given.times(9, (index) => index + 1))
        expect(events.map(({ data }) => ("version" in data ? data.version : undefined))).toEqual(
          Given.times(9, (index) => index + 1)
        )
      })
    )
  })
}

export const tellingMeasurements = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("A store that tells of measurements", () => {
    it.effect("has one event for a batch, one for what it corrected, one for what is removed", () =>
      Effect.gen(function* () {
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        expect(yield* told(id)).toEqual([])
        const [one, two] = [Given.draft(), Given.draft({ vital: "weight", value: 70 })]
        const writtenBy = Given.accountId()
        yield* measurements.record(Given.batch(id, [one, two], { writtenBy }))
        yield* measurements.record(Given.batch(id, [Given.draft(), Given.draft({ value: 80 })]))
        yield* measurements.correct(one.id, () =>
          Result.succeed({ to: { value: 300, implausible: true }, jobs: [] })
        )
        yield* measurements.remove(two.id, () => Result.succeed([]))
        const events = yield* told(id)
        expect(shape(events)).toEqual([
          [1, "measurement.recorded", "measurements"],
          [2, "measurement.corrected", "measurements"],
          [3, "measurement.corrected", "measurements"],
          [4, "measurement.deleted", "measurements"]
        ])
        const [recordedOnce, , corrected, deleted] = events
        expect(recordedOnce?.data).toMatchObject({
          measurements: [
            { id: one.id, value: 72, unit: "/min", writtenBy, version: 1, flag: null },
            { id: two.id, value: 70, unit: "kg" }
          ]
        })
        expect(corrected?.data).toMatchObject({
          measurements: [
            { id: one.id, value: 300, version: 3, replaced: [{ value: 72 }, { value: 80 }] }
          ]
        })
        expect(deleted?.data).toEqual({ measurementId: two.id })
      })
    )

    it.effect("tells nothing of readings that change nothing, and a large batch in parts", () =>
      Effect.gen(function* () {
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const many = Given.times(Events.most + 1, (index) =>
          Given.draft({ source: `monitor-${index}` })
        )
        yield* measurements.record(Given.batch(id, many))
        yield* measurements.record(Given.batch(id, [many[0]!]))
        const events = yield* told(id)
        expect(
          events.map(({ data }) => ("measurements" in data ? data.measurements.length : 0))
        ).toEqual([Events.most, 1])
        const last = Jobs.PublishEvents.make({ patientId: id, through: 2 })
        expect(yield* Given.isOffered(last)).toBe(true)
      })
    )

    it.effect("closes its own stream when it hears that a patient is erased", () =>
      Effect.gen(function* () {
        const measurements = yield* Ports.Measurements
        const [id, silent] = [Given.patientId(), Given.patientId()]
        yield* hear(registered(id), registered(silent))
        yield* measurements.record(Given.batch(id, [Given.draft()]))
        yield* hear(erased(id, 2), erased(silent, 2))
        expect(shape(yield* told(id))).toEqual([[2, "patient.erased", "measurements"]])
        expect(yield* told(silent)).toEqual([])
      })
    )

    it.effect("and is copied event by event, has the same records on both sides", () =>
      Effect.gen(function* () {
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const drafts = Given.times(5, (index) => Given.draft({ observedAt: minute(index) }))
        yield* measurements.record(Given.batch(id, drafts))
        const original = yield* measurements.history(id, {}, { limit: 10 })
        // What is told from the beginning takes the place of what is there.
        expect(yield* hear(...(yield* told(id)))).toEqual(["applied"])
        const copied = yield* measurements.history(id, {}, { limit: 10 })
        expect(Given.written.measurements(copied)).toEqual(Given.written.measurements(original))
      })
    )
  })
}
