import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import type * as Foretold from "../../src/monitoring/Foretold.ts"
import type * as Label from "../../src/monitoring/Label.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Recalibrating from "../../src/monitoring/Recalibrating.ts"
import * as Releasing from "../../src/monitoring/Releasing.ts"
import * as Watching from "../../src/monitoring/Watching.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("clinician")
const admin = Ward.actor("admin")
const task = "deterioration"

const begin = DateTime.makeUnsafe("2026-01-01T00:00:00Z")

/** Between 0 and 1, as if drawn, and the same each time. */
const spread = (nth: number, column: number): number =>
  Math.abs(Math.sin(nth * 12.9898 + column * 78.233) * 43_758.5453) % 1

const ready = Result.getOrThrow(RiskModel.ready(Deterioration.model))

/** Patients who differ in their age, from 30 to 100 years, and else have the median of all. */
const features = (nth: number) =>
  Deterioration.model.definition.features.map((_, at) =>
    at === 0 ? 30 + 70 * spread(nth, 0) : NaN
  )

const riskOf = (row: ReadonlyArray<number>) => Result.getOrThrow(ready.score(row))

/** Tells a risk of a patient as of a minute of 2026. */
const foretell = Effect.fnUntraced(function* (id: Patient.PatientId, nth: number) {
  const predictions = yield* Ports.Predictions
  const asOf = DateTime.add(begin, { minutes: nth })
  const row = features(nth)
  const foretold: Foretold.Foretold = {
    patientId: id,
    task,
    version: "1.0.0",
    role: "active",
    asOf,
    since: DateTime.subtract(asOf, { hours: 48 }),
    foretoldAt: asOf,
    refusal: null,
    estimate: riskOf(row),
    features: row.map((value) => (Number.isNaN(value) ? null : value))
  }
  yield* predictions.save(id, [foretold])
})

const statement = (patientId: Patient.PatientId, outcome: boolean, at = "2026-01-20T00:00:00Z") =>
  Result.succeed<Label.Statement>({ patientId, outcome, at: Ward.time(at) })

const state = (rows: Parameters<Recalibrating.Recalibrating["Service"]["state"]>[2]) =>
  Recalibrating.Recalibrating.use((it) => it.state(ada, task, rows))

/** As many patients, of whom those have the outcome for whom `dies` says so. */
const cohort = Effect.fnUntraced(function* (
  count: number,
  dies: (risk: number, nth: number) => boolean
) {
  const rows = []
  for (let nth = 0; nth < count; nth++) {
    const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
    yield* foretell(id, nth)
    rows.push(statement(id, dies(riskOf(features(nth)).risk ?? NaN, nth)))
  }
  yield* state(rows)
})

const farMoreOften = (risk: number, nth: number) => spread(nth, 9) < Math.min(1, 2.5 * risk)
const asForetold = (risk: number, nth: number) => spread(nth, 9) < risk

const review = (stretch: Recalibrating.Stretch = {}) =>
  Recalibrating.Recalibrating.use((it) => it.review(task, stretch))

const recalibrate = (order: Partial<Recalibrating.Order> = {}) =>
  Recalibrating.Recalibrating.use((it) =>
    it.recalibrate(admin, task, { reason: "more die here", ...order })
  )

