import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Campaign from "../../src/monitoring/Campaign.ts"
import * as Campaigning from "../../src/monitoring/Campaigning.ts"
import * as Conducting from "../../src/monitoring/Conducting.ts"
import type * as Foretold from "../../src/monitoring/Foretold.ts"
import type * as Label from "../../src/monitoring/Label.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Recalibrating from "../../src/monitoring/Recalibrating.ts"
import * as Releasing from "../../src/monitoring/Releasing.ts"
import * as Retraining from "../../src/monitoring/Retraining.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Training from "../../src/risk/Training.ts"
import * as Ward from "./ward.ts"

const admin = Ward.actor("admin")
const task = "deterioration"
const order = { kind: "train-model", task } as const

const begin = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
const known = Ward.time("2026-01-20T00:00:00Z")

/** Between 0 and 1, as if drawn, and the same each time. */
const spread = (nth: number, column: number): number =>
  Math.abs(Math.sin(nth * 12.9898 + column * 78.233) * 43_758.5453) % 1

/** Patients who differ in their age, from 30 to 100 years, and else have the median of all. */
const ageOf = (nth: number) => 30 + 70 * spread(nth, 0)
const rowOf = (nth: number) =>
  Deterioration.model.definition.features.map((_, at) => (at === 0 ? ageOf(nth) : NaN))

const ready = Result.getOrThrow(RiskModel.ready(Deterioration.model))

/** Here the younger ones die: the other way round from what the shipped model learned. */
const riskHere = (nth: number) => 1 / (1 + Math.exp((ageOf(nth) - 65) / 12))

/** As many patients, each with a risk that was told and an outcome that is known and due. */
const cohort = Effect.fnUntraced(function* (count: number) {
  const predictions = yield* Ports.Predictions
  const rows: Array<Result.Result<Label.Statement>> = []
  for (let nth = 0; nth < count; nth++) {
    const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
    const asOf = DateTime.add(begin, { minutes: nth })
    const foretold: Foretold.Foretold = {
      patientId: id,
      task,
      version: "1.0.0",
      role: "active",
      asOf,
      since: DateTime.subtract(asOf, { hours: 48 }),
      foretoldAt: asOf,
      refusal: null,
      estimate: Result.getOrThrow(ready.score(rowOf(nth))),
      features: rowOf(nth).map((value) => (Number.isNaN(value) ? null : value))
    }
    yield* predictions.save(id, [foretold])
    const outcome = spread(nth, 9) < riskHere(nth)
    rows.push(Result.succeed({ patientId: id, outcome, at: known }))
  }
  yield* Recalibrating.Recalibrating.use((it) => it.state(admin, task, rows))
})

const trained = Effect.gen(function* () {
  const campaigning = yield* Campaigning.Campaigning
  const { id } = yield* campaigning.begin(admin, order)
  yield* Conducting.Conducting.use((it) => it.start(id))
  return yield* Effect.andThen(Effect.yieldNow, campaigning.find(id)).pipe(
    Effect.repeat({ while: ({ status }) => status === "running" })
  )
})

const versions = Effect.map(
  Ports.RiskModels.use((models) => models.lineage(task)),
  (lineage) => lineage.map(({ version, state }) => `${version} ${state}`)
)

describe("Retraining.train", () => {
  it.effect("registers one version for an order, however often it is carried out", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* cohort(1_000)
        const retraining = yield* Retraining.Retraining
        const version = yield* retraining.version(task)
        const ordered = { task, version, order: "by campaign 1", actor: admin.user } as const
        expect(yield* retraining.train(ordered)).toEqual({ version: "1.1.0" })
        expect(yield* retraining.train(ordered)).toEqual({ version: "1.1.0" })
        expect(yield* versions).toEqual(["1.0.0 active", "1.1.0 candidate"])
      }).pipe(Effect.provide(Retraining.Retraining.layer))
    )
  )
})

describe("a campaign that trains a model", () => {
  it.effect("registers as a candidate what it learned of the patients here", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* cohort(1_000)
        expect(yield* trained).toMatchObject({
          kind: "train-model",
          subject: task,
          status: "completed",
          total: 1,
          done: 1,
          failed: 0,
          outcome: { version: "1.1.0" }
        } satisfies Partial<Campaign.Campaign>)
        expect(yield* versions).toEqual(["1.0.0 active", "1.1.0 candidate"])
        const [, entry] = yield* Ports.RiskModels.use((models) => models.lineage(task))
        expect(entry?.card.training.train).toMatchObject({
          name: "patients here, first told a risk from 2026-01-01 to 2026-01-01",
          rows: 1_000
        })
        expect(entry?.steps[0]?.approver).toBe(admin.user)
        const model = yield* Ports.RiskModels.use((models) => models.model(task, "1.1.0"))
        expect(model.definitionSha256).toBe(Deterioration.model.definitionSha256)
        const again = Result.getOrThrow(RiskModel.ready(model))
        for (const nth of [0, 1, 2, 3, 4]) {
          const { risk } = Result.getOrThrow(again.score(rowOf(nth)))
          expect(Math.abs(Number(risk) - riskHere(nth))).toBeLessThan(0.1)
        }
      })
    )
  )

  it.effect("takes the next minor version above all there are", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* cohort(1_000)
        expect((yield* trained).outcome).toEqual({ version: "1.1.0" })
        expect((yield* trained).outcome).toEqual({ version: "1.2.0" })
        yield* Releasing.Releasing.use((it) => it.shadow(admin, task, "1.2.0", "to be watched"))
        expect(yield* versions).toEqual(["1.0.0 active", "1.1.0 candidate", "1.2.0 shadow"])
      })
    )
  )

  it.effect("says how many patients it takes where there are too few", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* cohort(30)
        const { status, done, failed, outcome } = yield* trained
        expect([status, done, failed]).toEqual(["completed", 0, 1])
        expect(outcome).toMatchObject({
          refusal: "too-few-outcomes",
          needed: Training.needed(Deterioration.model)
        })
        expect(outcome).toHaveProperty("withOutcome")
        expect(yield* versions).toEqual(["1.0.0 active"])
      })
    )
  )

  it.effect("has nothing to train where no version is active", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* Releasing.Releasing.use((it) => it.retire(admin, task, "1.0.0", "no longer"))
        expect((yield* trained).outcome).toEqual({ refusal: "no-active-version" })
      })
    )
  )
})
