/**
 * The level of consciousness on the ACVPU scale: alert, (new) confusion, voice, pain, unresponsive.
 *
 * The guarantee that bites: what was not asked leaves the level unknown. It is never "alert" for
 * want of an answer.
 *
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Vital from "../measurement/Vital.ts"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"
import * as Score from "./Score.ts"

/**
 * The id, implementation version and source of the mapping from the Glasgow coma scale.
 *
 * @since 0.2.0
 */
export const about = {
  score: "acvpu",
  version: "1",
  citation:
    "Bennett N, Plecko D, Ukor IF, Meinshausen N, Buehlmann P. ricu: R's interface to intensive " +
    "care data. 2021. doi:10.48550/arXiv.2108.00796"
} as const

/**
 * What was found, in the order in which it is tried. `newConfusion` is confusion that was not there
 * before, in a patient who is awake.
 *
 * @since 0.2.0
 */
export interface Findings {
  readonly fullyConscious?: boolean | null | undefined
  readonly newConfusion?: boolean | null | undefined
  readonly respondsToVoice?: boolean | null | undefined
  readonly respondsToPain?: boolean | null | undefined
  readonly unresponsive?: boolean | null | undefined
}

// Of a patient who is not awake the best response decides.
const responses = [
  ["respondsToVoice", "voice"],
  ["respondsToPain", "pain"],
  ["unresponsive", "unresponsive"]
] as const

/**
 * The level that findings at the bedside give.
 *
 * Shape: that of `Findings`; the best response that was found, and confusion in place of alert
 * where it is new. Null when none of them is true: nothing was asked, or every answer was no, which
 * cannot be.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Acvpu from "@bedside/core/Acvpu"
 *
 * Acvpu.fromFindings({ fullyConscious: false, respondsToVoice: true }) // => "voice"
 * Acvpu.fromFindings({ fullyConscious: true, newConfusion: true }) // => "confusion"
 * Acvpu.fromFindings({}) // => null
 * ```
 * @since 0.2.0
 */
export const fromFindings = (findings: Findings): Vital.Consciousness | null => {
  const awake = findings.newConfusion === true ? "confusion" : null
  if (findings.fullyConscious === true) return awake ?? "alert"
  return responses.find(([finding]) => findings[finding] === true)?.[1] ?? awake
}

const scale = Vital.get("glasgow-coma-scale")
const total = Inputs.whole("glasgowComaScale", scale.possible, scale.unit)

// The table of the source; the columns are the levels.
const reached = ["unresponsive", "pain", "voice", "alert"] as const
const row = Score.row("3 | 4-9 | 10-13 | 14-15")

/**
 * The level that a total of the Glasgow coma scale stands for.
 *
 * Shape: a whole number from 3 to 15; never "confusion", which the total does not tell.
 *
 * Fails with: `ImpossibleInput`, for any other number, NaN included.
 *
 * Method: the mapping of the ricu package (doi:10.48550/arXiv.2108.00796): 3 unresponsive, 4 to 9
 * pain, 10 to 13 voice, 14 and 15 alert. It is a convention for data in which nobody recorded the
 * level, and no substitute for looking at the patient.
 *
 * @example
 * ```ts
 * import * as Acvpu from "@bedside/core/Acvpu"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Acvpu.fromGlasgowComaScale(13)) // => "voice"
 * Result.isFailure(Acvpu.fromGlasgowComaScale(16)) // => true
 * ```
 * @since 0.2.0
 */
export const fromGlasgowComaScale = (
  glasgowComaScale: number
): Result.Result<Exclude<Vital.Consciousness, "confusion">, Score.ImpossibleInput> => {
  const level = reached[Score.column(row, glasgowComaScale)]
  const inputs = Inputs.impossible([total], { glasgowComaScale })
  return level === undefined || inputs.length > 0
    ? Result.fail(new Score.ImpossibleInput({ score: about.score, inputs }))
    : Result.succeed(level)
}

/**
 * What is known of a patient's consciousness: findings, or a total of the Glasgow coma scale.
 *
 * @since 0.2.0
 */
export interface Observation extends Findings, Equation.Observed {
  readonly glasgowComaScale?: number | null | undefined
}

/**
 * A level with what it was taken from; null while nothing tells it.
 *
 * @since 0.2.0
 */
export const Level = Schema.Struct({
  ...Equation.commonFields,
  consciousness: Schema.NullOr(Vital.Consciousness)
}).annotate({ identifier: "ConsciousnessLevel" })

/** @since 0.2.0 */
export interface Level extends Schema.Schema.Type<typeof Level> {}

const definition = {
  about,
  needs: [],
  circumstances: [
    Inputs.flag("fullyConscious"),
    Inputs.flag("newConfusion"),
    Inputs.flag("respondsToVoice"),
    Inputs.flag("respondsToPain"),
    Inputs.flag("unresponsive"),
    total
  ],
  population: "anyone",
  validated: [],
  rounding: "none"
} as const satisfies Equation.Definition

/**
 * What the level asks for, as data.
 *
 * @since 0.2.0
 */
export const form = Equation.form(definition)

/**
 * The level with what it was taken from: what was found at the bedside or, where nothing was, the
 * total of the Glasgow coma scale.
 *
 * Shape: that of `Observation`; `consciousness` is null, and the findings are missing, when nothing
 * tells it.
 *
 * Fails with: `ImpossibleInput`, naming every input that is not of its kind, or a total that is no
 * whole number from 3 to 15.
 *
 * Method: `fromFindings`, then `fromGlasgowComaScale`.
 *
 * @example
 * ```ts
 * import * as Acvpu from "@bedside/core/Acvpu"
 * import * as Result from "effect/Result"
 *
 * Result.getOrThrow(Acvpu.level({ glasgowComaScale: 13 })).consciousness // => "voice"
 * Result.getOrThrow(Acvpu.level({ fullyConscious: false })).consciousness // => null
 * ```
 * @since 0.2.0
 */
export const level = (observation: Observation): Result.Result<Level, Equation.Refusal> =>
  Result.flatMap(Equation.begin(definition, observation), (result) => {
    const found = fromFindings(observation)
    const { glasgowComaScale } = observation
    if (found !== null || typeof glasgowComaScale !== "number") {
      const missing = found === null ? unasked(observation) : []
      return Result.succeed({ ...result, missing, consciousness: found })
    }
    return Result.map(fromGlasgowComaScale(glasgowComaScale), (consciousness) => ({
      ...result,
      consciousness
    }))
  })

const unasked = (observation: Observation): ReadonlyArray<string> =>
  Inputs.missing(definition.circumstances, { ...observation })
