import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Ward from "./ward.ts"

const page = { limit: 100 }

const { reading, received } = Ward

const pulse = (value: number, details: Partial<Measurement.Reading> = {}) =>
  reading("heart-rate", value, "/min", details)
const systolic = (value: number, details: Partial<Measurement.Reading> = {}) =>
  reading("systolic-pressure", value, "mm[Hg]", details)
const diastolic = (value: number, details: Partial<Measurement.Reading> = {}) =>
  reading("diastolic-pressure", value, "mm[Hg]", details)

/** Outcomes in short: the status, or where and how a reading was wrong. */
const brief = (outcomes: ReadonlyArray<Monitoring.Outcome>) =>
  outcomes.map((it) =>
    it.status === "refused"
      ? it.error.issues.map(({ path, code }) => `${path} ${code}`).join(", ")
      : it.status
  )

const values = (measurements: ReadonlyArray<Measurement.Measurement>) =>
  measurements.map((it) => it.value)

/** The id of the one reading that was recorded. */
const only = (outcomes: ReadonlyArray<Monitoring.Outcome>): Measurement.MeasurementId => {
  const [outcome] = outcomes
  if (outcome === undefined || outcome.status === "refused") throw new Error("it was refused")
  return outcome.id
}

const setUp = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const { id } = yield* Ward.admit()
  return { monitoring, id, ada: Ward.actor("clinician") }
})

describe("Monitoring.record", () => {
  it.effect("answers for every reading in order, stores the good ones, leaves its jobs", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const outcomes = yield* monitoring.record(ada, id, [
          ...received(pulse(72), pulse(351), reading("temperature", 98.6, "[degF]")),
          Invalid.fail(["value"], "type", "a finite number, or a code"),
          ...received(reading("oxygen-device", "nasal-cannula"), pulse(300, { source: "x" }))
        ])
        expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
        expect(brief(outcomes)).toEqual([
          "created",
          "value range",
          "created",
          "value type",
          "created",
          "created"
        ])
        const { items } = yield* monitoring.history(ada, id, {}, page)
        expect(items.map((it) => [it.vital, it.value, it.source, it.flag?.code])).toEqual([
          ["heart-rate", 72, ada.user, undefined],
          ["heart-rate", 300, "x", "implausible"],
          ["oxygen-device", "nasal-cannula", ada.user, undefined],
          ["temperature", 37, ada.user, undefined]
        ])
        expect(yield* Ward.kinds).toEqual(["assess-patient", "foretell-risk"])
      })
    )
  )

  it.effect("keeps when a reading was observed, with its offset, and when it was received", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const observedAt = Ward.time("2026-03-01T13:30:00.250+05:45")
        const outcomes = yield* monitoring.record(ada, id, received(pulse(72, { observedAt })))
        const { measurement } = yield* monitoring.find(ada, only(outcomes))
        expect(Timestamp.format(measurement.observedAt)).toBe("2026-03-01T13:30:00.250+05:45")
        expect(measurement.receivedAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
      })
    )
  )

  it.effect("takes the same again for the same, and another value for a correction", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const sent = received(pulse(72), pulse(80, { observedAt: Ward.time("11:00") }))
        const first = yield* monitoring.record(ada, id, sent)
        expect(brief(yield* monitoring.record(ada, id, sent))).toEqual(["unchanged", "unchanged"])
        expect(yield* Ward.jobs).toHaveLength(2)
        const third = yield* monitoring.record(ada, id, received(pulse(73)))
        expect(brief(third)).toEqual(["corrected"])
        expect(only(third)).toBe(only(first))
        expect(yield* Ward.jobs).toHaveLength(4)
        const { measurement, replaced } = yield* monitoring.find(ada, only(first))
        expect([measurement.value, ...replaced.map((it) => it.value)]).toEqual([73, 72])
        const inFahrenheit = reading("temperature", 98.6, "[degF]")
        yield* monitoring.record(ada, id, received(inFahrenheit))
        const inCelsius = yield* monitoring.record(
          ada,
          id,
          received(reading("temperature", 37, "Cel"))
        )
        expect(brief(inCelsius)).toEqual(["unchanged"])
      })
    )
  )

  it.effect("stores all or nothing when asked to, and names every bad reading by its place", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const sent = received(pulse(72), pulse(-1), reading("pain", 11, "{score}"))
        const refused = yield* Effect.flip(monitoring.record(ada, id, sent, { atomic: true }))
        expect(refused).toMatchObject({
          _tag: "Invalid",
          issues: [
            { path: "[1].value", code: "range" },
            { path: "[2].value", code: "range" }
          ]
        })
        expect((yield* monitoring.history(ada, id, {}, page)).items).toEqual([])
        expect(yield* Ward.jobs).toEqual([])
        const good = received(pulse(72))
        expect(brief(yield* monitoring.record(ada, id, good, { atomic: true }))).toEqual([
          "created"
        ])
      })
    )
  )

  it.effect("leaves no job when every reading is refused, or there is none", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        expect(brief(yield* monitoring.record(ada, id, received(pulse(999))))).toEqual([
          "value range"
        ])
        expect(yield* monitoring.record(ada, id, [])).toEqual([])
        expect(yield* Ward.jobs).toEqual([])
      })
    )
  )

  it.effect("knows no patient who is not there, however bad the readings are", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, ada } = yield* setUp
        for (const sent of [received(pulse(72)), received(pulse(999)), received(systolic(120))]) {
          expect(yield* Effect.flip(monitoring.record(ada, Ward.absent, sent))).toMatchObject({
            _tag: "NotFound",
            what: "patient"
          })
        }
      })
    )
  )

  it.effect("refuses pressures that contradict each other in a batch, and keeps the rest", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const later = { observedAt: Ward.time("11:00") }
        const outcomes = yield* monitoring.record(
          ada,
          id,
          received(
            systolic(80),
            pulse(72),
            diastolic(120),
            systolic(120, later),
            diastolic(80, later)
          )
        )
        expect(brief(outcomes)).toEqual([
          "value range",
          "created",
          "value range",
          "created",
          "created"
        ])
      })
    )
  )

  it.effect("refuses a pressure that contradicts the one stored for its time and source", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        yield* monitoring.record(ada, id, received(systolic(120, { source: "cuff" })))
        const send = (...readings: ReadonlyArray<Measurement.Reading>) =>
          Effect.map(monitoring.record(ada, id, received(...readings)), brief)
        expect(yield* send(diastolic(120, { source: "cuff" }))).toEqual(["value range"])
        expect(yield* send(diastolic(120, { source: "line" }))).toEqual(["created"])
        expect(yield* send(diastolic(80, { source: "cuff" }))).toEqual(["created"])
        expect(yield* send(systolic(79, { source: "cuff" }))).toEqual(["value range"])
        expect(
          yield* send(systolic(79, { source: "cuff" }), diastolic(60, { source: "cuff" }))
        ).toEqual(["corrected", "corrected"])
      })
    )
  )
})

