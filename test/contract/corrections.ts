import type * as Measurement from "@bedside/core/Measurement"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Given from "./given.ts"

const values = (replaced: ReadonlyArray<Measurement.Replaced>) => replaced.map((it) => it.value)

const by = (to: Pick<Measurement.Checked, "value" | "implausible">, { jobs }: Ports.Batch) =>
  Result.succeed({ to, jobs })

export const corrections = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Measurements, corrected and removed", () => {
    it.effect("are corrected by decision, which keeps the old value and leaves a job", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const draft = Given.draft({ value: 300, implausible: true })
        yield* port.record(Given.batch(id, [draft]))
        const batch = Given.batch(id, [])
        const seen: Array<Measurement.Value> = []
        const corrected = yield* port.correct(draft.id, (current) => {
          seen.push(current.value)
          return by({ value: 100, implausible: false }, batch)
        })
        expect(seen.at(-1)).toBe(300)
        expect(corrected).toMatchObject({ value: 100, flag: null, unit: "/min", version: 2 })
        const { measurement, replaced } = yield* port.find(draft.id)
        expect(Given.written.measurement(measurement)).toEqual(Given.written.measurement(corrected))
        expect(values(replaced)).toEqual([300])
        expect(yield* Given.areOffered(batch.jobs)).toBe(true)
      })
    )

    it.effect("count every one of 20 decisions at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const draft = Given.draft({ value: 60 })
        yield* port.record(Given.batch(id, [draft]))
        const results = yield* Given.atOnce(
          Given.times(20, () =>
            port.correct(draft.id, ({ value }) =>
              Result.succeed({
                to: { value: Number(value) + 1, implausible: false },
                jobs: [Given.assessPatient(id)]
              })
            )
          )
        )
        expect(Given.successes(results)).toHaveLength(20)
        const { measurement, replaced } = yield* port.find(draft.id)
        expect(measurement).toMatchObject({ value: 80, version: 21 })
        expect(values(replaced)).toEqual(Given.times(20, (index) => 60 + index))
      })
    )

    it.effect("stay as they are, and leave no job, when the decision fails", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const draft = Given.draft()
        yield* port.record(Given.batch(id, [draft]))
        const before = yield* port.find(draft.id)
        expect(yield* Effect.flip(port.correct(draft.id, () => Result.fail("no")))).toBe("no")
        expect(yield* Effect.flip(port.remove(draft.id, () => Result.fail("no")))).toBe("no")
        const after = yield* port.find(draft.id)
        expect(Given.written.measurement(after.measurement)).toEqual(
          Given.written.measurement(before.measurement)
        )
        expect(after.replaced).toEqual([])
      })
    )

    it.effect("are not found, and leave no job, where there are none", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const batch = Given.batch(Given.patientId(), [])
        const to = { value: 1, implausible: false }
        const absent = Given.measurementId()
        expect(yield* Given.refusal(port.find(absent))).toEqual(Given.notFound("measurement"))
        expect(yield* Given.refusal(port.correct(absent, () => by(to, batch)))).toEqual(
          Given.notFound("measurement")
        )
        expect(yield* Given.refusal(port.remove(absent, () => Result.succeed(batch.jobs)))).toEqual(
          Given.notFound("measurement")
        )
        expect(yield* Given.areOffered(batch.jobs)).toBe(false)
      })
    )

    it.effect("take the assessments made of them along when removed, and no others", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const assessments = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const draft = Given.draft()
        yield* port.record(Given.batch(id, [draft]))
        const earlier = Given.assessed(id)
        const asOf = Given.instant("2026-03-01T11:00:00Z")
        const made = Given.assessed(id, { asOf, measurements: [draft.id] })
        yield* assessments.save(earlier, () => [])
        yield* assessments.save(made, () => [])
        yield* port.remove(draft.id, () => Result.succeed(Given.batch(id, []).jobs))
        const left = yield* assessments.list(id, { limit: 10 })
        expect(left.map((it) => it.id)).toEqual([earlier.id])
      })
    )

    it.effect("are gone with what they replaced once removed, and may be recorded anew", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const first = Given.draft()
        yield* port.record(Given.batch(id, [first, Given.draft({ value: 80 })]))
        const batch = Given.batch(id, [])
        yield* port.remove(first.id, ({ value }) =>
          value === 80 ? Result.succeed(batch.jobs) : Result.fail("another value")
        )
        expect(yield* Given.areOffered(batch.jobs)).toBe(true)
        expect(yield* Given.refusal(port.find(first.id))).toEqual(Given.notFound("measurement"))
        expect(yield* port.history(id, {}, { limit: 10 })).toEqual([])
        const second = Given.draft()
        expect(yield* port.record(Given.batch(id, [second]))).toEqual([
          { status: "created", id: second.id }
        ])
        expect((yield* port.find(second.id)).replaced).toEqual([])
      })
    )
  })
}
