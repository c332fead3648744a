/**
 * Another training of a live model on the patients here whose outcome is known, and the candidate that
 * comes of it.
 *
 * The guarantee that bites: nothing changes what patients are told but the steps of `Releasing`. A
 * version that was trained here is a candidate like any other, and there is one for each order, however
 * often it is carried out.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Account from "../access/Account.ts"
import * as Registry from "../risk/Registry.ts"
import type * as RiskModel from "../risk/RiskModel.ts"
import * as Training from "../risk/Training.ts"
import type * as Campaign from "./Campaign.ts"
import * as FirstRisks from "./internal/firstRisks.ts"
import * as Ports from "./Ports.ts"
import * as Releasing from "./Releasing.ts"

/** The newest: enough for any of our models, and no fit holds the process up for much longer than a second. */
const most = 10_000

const rowsOf = (
  model: RiskModel.RiskModel,
  known: ReadonlyArray<FirstRisks.FirstRisk>
): Training.Rows => {
  return {
    labels: Float64Array.from(known, ({ outcome }) => (outcome === true ? 1 : 0)),
    // One risk of a patient.
    patients: known.map((_, row) => row),
    features: FirstRisks.matrix(model, known)
  }
}

const nextMinor = (lineage: Registry.Lineage): string => {
  const [major = 0, minor = 0] = (lineage.at(-1)?.version ?? "1.0.0").split(".").map(Number)
  return `${major}.${minor + 1}.0`
}

/** Gives way to others after each fit. */
const run = Effect.fnUntraced(function* (
  base: RiskModel.RiskModel,
  rows: Training.Rows,
  about: Training.About
) {
  const steps = Training.steps(base, rows, about)
  let step = steps.next()
  while (step.done !== true) {
    yield* Effect.yieldNow
    step = steps.next()
  }
  return yield* Effect.fromResult(step.value)
})

/** An order that is carried out: its name, who gave it, and which version is to come of it. */
interface Ordered {
  readonly task: Registry.Task
  readonly version: string
  readonly order: string
  readonly actor: string
}

/** The one who orders is known by name: the step that registers says no more. */
const actorOf = (user: string): Account.Actor => ({ id: nobody, user, roles: ["admin"] })
const nobody = "00000000-0000-7000-8000-000000000000" as Account.AccountId

/**
 * The workflow that trains live models anew.
 *
 * @since 0.2.0
 */
export class Retraining extends Context.Service<Retraining>()("bedside/Retraining", {
  make: Effect.gen(function* () {
    const models = yield* Ports.RiskModels
    const releasing = yield* Releasing.Releasing
    const risks = FirstRisks.reader({
      predictions: yield* Ports.Predictions,
      measurements: yield* Ports.Measurements,
      labels: yield* Ports.Labels
    })

    /** The version that a training is to give: the minor one above all that there are. */
    const version = (task: Registry.Task) => Effect.map(models.lineage(task), nextMinor)

    const isOurs = ({ task, version: made, order }: Ordered) =>
      Effect.map(models.lineage(task), (lineage) =>
        lineage.some((entry) => entry.version === made && entry.steps[0]?.reason === order)
      )

    /** Trains the active version of a task anew, and registers what comes of it as a candidate. */
    const train = Effect.fn("Retraining.train")(
      function* (ordered: Ordered) {
        const { task, version: next, order, actor } = ordered
        if (yield* isOurs(ordered)) return { version: next }
        const now = yield* DateTime.now
        const active = yield* models.activeAt(task, now)
        const base = yield* models.model(task, active.version)
        const first = yield* risks.ofVersion(task, active.version)
        const labelled = yield* risks.labelled(base, task, first, now)
        const known = labelled.filter(({ outcome }) => outcome !== null).slice(-most)
        const about = { version: next, name: FirstRisks.nameOf(known) }
        const made = yield* run(base, rowsOf(base, known), about)
        yield* releasing.propose(actorOf(actor), task, made, order)
        return { version: next }
      },
      Effect.catchTags({
        NotFound: () => Effect.succeed({ refusal: "no-active-version" as const }),
        NotBetterThanChance: () => Effect.succeed({ refusal: "not-better-than-chance" as const }),
        TooFewOutcomes: ({ needed, withOutcome, without }) =>
          Effect.succeed({ refusal: "too-few-outcomes" as const, needed, withOutcome, without })
      }),
      // What is stored can be trained on, and the version was above all others when it was chosen.
      Effect.orDie,
      Effect.map((outcome): Campaign.Outcome => outcome)
    )

    return { version, train }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(
    Layer.provide(Releasing.Releasing.layer)
  )
}