describe("Recalibrating", () => {
  it.effect("states outcomes row by row, and refuses what cannot be", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit()
        const absent = "01890a5d-ac96-774b-bcce-b302099a8057" as Patient.PatientId
        const outcomes = yield* state([
          statement(id, true),
          statement(id, false),
          statement(absent, true),
          statement((yield* Ward.admit()).id, true, "2026-03-01T12:00:01Z")
        ])
        expect(outcomes.map(({ status }) => status)).toEqual([
          "created",
          "refused",
          "refused",
          "refused"
        ])
        const codes = outcomes.flatMap((it) =>
          it.status === "refused" ? it.error.issues.map(({ path, code }) => `${path} ${code}`) : []
        )
        expect(codes).toEqual(["patientId repeated", "patientId unknown", "at range"])
        expect((yield* state([statement(id, true)]))[0]).toEqual({
          index: 0,
          status: "unchanged",
          id
        })
        expect((yield* state([statement(id, false)]))[0]?.status).toBe("corrected")
      })
    )
  )

  it.effect(
    "registers the active version calibrated again, as a candidate that tells the truth",
    () =>
      Ward.on(
        Effect.gen(function* () {
          yield* cohort(1_000, farMoreOften)
          const { advice, method, before } = yield* review()
          expect([advice, method, before.rows]).toEqual(["recalibrate", "intercept", 1_000])
          const entry = yield* recalibrate()
          expect(entry).toMatchObject({ version: "1.0.1", state: "candidate", task })
          expect(entry.steps[0]).toMatchObject({ approver: admin.user, reason: "more die here" })
          expect(entry.card.training.tune).toMatchObject({
            name: "patients here, first told a risk from 2026-01-01 to 2026-01-01",
            rows: 1_000
          })
          yield* Releasing.Releasing.use((it) => it.shadow(admin, task, "1.0.1", "watch"))
          yield* Releasing.Releasing.use((it) => it.activate(admin, task, "1.0.1", "agreed"))
          const model = yield* Ports.RiskModels.use((it) => it.model(task, "1.0.1"))
          const calibrated = Result.getOrThrow(RiskModel.ready(model))
          const told = Array.from({ length: 1_000 }, (_, nth) => {
            const { risk } = Result.getOrThrow(calibrated.score(features(nth)))
            return [
              risk ?? NaN,
              Number(farMoreOften(riskOf(features(nth)).risk ?? NaN, nth))
            ] as const
          })
          const sum = (of: 0 | 1) => told.reduce((all, each) => all + each[of], 0)
          expect(sum(1) / sum(0)).toBeCloseTo(1, 1)
        })
      )
  )

  it.effect("refuses where nothing is amiss, and does as told by name", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* cohort(2_400, asForetold)
        expect((yield* review()).advice).toBe("keep")
        expect(yield* Effect.flip(recalibrate())).toEqual(
          new Ports.Conflict({ code: "calibrated-already", path: "method" })
        )
        const order = { method: "platt", version: "1.4.0" } as const
        expect(yield* recalibrate(order)).toMatchObject({ version: "1.4.0" })
        expect(yield* Effect.flip(recalibrate({ method: "platt" }))).toEqual(
          new Ports.Conflict({ code: "version-not-above", path: "version" })
        )
      })
    )
  )

  it.effect("counts an outcome 30 days after the risk, and none that was known before it", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* TestClock.setTime(DateTime.add(begin, { days: 30, minutes: 1 }).epochMilliseconds)
        const ids = []
        for (let nth = 0; nth < 230; nth++) {
          const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
          yield* foretell(id, nth)
          ids.push(id)
        }
        const [first, second, third] = ids
        if (!first || !second || !third) return expect.fail("nobody was admitted")
        yield* state([
          statement(first, true, "2025-12-31T00:00:00Z"),
          statement(second, true),
          statement(third, true)
        ])
        const few = yield* Effect.flip(review())
        expect(few).toMatchObject({ _tag: "TooFewOutcomes", withOutcome: 1, without: 0 })
        yield* TestClock.adjust("1 minute")
        expect(yield* Effect.flip(review())).toMatchObject({ withOutcome: 2 })
        const from = DateTime.add(begin, { minutes: 2 })
        expect(yield* Effect.flip(review({ from }))).toMatchObject({ withOutcome: 1 })
        expect(yield* Effect.flip(review({ to: from }))).toMatchObject({ withOutcome: 1 })
        yield* TestClock.adjust("1 day")
        const { report } = yield* Watching.Watching.use((it) =>
          it.watch(task, { against: "first-patients" })
        )
        expect(report).toMatchObject({ events: 30, matured: 0, unknown: 30 })
      })
    )
  )
})
