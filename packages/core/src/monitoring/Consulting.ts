/**
 * Asking for a second opinion, and going on without one.
 *
 * The guarantee that bites: `conclude` always has an answer. Whatever the consultant does (fails, breaks,
 * answers nonsense), the rules and the trained model stand, with the reason beside them. Time is the
 * consultant's matter: a layer owns its own deadline.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Assessor from "../risk/Assessor.ts"

/**
 * There is no opinion, and why. `status` is that of an HTTP answer which was no success.
 *
 * @since 0.2.0
 */
export class NotConsulted extends Schema.TaggedError<NotConsulted>()("NotConsulted", {
  reason: Assessor.Unused,
  status: Schema.optionalKey(Schema.Int)
}) {}

/**
 * Whom to ask. `model` is the name under which opinions go on record, null where nobody is asked.
 *
 * @since 0.2.0
 */
export class Consultant extends Context.Service<
  Consultant,
  {
    readonly model: string | null
    readonly consult: (evidence: Assessor.Evidence) => Effect.Effect<Assessor.Opinion, NotConsulted>
  }
>()("bedside/Consultant") {}

/**
 * Whoever is asked where nobody is.
 *
 * @since 0.2.0
 */
export const nobody: Consultant["Service"] = {
  model: null,
  consult: () => Effect.fail(new NotConsulted({ reason: "off" }))
}

/**
 * Asks nobody.
 *
 * @since 0.2.0
 */
export const off: Layer.Layer<Consultant> = Layer.succeed(Consultant, nobody)

/**
 * A conclusion with whom it was that was asked, and in which words.
 *
 * @since 0.2.0
 */
export interface Concluded extends Assessor.Conclusion {
  readonly consultant: string | null
  readonly instructions: string
}

/**
 * Asks the consultant and brings its opinion together with the rule and the trained model.
 *
 * Shape: the levels of the rule and of the model, and evidence as `Assessor.evidence` makes it. The
 * opinion is checked here again, whoever gives it.
 *
 * Fails with: nothing; `unused` says why there is no opinion. An interruption is passed on.
 *
 * @example
 * ```ts
 * import * as Consulting from "@bedside/core/Consulting"
 * import * as Effect from "effect/Effect"
 *
 * const score = { id: "s1", score: "news2", total: 7, lowerBound: 7, band: "high" } as const
 * const evidence = { observations: [], scores: [score], risks: [] }
 * const concluded = await Effect.runPromise(
 *   Effect.provide(Consulting.conclude({ rule: "high", model: null, evidence }), Consulting.off)
 * )
 * concluded.level // => "high"
 * concluded.unused // => "off"
 * ```
 * @since 0.2.0
 */
export const conclude = Effect.fn("Consulting.conclude")(function* ({
  rule,
  model,
  evidence
}: {
  readonly rule: Assessor.Level | null
  readonly model: Assessor.Level | null
  readonly evidence: Assessor.Evidence
}) {
  const consultant = yield* Consultant
  const asked = yield* Effect.suspend(() => consultant.consult(evidence)).pipe(
    Effect.flatMap((opinion) => Effect.fromResult(Assessor.check(opinion, evidence))),
    Effect.catchDefect(() => new NotConsulted({ reason: "defect" })),
    Effect.result
  )
  const opinion = Result.isSuccess(asked) ? asked.success : asked.failure.reason
  const concluded: Concluded = {
    ...Assessor.combine({ rule, model, opinion }),
    consultant: consultant.model,
    instructions: Assessor.instructions.version
  }
  return concluded
})