describe("Monitoring.recordOne", () => {
  it.effect("gives the measurement that stands, or what was wrong", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const first = yield* monitoring.recordOne(ada, id, received(pulse(72)))
        expect(first).toMatchObject({ patientId: id, value: 72, unit: "/min", version: 1 })
        const second = yield* monitoring.recordOne(ada, id, received(pulse(73)))
        expect(second).toMatchObject({ id: first.id, value: 73, version: 2 })
        expect(
          yield* Effect.flip(monitoring.recordOne(ada, id, received(pulse(999))))
        ).toMatchObject({ _tag: "Invalid", issues: [{ path: "value", expected: "0 to 350 /min" }] })
      })
    )
  )
})

describe("Monitoring.recordPanel", () => {
  it.effect("keeps what one form sent together, all of it or nothing", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const form = [reading("weight", 70, "kg"), reading("stroke", "no"), pulse(72)]
        const first = yield* monitoring.recordPanel(ada, id, form)
        expect(first.map((it) => it.vital)).toEqual(["heart-rate", "weight", "stroke"])
        const [{ panel }] = first
        expect(first.every((it) => it.panel === panel)).toBe(true)
        const second = yield* monitoring.recordPanel(ada, id, [pulse(73)])
        expect(values(second)).toEqual([73])
        expect(values(first)).not.toContain(73)
        const bad = monitoring.recordPanel(ada, id, [pulse(72), systolic(80), diastolic(90)])
        expect((yield* Effect.flip(bad))._tag).toBe("Invalid")
        expect((yield* monitoring.history(ada, id, {}, page)).items).toHaveLength(4)
      })
    )
  )

  it.effect("are listed and removed as one, each measurement that came alone by itself", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const form = [pulse(72), reading("weight", 70, "kg"), reading("height", 170, "cm")]
        const [first] = yield* monitoring.recordPanel(ada, id, form)
        const alone = yield* monitoring.recordOne(ada, id, received(pulse(80)))
        yield* monitoring.recordPanel(ada, id, [pulse(90), reading("weight", 71, "kg")])
        const read = Effect.gen(function* () {
          const forms: Array<ReadonlyArray<Measurement.Value>> = []
          let cursor: string | null = null
          do {
            const found: {
              readonly items: ReadonlyArray<ReadonlyArray<Measurement.Measurement>>
              readonly next: string | null
            } = yield* monitoring.forms(ada, { limit: 1, ...(cursor === null ? {} : { cursor }) })
            forms.push(...found.items.map((it) => values(it)))
            cursor = found.next
          } while (cursor !== null)
          return forms.map((it) => it.map(Number).toSorted((a, b) => a - b))
        })
        expect(yield* read).toEqual([[70, 72, 170], [80], [71, 90]])
        yield* monitoring.removeForm(first.panel ?? "")
        expect(yield* read).toEqual([[80], [71, 90]])
        yield* monitoring.removeForm(alone.id)
        expect(yield* read).toEqual([[71, 90]])
        expect((yield* Effect.flip(monitoring.removeForm(alone.id)))._tag).toBe("NotFound")
      })
    )
  )
})

