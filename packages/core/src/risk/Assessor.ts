/**
 * A second opinion from a language model, around which nothing is trusted: what it is shown, what it
 * may answer, how the answer is checked, and what counts in the end.
 *
 * The guarantee that bites: an opinion can raise a level and never lowers one, so that an alarm of the
 * rules stands whatever a model answers. What is shown is made of numbers, ids that are made here and
 * codes of closed lists: no text that somebody wrote can reach the model, and nobody can be told by it.
 *
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Measurement from "../measurement/Measurement.ts"
import * as Vital from "../measurement/Vital.ts"
import * as Shown from "./internal/assessorEvidence.ts"
import * as Prompt from "./internal/assessorPrompt.ts"
import type * as Score from "./Score.ts"

/**
 * What a model is shown: observations, each in the canonical unit of its vital, totals of scores, and
 * probabilities of trained models. Its own ids stand for them (`o1`, `s1`, `r1`), minutes before the
 * assessment for times.
 *
 * @since 0.2.0
 */
export const Evidence = Shown.Evidence

/** @since 0.2.0 */
export interface Evidence extends Schema.Schema.Type<typeof Evidence> {}

/**
 * What evidence is made of. Of a measurement only its vital, value, time and flag are read; of a score
 * and a risk only id, numbers and band.
 *
 * @since 0.2.0
 */
export interface Given {
  readonly at: DateTime.DateTime
  readonly measurements: ReadonlyArray<
    Pick<Measurement.Measurement, "id" | "vital" | "value" | "observedAt" | "flag">
  >
  readonly scores?: ReadonlyArray<Pick<Score.Assessment, "score" | "total" | "lowerBound" | "band">>
  readonly risks?: ReadonlyArray<Pick<Score.Risk, "score" | "risk" | "band">>
}

/**
 * Evidence with the way back: which measurement stands behind an id, which stays on our side. `leftOut`
 * counts what was given and is not shown.
 *
 * @since 0.2.0
 */
export interface Collected {
  readonly evidence: Evidence
  readonly measurements: ReadonlyMap<string, Measurement.MeasurementId>
  readonly leftOut: number
}

/**
 * How old an observation may be to be shown: 48 hours.
 *
 * Units: minutes.
 *
 * @since 0.2.0
 */
export const longestBefore: number = Shown.longestBefore

/**
 * How many observations are shown at most, the newest.
 *
 * @since 0.2.0
 */
export const mostObservations = 200

/**
 * Makes evidence of measurements, scores and estimates.
 *
 * Units and shape: values in the canonical units of their vitals, as measurements on record are. The
 * newest observation is `o1`. Left out, and counted: what was observed after `at` or more than 48 hours
 * before it, beyond the newest 200 (of scores and risks, the first 99), a value that is none of its
 * vital, a risk that is null, and a score, model or band that is not of the closed lists (a hospital's
 * own chart, for its name is free text).
 *
 * Fails with: nothing; evidence of nothing is empty, and `input` refuses it.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 * import * as Measurement from "@bedside/core/Measurement"
 * import * as Timestamp from "@bedside/core/Timestamp"
 *
 * const { evidence, measurements } = Assessor.evidence({
 *   at: Timestamp.at(600_000),
 *   measurements: [
 *     {
 *       id: Measurement.MeasurementId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
 *       vital: "heart-rate",
 *       value: 118,
 *       observedAt: Timestamp.at(0),
 *       flag: null
 *     }
 *   ]
 * })
 * evidence.observations // => [{ id: "o1", vital: "heart-rate", value: 118, minutesBefore: 10, implausible: false }]
 * measurements.get("o1") // => "01890a5d-ac96-774b-bcce-b302099a8057"
 * ```
 * @since 0.2.0
 */
export const evidence = ({ at, measurements, scores = [], risks = [] }: Given): Collected => {
  const now = DateTime.toEpochMillis(at)
  const observed = measurements
    .flatMap((it) => Option.toArray(Option.map(observation(now, it), (shown) => ({ it, shown }))))
    .toSorted(
      (a, b) => DateTime.toEpochMillis(b.it.observedAt) - DateTime.toEpochMillis(a.it.observedAt)
    )
    .slice(0, mostObservations)
    .map(({ it, shown }, index) => ({ it, shown: { ...shown, id: `o${index + 1}` } }))
  const evidence = {
    observations: observed.map(({ shown }) => shown),
    scores: numbered(
      "s",
      scores.flatMap((it) => Option.toArray(Shown.decodeTotal({ ...it, id: "s1" })))
    ),
    risks: numbered(
      "r",
      risks.flatMap((it) => Option.toArray(probability(it)))
    )
  }
  return {
    evidence,
    measurements: new Map(observed.map(({ it, shown }) => [shown.id, it.id])),
    leftOut: measurements.length + scores.length + risks.length - Shown.idsOf(evidence).length
  }
}

