import * as Measurement from "@bedside/core/Measurement"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"

const values = (replaced: ReadonlyArray<Measurement.Replaced>) => replaced.map((it) => it.value)

const statuses = (recorded: ReadonlyArray<Ports.Recorded>) => recorded.map((it) => it.status)

export const measurements = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Measurements, recorded", () => {
    it.effect("come back as they were checked, with unit and flag of their vital", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id: patientId } = yield* Given.patientOnRecord()
        const panel = Given.panelId()
        const drafts = [
          Given.draft({ value: 300, implausible: true }),
          Given.draft({
            vital: "temperature",
            value: 36.05,
            observedAt: Given.time("2026-03-01T23:59:59.999+05:45"),
            source: "Raum 3, Bett „B“ = 'x'"
          }),
          Given.draft({
            vital: "consciousness",
            value: "alert",
            observedAt: Given.time("1969-12-31T19:00:00.001-05:00")
          }),
          Given.draft({ vital: "weight", value: 0.1 + 0.2 }),
          Given.draft({ vital: "glucose", value: 5e-324 })
        ]
        const batch = Given.batch(patientId, drafts, { panel })
        expect(yield* port.record(batch)).toEqual(
          drafts.map(({ id }) => ({ status: "created", id }))
        )
        for (const { implausible, observedAt, ...draft } of drafts) {
          const { measurement, replaced, ...others } = yield* port.find(draft.id)
          const { recordedAt, ...written } = Given.written.measurement(measurement)
          expect(written).toEqual({
            ...draft,
            ...Measurement.describe(draft.vital, implausible),
            patientId,
            observedAt: Timestamp.format(observedAt),
            receivedAt: "2026-03-01T12:00:00.456Z",
            panel,
            version: 1
          })
          expect(recordedAt).toMatch(/^\d{4}-/)
          expect(replaced).toEqual([])
          expect(others).toEqual({})
        }
      })
    )

    it.effect("keep who wrote them, and the instant of the earliest and latest times", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const writtenBy = Given.accountId()
        const times = [
          "0001-01-01T23:59:00.000+23:59",
          "1969-12-31T00:01:00.001-23:59",
          "9999-12-31T23:59:59.999+00:00"
        ]
        const drafts = times.map((time) => Given.draft({ observedAt: Given.time(time) }))
        yield* port.record(Given.batch(id, drafts, { writtenBy }))
        const history = yield* port.history(id, {}, { limit: 10 })
        expect(history.map((it) => Timestamp.format(it.observedAt))).toEqual(times)
        expect((yield* port.find(history[0]?.id ?? Given.measurementId())).writtenBy).toBe(
          writtenBy
        )
      })
    )

    it.effect("are refused, and leave no job, without their patient", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const draft = Given.draft()
        const batch = Given.batch(Given.patientId(), [draft])
        expect(yield* Given.refusal(port.record(batch))).toEqual(Given.notFound("patient"))
        expect(yield* Given.refusal(port.record({ ...batch, drafts: [] }))).toEqual(
          Given.notFound("patient")
        )
        expect(yield* Given.refusal(port.find(draft.id))).toEqual(Given.notFound("measurement"))
        expect(yield* Given.areOffered(batch.jobs)).toBe(false)
      })
    )

    it.effect("leave the jobs of the batch, and none when nothing is new", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const first = Given.batch(id, [Given.draft(), Given.draft({ vital: "weight", value: 70 })])
        yield* port.record(first)
        const again = Given.batch(id, [Given.draft()])
        expect(statuses(yield* port.record(again))).toEqual(["unchanged"])
        const empty = Given.batch(id, [])
        expect(yield* port.record(empty)).toEqual([])
        const other = Given.batch(id, [Given.draft({ value: 73 })])
        expect(statuses(yield* port.record(other))).toEqual(["corrected"])
        const offered = yield* Effect.forEach([first, again, empty, other], ({ jobs }) =>
          Given.areOffered(jobs)
        )
        expect(offered).toEqual([true, false, false, true])
      })
    )

    it.effect("are the same record when patient, vital, time and source are the same", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const observedAt = Given.time("2026-03-01T10:00:00.000+00:00")
        const first = Given.draft({ observedAt })
        yield* port.record(Given.batch(id, [first]))
        const same = [
          Given.draft({ observedAt }),
          Given.draft({ observedAt: Given.time("2026-03-01T11:00:00.000+01:00") })
        ]
        expect(yield* port.record(Given.batch(id, same))).toEqual([
          { status: "unchanged", id: first.id },
          { status: "unchanged", id: first.id }
        ])
        const different = [
          Given.draft({ vital: "pain", value: 3 }),
          Given.draft({ observedAt: Given.time("2026-03-01T10:00:00.001+00:00") }),
          Given.draft({ source: "Monitor" })
        ]
        expect(statuses(yield* port.record(Given.batch(id, different)))).toEqual([
          "created",
          "created",
          "created"
        ])
        expect(statuses(yield* port.record(Given.batch(other, [Given.draft()])))).toEqual([
          "created"
        ])
      })
    )

    it.effect("are corrected by another value, which keeps the one before", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const first = Given.draft()
        yield* port.record(Given.batch(id, [first]))
        const before = (yield* port.find(first.id)).measurement
        const other = Given.draft({ value: 15, implausible: true })
        expect(yield* port.record(Given.batch(id, [other]))).toEqual([
          { status: "corrected", id: first.id }
        ])
        const { measurement, replaced } = yield* port.find(first.id)
        expect(measurement).toMatchObject({
          value: 15,
          version: 2,
          ...Measurement.describe("heart-rate", true)
        })
        expect(values(replaced)).toEqual([72])
        expect(replaced[0]?.recordedAt.epochMilliseconds).toBe(before.recordedAt.epochMilliseconds)
        expect(replaced[0]?.replacedAt.epochMilliseconds).toBe(
          measurement.recordedAt.epochMilliseconds
        )
        expect(yield* Given.refusal(port.find(other.id))).toEqual(Given.notFound("measurement"))
      })
    )

    it.effect("correct each other in order within one batch", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const sent = [70, 80, 80, 70, 90].map((value) => Given.draft({ value }))
        const weight = Given.draft({ vital: "weight", value: 70 })
        const [first, second, ...rest] = sent
        if (first === undefined || second === undefined) return expect.fail("there are five")
        const recorded = yield* port.record(Given.batch(id, [first, weight, second, ...rest]))
        expect(recorded).toEqual([
          { status: "created", id: first.id },
          { status: "created", id: weight.id },
          { status: "corrected", id: first.id },
          { status: "unchanged", id: first.id },
          { status: "corrected", id: first.id },
          { status: "corrected", id: first.id }
        ])
        const { measurement, replaced } = yield* port.find(first.id)
        expect(measurement).toMatchObject({ value: 90, version: 4 })
        expect(values(replaced)).toEqual([70, 80, 70])
        expect(yield* port.history(id, {}, { limit: 10 })).toHaveLength(2)
      })
    )

    it.effect("are 10,000 in one call, answered in order, and the same again the next time", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const drafts = Given.times(10_000, (index) =>
          Given.draft({
            value: 50 + (index % 50),
            observedAt: Timestamp.at(1_772_000_000_000 + index * 1_000, 120)
          })
        )
        const recorded = yield* port.record(Given.batch(id, drafts))
        expect(recorded).toEqual(drafts.map((draft) => ({ status: "created", id: draft.id })))
        const changed = drafts.map((draft, index) => ({
          ...draft,
          id: Given.measurementId(),
          value: index % 1_000 === 0 ? 200 : draft.value
        }))
        const again = yield* port.record(Given.batch(id, changed))
        expect(Given.ids(again)).toEqual(Given.ids(drafts))
        expect(again.filter(({ status }) => status === "corrected")).toHaveLength(10)
        expect(again.filter(({ status }) => status === "unchanged")).toHaveLength(9_990)
        const history = yield* port.history(id, {}, { limit: 20_000 })
        expect(Given.ids(history)).toEqual(Given.ids(drafts))
      })
    )

    it.effect("are one record when the same reading comes in many times at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const results = yield* Given.atOnce(
          Given.times(20, () => port.record(Given.batch(id, [Given.draft()])))
        )
        const recorded = Given.successes(results).flat()
        expect(statuses(recorded).toSorted()).toEqual([
          "created",
          ...Given.times(19, () => "unchanged")
        ])
        expect(new Set(Given.ids(recorded)).size).toBe(1)
      })
    )

    it.effect("lose none of many other values at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const results = yield* Given.atOnce(
          Given.times(20, (index) =>
            port.record(Given.batch(id, [Given.draft({ value: 60 + index })]))
          )
        )
        const recorded = Given.successes(results).flat()
        expect(statuses(recorded).toSorted()).toEqual([
          ...Given.times(19, () => "corrected"),
          "created"
        ])
        const [first] = recorded
        const { measurement, replaced } = yield* port.find(first?.id ?? Given.measurementId())
        expect(measurement.version).toBe(20)
        expect(new Set([...values(replaced), measurement.value])).toEqual(
          new Set(Given.times(20, (index) => 60 + index))
        )
      })
    )

    it.effect("do not block each other when two batches come in opposite orders", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const drafts = (value: number) =>
          Given.times(100, (index) =>
            Given.draft({ value, observedAt: Timestamp.at(1_772_000_000_000 + index) })
          )
        const results = yield* Given.atOnce(
          Given.times(6, (index) => {
            const sent = drafts(60 + index)
            return port.record(Given.batch(id, index % 2 === 0 ? sent : sent.toReversed()))
          })
        )
        expect(Given.successes(results)).toHaveLength(6)
        const history = yield* port.history(id, {}, { limit: 1_000 })
        expect(history.map(({ version }) => version)).toEqual(Given.times(100, () => 6))
      })
    )
  })
}