describe("What a device may see", () => {
  it.effect("is what it wrote itself; a clinician sees everything", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const [monitor, pump] = [Ward.actor("device"), Ward.actor("device")]
        const own = only(yield* monitoring.record(monitor, id, received(pulse(60))))
        const others = [
          only(yield* monitoring.record(pump, id, received(pulse(70)))),
          only(yield* monitoring.record(ada, id, received(pulse(80))))
        ]
        expect(values((yield* monitoring.history(monitor, id, {}, page)).items)).toEqual([60])
        expect(values((yield* monitoring.list(monitor, page)).items)).toEqual([60])
        expect((yield* monitoring.find(monitor, own)).measurement.value).toBe(60)
        for (const other of others) {
          expect(yield* Effect.flip(monitoring.find(monitor, other))).toMatchObject({
            _tag: "NotFound",
            what: "measurement"
          })
        }
        for (const clinician of [ada, Ward.actor("device", "clinician")]) {
          expect((yield* monitoring.history(clinician, id, {}, page)).items).toHaveLength(3)
          expect((yield* monitoring.list(clinician, page)).items).toHaveLength(3)
          expect((yield* monitoring.find(clinician, own)).measurement.value).toBe(60)
        }
      })
    )
  )
})

describe("Monitoring.correct", () => {
  it.effect(
    "brings another value into the unit of the vital, keeps the old one, leaves its jobs",
    () =>
      Ward.on(
        Effect.gen(function* () {
          const { monitoring, id, ada } = yield* setUp
          const temperature = reading("temperature", 37, "Cel")
          const measured = only(yield* monitoring.record(ada, id, received(temperature)))
          const corrected = yield* monitoring.correct(measured, 1, { value: 100.4, unit: "[degF]" })
          expect(corrected).toMatchObject({ id: measured, value: 38, unit: "Cel", version: 2 })
          const { replaced } = yield* monitoring.find(ada, measured)
          expect(replaced.map((it) => it.value)).toEqual([37])
          expect(yield* Ward.kinds).toEqual([
            "assess-patient",
            "foretell-risk",
            "assess-patient",
            "foretell-risk"
          ])
          const cold = yield* monitoring.correct(measured, 2, { value: 20, unit: "Cel" })
          expect(cold.flag).toEqual({ code: "implausible", expected: "25 to 45 Cel" })
        })
      )
  )

  it.effect("refuses another version, an impossible value and an unknown measurement", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const measured = only(yield* monitoring.record(ada, id, received(pulse(72))))
        const to = { value: 80, unit: "/min" }
        expect(yield* Effect.flip(monitoring.correct(measured, 2, to))).toMatchObject({
          _tag: "Stale",
          current: 1
        })
        for (const [bad, code] of [
          [{ value: 80 }, "missing"],
          [{ value: 80, unit: "kg" }, "unit"],
          [{ value: 351, unit: "/min" }, "range"],
          [{ value: "fast" }, "type"]
        ] as const) {
          const refused = yield* Effect.flip(monitoring.correct(measured, 1, bad))
          expect(refused).toMatchObject({ _tag: "Invalid", issues: [{ code }] })
        }
        const unknown = Measurement.MeasurementId.make(Ward.absent)
        expect((yield* Effect.flip(monitoring.correct(unknown, 1, to)))._tag).toBe("NotFound")
        expect((yield* monitoring.find(ada, measured)).measurement).toMatchObject({
          value: 72,
          version: 1
        })
      })
    )
  )

  it.effect("refuses a pressure that contradicts its other half on record", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const measured = only(yield* monitoring.record(ada, id, received(systolic(120))))
        yield* monitoring.record(ada, id, received(diastolic(80)))
        const correct = (value: number) => monitoring.correct(measured, 1, { value, unit: "mmHg" })
        expect(yield* Effect.flip(correct(80))).toMatchObject({ _tag: "Invalid" })
        expect((yield* correct(81)).value).toBe(81)
      })
    )
  )
})