const observation = (
  now: number,
  { vital, value, observedAt, flag }: Given["measurements"][number]
): Option.Option<Evidence["observations"][number]> => {
  const minutesBefore = Math.floor((now - DateTime.toEpochMillis(observedAt)) / 60_000)
  if (Vital.find(vital)?.kind === "numeric") {
    return Shown.decodeQuantity({
      id: "o1",
      vital,
      value,
      minutesBefore,
      implausible: flag !== null
    })
  }
  return Vital.find(vital)?.kind === "coded"
    ? Shown.decodeCode({ id: "o1", vital, value, minutesBefore })
    : Option.none()
}

const probability = ({
  score,
  risk,
  band
}: Pick<Score.Risk, "score" | "risk" | "band">): Option.Option<Evidence["risks"][number]> =>
  Shown.decodeProbability({ id: "r1", model: score, risk, band })

const numbered = <A extends object>(letter: string, items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items.slice(0, 99).map((item, index) => ({ ...item, id: `${letter}${index + 1}` }))

/**
 * The evidence is empty, or not made of what evidence is made of.
 *
 * @since 0.2.0
 */
export class InvalidEvidence extends Schema.TaggedError<InvalidEvidence>()("InvalidEvidence", {}) {}

const decodeEvidence = Schema.decodeUnknownOption(Evidence)

/**
 * The text that a model is given: the evidence as JSON, with units and outcomes added.
 *
 * Shape: evidence, which is checked again here, wherever it comes from.
 *
 * Fails with: `InvalidEvidence`, when it is empty, says one id twice, or holds anything but numbers, ids
 * and codes of the closed lists. A field that evidence does not have is not passed on.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 * import * as Result from "effect/Result"
 *
 * const score = { id: "s1", score: "news2", total: 7, lowerBound: 7, band: "high" } as const
 * const text = Assessor.input({ observations: [], scores: [score], risks: [] })
 * JSON.parse(Result.getOrThrow(text)).scores[0].total // => 7
 * Result.isFailure(Assessor.input({ observations: [], scores: [], risks: [] })) // => true
 * ```
 * @since 0.2.0
 */
export const input = (evidence: Evidence): Result.Result<string, InvalidEvidence> =>
  Option.match(decodeEvidence(evidence), {
    onNone: () => Result.fail(new InvalidEvidence()),
    onSome: (checked) => Result.succeed(Shown.render(checked))
  })

/**
 * What a model is told to do, always the same, and the version of these words.
 *
 * @since 0.2.0
 */
export const instructions: { readonly version: string; readonly text: string } = {
  version: Prompt.version,
  text: Prompt.instructions
}

/**
 * Levels of concern, from the lowest; an opinion has no "low-medium".
 *
 * @since 0.2.0
 */
export const Level = Schema.Literals(["low", "low-medium", "medium", "high"])

/** @since 0.2.0 */
export type Level = typeof Level.Type

/**
 * Why a model holds its opinion: the reasons there are.
 *
 * @since 0.2.0
 */
export const Reason = Schema.Literals([
  "respiration",
  "oxygenation",
  "circulation",
  "consciousness",
  "temperature",
  "metabolism",
  "pain",
  "worsening",
  "improving",
  "unstable",
  "scores",
  "risks",
  "sparse-readings",
  "old-readings",
  "conflicting-readings",
  "nothing-abnormal"
])

/** @since 0.2.0 */
export type Reason = typeof Reason.Type

const OpinionLevel = Schema.Literals(["low", "medium", "high"])

/**
 * What a model answers. `probability` is that of a deterioration within 24 hours, as the model puts it:
 * nobody has calibrated it. `evidence` are ids of what it was shown. `remark` is the word of the model:
 * to be shown as such or not at all, as plain text, and never to be acted on.
 *
 * @since 0.2.0
 */
export const Opinion = Schema.Struct({
  abstain: Schema.Boolean,
  level: Schema.NullOr(OpinionLevel),
  probability: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  evidence: Schema.Array(Schema.String),
  reasons: Schema.Array(Reason),
  remark: Schema.String.check(Schema.isMaxLength(Prompt.longestRemark))
}).annotate({ identifier: "AssessorOpinion" })

/** @since 0.2.0 */
export interface Opinion extends Schema.Schema.Type<typeof Opinion> {}

/**
 * The JSON Schema of an opinion, for servers that hold a model to one: strict, with every property
 * required and no other allowed.
 *
 * @since 0.2.0
 */
export const opinionSchema = Prompt.schemaOf(OpinionLevel.literals, Reason.literals)

/**
 * Why an answer is no opinion: it is not of the shape (`malformed`), it names evidence that it was not
 * shown (`unknown-evidence`), or it contradicts itself (`inconsistent`): a level beside an abstention, no
 * level and no abstention, a level without evidence or reason, or one of them twice. What the answer said
 * is not repeated.
 *
 * @since 0.2.0
 */
export class OpinionRejected extends Schema.TaggedError<OpinionRejected>()("OpinionRejected", {
  reason: Schema.Literals(["malformed", "unknown-evidence", "inconsistent"])
}) {}

const reject = (reason: OpinionRejected["reason"]) => Result.fail(new OpinionRejected({ reason }))

const parseOpinion = Schema.decodeUnknownOption(Schema.fromJsonString(Opinion), {
  onExcessProperty: "error"
})

/**
 * Reads the answer of a model.
 *
 * Shape: the text as it came, and the evidence that was shown.
 *
 * Fails with: `OpinionRejected`. A number that is written as text, "NaN" and "Infinity" among them, is
 * malformed, and so is a probability outside 0 to 1 and a property that opinions do not have.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 * import * as Result from "effect/Result"
 *
 * const score = { id: "s1", score: "news2", total: 7, lowerBound: 7, band: "high" } as const
 * const evidence: Assessor.Evidence = { observations: [], scores: [score], risks: [] }
 * const answer = (id: string) =>
 *   `{"abstain":false,"level":"high","probability":0.4,"evidence":["${id}"],"reasons":["scores"],"remark":""}`
 * Result.getOrThrow(Assessor.read(answer("s1"), evidence)).level // => "high"
 * Result.getOrThrow(Result.flip(Assessor.read(answer("s2"), evidence))).reason // => "unknown-evidence"
 * Result.getOrThrow(Result.flip(Assessor.read("high", evidence))).reason // => "malformed"
 * ```
 * @since 0.2.0
 */
export const read = (text: string, evidence: Evidence): Result.Result<Opinion, OpinionRejected> =>
  Option.match(parseOpinion(text), {
    onNone: () => reject("malformed"),
    onSome: (opinion) => check(opinion, evidence)
  })

const decodeOpinion = Schema.decodeUnknownOption(Opinion)

const isRepeated = (items: ReadonlyArray<string>): boolean => new Set(items).size < items.length

const isInconsistent = ({ abstain, level, probability, evidence, reasons }: Opinion): boolean => {
  if (isRepeated(evidence) || isRepeated(reasons)) return true
  if (abstain) return level !== null || probability !== null
  return level === null || evidence.length === 0 || reasons.length === 0
}

/**
 * Holds an opinion against the evidence that was shown.
 *
 * Shape: an opinion from wherever; the same out when it stands.
 *
 * Fails with: `OpinionRejected`, as `read` does.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 * import * as Result from "effect/Result"
 *
 * const score = { id: "s1", score: "news2", total: 0, lowerBound: 0, band: "low" } as const
 * const evidence: Assessor.Evidence = { observations: [], scores: [score], risks: [] }
 * const opinion: Assessor.Opinion = {
 *   abstain: false,
 *   level: "low",
 *   probability: null,
 *   evidence: [],
 *   reasons: ["nothing-abnormal"],
 *   remark: ""
 * }
 * Result.getOrThrow(Result.flip(Assessor.check(opinion, evidence))).reason // => "inconsistent"
 * Result.isSuccess(Assessor.check({ ...opinion, evidence: ["s1"] }, evidence)) // => true
 * ```
 * @since 0.2.0
 */
export const check = (
  opinion: Opinion,
  evidence: Evidence
): Result.Result<Opinion, OpinionRejected> => {
  const decoded = decodeOpinion(opinion)
  if (Option.isNone(decoded)) return reject("malformed")
  const shown = new Set(Shown.idsOf(evidence))
  if (!decoded.value.evidence.every((id) => shown.has(id))) return reject("unknown-evidence")
  return isInconsistent(decoded.value) ? reject("inconsistent") : Result.succeed(decoded.value)
}

/**
 * Why there is no opinion, or why it is not used: nobody is asked (`off`); the day's budget is spent;
 * the `circuit-open` after failures or by request of the server; no answer by the `deadline`;
 * `unreachable`; an `http-status` that is no success; a `refusal`; an answer that was `truncated`,
 * `too-large` or `malformed`, that names `unknown-evidence` or is `inconsistent`; the model `abstained`;
 * the evidence is no evidence; or a `defect` of ours.
 *
 * @since 0.2.0
 */
export const Unused = Schema.Literals([
  "off",
  "budget",
  "circuit-open",
  "deadline",
  "unreachable",
  "http-status",
  "refusal",
  "truncated",
  "too-large",
  ...OpinionRejected.fields.reason.literals,
  "abstained",
  "invalid-evidence",
  "defect"
])

/** @since 0.2.0 */
export type Unused = typeof Unused.Type

/**
 * The level that counts, and what it comes from: `from` names those of the rule, the trained model and
 * the opinion whose level it is. `unused` says why the opinion does not count, and is null where it does.
 *
 * @since 0.2.0
 */
export const Conclusion = Schema.Struct({
  level: Schema.NullOr(Level),
  from: Schema.Array(Schema.Literals(["rule", "model", "opinion"])),
  rule: Schema.NullOr(Level),
  model: Schema.NullOr(Level),
  opinion: Schema.NullOr(Opinion),
  unused: Schema.NullOr(Unused)
}).annotate({ identifier: "AssessorConclusion" })

/** @since 0.2.0 */
export interface Conclusion extends Schema.Schema.Type<typeof Conclusion> {}

/**
 * The level that a band stands for.
 *
 * Shape: the band of a score or of a trained model.
 *
 * Fails with: nothing; null for none, and for a band that is no level.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 *
 * Assessor.levelOf("low-medium") // => "low-medium"
 * Assessor.levelOf("met") // => null
 * ```
 * @since 0.2.0
 */
export const levelOf = (band: string | null): Level | null =>
  Level.literals.find((level) => level === band) ?? null

const rank = (level: Level | null): number => (level === null ? -1 : Level.literals.indexOf(level))

/**
 * Brings together what the rules say, what a trained model says, and an opinion or why there is none.
 *
 * Shape: `rule` is the level of the score that the ward goes by, null while it is not certain. The
 * highest of the three counts, so the level is never below that of the rule or of the model. Without a
 * rule the others can raise the alarm and not give the all-clear: "low" is then null.
 *
 * Fails with: nothing. The opinion is to be checked before.
 *
 * @example
 * ```ts
 * import * as Assessor from "@bedside/core/Assessor"
 *
 * Assessor.combine({ rule: "high", model: "low", opinion: "deadline" }).level // => "high"
 * Assessor.combine({ rule: "low", model: "medium", opinion: "off" }).from // => ["model"]
 * Assessor.combine({ rule: null, model: "low", opinion: "off" }).level // => null
 * ```
 * @since 0.2.0
 */
export const combine = ({
  rule,
  model,
  opinion
}: {
  readonly rule: Level | null
  readonly model: Level | null
  readonly opinion: Opinion | Unused
}): Conclusion => {
  const given = typeof opinion === "string" ? null : opinion
  const levels = [
    ["rule", rule],
    ["model", model],
    ["opinion", given?.level ?? null]
  ] as const
  const [, highest] = levels.reduce((best, it) => (rank(it[1]) > rank(best[1]) ? it : best))
  const level = rule === null && highest === "low" ? null : highest
  return {
    level,
    from: level === null ? [] : levels.filter((it) => it[1] === level).map(([name]) => name),
    rule,
    model,
    opinion: given,
    unused: typeof opinion === "string" ? opinion : opinion.abstain ? "abstained" : null
  }
}
