/**
 * Versions of trained models on their way: registered, watched as a shadow, activated, ended, gone back
 * from. Who asks for a step is who approves it.
 *
 * The guarantee that bites: nothing is registered that cannot be asked. A model whose features are not
 * those that it says, or that cannot compute with them, is refused with every problem; so is one whose
 * reference tells of other features.
 */
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Account from "../access/Account.ts"
import * as Invalid from "../input/Invalid.ts"
import * as Registry from "../risk/Registry.ts"
import * as RiskModel from "../risk/RiskModel.ts"
import * as ModelHashes from "./internal/modelHashes.ts"
import * as Ports from "./Ports.ts"

const absent = () => Effect.fail(new Ports.NotFound({ what: "risk-model" }))

const conflict = ({ code }: Registry.Refused) =>
  Effect.fail(new Ports.Conflict({ code, path: "version" }))

const problemsOf = ({ task, model, hashes }: Registry.Draft): ReadonlyArray<Invalid.Issue> => {
  const ready = RiskModel.ready(model)
  return [
    ...(model.id === task ? [] : [Invalid.issue("id", "task", task)]),
    ...(model.definitionSha256 === hashes.features
      ? []
      : [Invalid.issue("definitionSha256", "hash", hashes.features)]),
    ...(Result.isFailure(ready) ? [unready(ready.failure)] : []),
    ...strangersIn(model)
  ]
}

/** What the reference tells of, and the model has no such feature or was told of it already. */
const strangersIn = ({
  definition,
  reference
}: RiskModel.RiskModel): ReadonlyArray<Invalid.Issue> => {
  const awaited = new Set(definition.features.map(({ name }) => name))
  return (reference?.features ?? []).flatMap(({ name }, at) =>
    awaited.delete(name)
      ? []
      : [
          Invalid.issue(
            ["reference", "features", at, "name"],
            "feature",
            "a feature of the definition, each at most once"
          )
        ]
  )
}

const unready = (
  failure: Result.Result.Failure<ReturnType<typeof RiskModel.ready>>
): Invalid.Issue =>
  failure._tag === "FeaturesMismatch"
    ? Invalid.issue(
        "predictor.model",
        "features",
        `as many features as the definition has, which are ${failure.needed}`
      )
    : Invalid.issue("predictor.model", "trees", "trees that can be walked through")

/**
 * The workflows around the versions of trained models.
 *
 * @since 0.2.0
 */
export class Releasing extends Context.Service<Releasing>()("bedside/Releasing", {
  make: Effect.gen(function* () {
    const models = yield* Ports.RiskModels
    const hashesOf = ModelHashes.make(yield* Digest.Digest)

    const step = Effect.fnUntraced(
      function* (
        actor: Account.Actor,
        task: Registry.Task,
        reason: string,
        decide: (
          lineage: Registry.Lineage,
          by: Registry.Approval
        ) => Result.Result<Registry.Changes, Registry.Missing | Registry.Refused>
      ) {
        const by = { approver: actor.user, reason, now: yield* DateTime.now }
        return yield* models.append(task, (lineage) => decide(lineage, by))
      },
      Effect.catchTags({ RiskModelMissing: absent, RiskModelRefused: conflict })
    )

    const propose = Effect.fn("Releasing.propose")(function* (
      actor: Account.Actor,
      task: Registry.Task,
      model: RiskModel.RiskModel,
      reason: string
    ) {
      const draft = { task, model, hashes: yield* hashesOf(model) }
      const problems = problemsOf(draft)
      if (problems.length > 0) return yield* Invalid.of(problems)
      return yield* step(actor, task, reason, (lineage, by) => Registry.propose(lineage, draft, by))
    })

    const moving =
      (name: string, move: typeof Registry.shadow) =>
      (actor: Account.Actor, task: Registry.Task, version: string, reason: string) =>
        step(actor, task, reason, (lineage, by) => move(lineage, version, by)).pipe(
          Effect.withSpan(`Releasing.${name}`)
        )

    const rollback = Effect.fn("Releasing.rollback")(
      (actor: Account.Actor, task: Registry.Task, reason: string) =>
        step(actor, task, reason, Registry.rollback)
    )

    /** Every version of every task, newest first. */
    const list = Effect.map(Effect.forEach(Registry.Task.literals, models.lineage), (lineages) =>
      lineages.flatMap((lineage) => lineage.toReversed())
    )

    /** The active version, or the one that was active at a time. */
    const active = Effect.fn("Releasing.active")(function* (
      task: Registry.Task,
      at?: DateTime.Utc
    ) {
      return yield* models.activeAt(task, at ?? (yield* DateTime.now))
    })

    return {
      propose,
      shadow: moving("shadow", Registry.shadow),
      activate: moving("activate", Registry.activate),
      retire: moving("retire", Registry.retire),
      rollback,
      list,
      active
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(Layer.provide(Digest.layerWebCrypto))
}