describe("Monitoring.remove", () => {
  it.effect("removes at any version or at the one the caller knows, and leaves its jobs", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const first = only(yield* monitoring.record(ada, id, received(pulse(72))))
        const second = only(yield* monitoring.record(ada, id, received(systolic(120))))
        expect((yield* Effect.flip(monitoring.removeAt(second, 2)))._tag).toBe("Stale")
        yield* monitoring.removeAt(second, 1)
        yield* monitoring.remove(first)
        expect((yield* monitoring.history(ada, id, {}, page)).items).toEqual([])
        expect(yield* Ward.jobs).toHaveLength(8)
        expect((yield* Effect.flip(monitoring.remove(first)))._tag).toBe("NotFound")
      })
    )
  )
})

describe("Monitoring.history", () => {
  const hourly = Array.from({ length: 7 }, (_, hour) =>
    pulse(60 + hour, { observedAt: Ward.time(`0${hour}:00`) })
  )

  it.effect("gives every measurement once, page by page", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        yield* monitoring.record(ada, id, received(...hourly))
        const first = yield* monitoring.history(ada, id, {}, { limit: 4 })
        const next = { limit: 4, cursor: first.next ?? "" }
        const second = yield* monitoring.history(ada, id, {}, next)
        expect(values([...first.items, ...second.items])).toEqual([60, 61, 62, 63, 64, 65, 66])
        expect(second.next).toBe(null)
      })
    )
  )

  it.effect("is of one vital and from a time up to another, in whatever offset they are", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        yield* monitoring.record(ada, id, received(...hourly, systolic(120)))
        const query = {
          vital: "heart-rate",
          from: Ward.time("2026-03-01T03:00:00+02:00"),
          to: Ward.time("03:00")
        } as const
        expect(values((yield* monitoring.history(ada, id, query, page)).items)).toEqual([61, 62])
      })
    )
  )

  it.effect("refuses a cursor it never gave, and knows no patient who is not there", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const request = { limit: 4, cursor: "e30" }
        expect((yield* Effect.flip(monitoring.history(ada, id, {}, request)))._tag).toBe("Invalid")
        for (const unknown of [
          Effect.asVoid(monitoring.history(ada, Ward.absent, {}, page)),
          Effect.asVoid(monitoring.latest(Ward.absent)),
          Effect.asVoid(monitoring.assessmentsOf(Ward.absent, page))
        ]) {
          expect(yield* Effect.flip(unknown)).toMatchObject({ _tag: "NotFound", what: "patient" })
        }
      })
    )
  )
})

describe("Monitoring.latest", () => {
  it.effect("is the newest of every vital, not the last to come in", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        yield* monitoring.record(ada, id, received(reading("weight", 70, "kg"), pulse(72)))
        const late = pulse(99, { observedAt: Ward.time("09:00") })
        yield* monitoring.record(ada, id, received(late))
        expect(values(yield* monitoring.latest(id))).toEqual([72, 70])
      })
    )
  )
})

describe("The store below", () => {
  it.effect("gets one call for a batch of 10,000 readings with checks", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, ada } = yield* setUp
        const many = Array.from({ length: 10_000 }, (_, index) =>
          Result.succeed(pulse(60, { observedAt: Timestamp.at(1_772_000_000_000 + index) }))
        )
        const outcomes = yield* monitoring.record(ada, id, many)
        expect(outcomes.every(({ status }) => status === "created")).toBe(true)
        expect(yield* Ward.jobs).toHaveLength(2)
        const stored = yield* Ports.Measurements.use((port) =>
          port.history(id, {}, { limit: 20_000 })
        )
        expect(stored).toHaveLength(10_000)
      })
    )
  )
})
