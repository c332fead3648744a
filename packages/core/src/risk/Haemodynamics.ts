/**
 * Quantities derived from pulse and blood pressure: mean arterial pressure, pulse pressure, and the
 * family of shock indices.
 *
 * The guarantee that bites: a diastolic pressure that is not below the systolic one, and a systolic
 * pressure of 0, are refused. Both occur in real data, and both would divide or subtract to nonsense.
 *
 * Not a medical device: these support the judgement of a clinician and do not replace it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Vital from "../measurement/Vital.ts"
import * as Equation from "./internal/equation.ts"
import * as Inputs from "./internal/inputs.ts"

/**
 * A blood pressure. Units: mm[Hg]. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Pressure extends Equation.Given<{
  readonly systolicPressure: number
  readonly diastolicPressure: number
}> {}

/**
 * What follows from a blood pressure, in mm[Hg]; null while an input is missing.
 *
 * @since 0.2.0
 */
export const Pressures = Schema.Struct({
  ...Equation.commonFields,
  meanPressure: Schema.NullOr(Schema.Finite),
  pulsePressure: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "DerivedPressures" })

/** @since 0.2.0 */
export interface Pressures extends Schema.Schema.Type<typeof Pressures> {}

/**
 * What the shock indices need. Units: `heartRate` in /min, pressures in mm[Hg], `age` in years.
 *
 * @since 0.2.0
 */
export interface Circulation
  extends
    Pressure,
    Equation.Given<{
      readonly heartRate: number
      readonly age: number
    }> {}

/**
 * The shock indices: `shockIndex` and `modifiedShockIndex` in min-1 per mm[Hg], as is usual without a
 * unit, `ageShockIndex` times years. Each is null while an input of its own is missing; `missing` lists
 * the inputs that are absent for any of the three.
 *
 * @since 0.2.0
 */
export const ShockIndices = Schema.Struct({
  ...Equation.commonFields,
  band: Schema.NullOr(Schema.Literals(["below-normal", "normal", "above-normal"])),
  shockIndex: Schema.NullOr(Schema.Finite),
  modifiedShockIndex: Schema.NullOr(Schema.Finite),
  ageShockIndex: Schema.NullOr(Schema.Finite)
}).annotate({ identifier: "ShockIndices" })

/** @since 0.2.0 */
export interface ShockIndices extends Schema.Schema.Type<typeof ShockIndices> {}

/**
 * The id, implementation version and source that every result of `pressures` carries.
 *
 * @since 0.2.0
 */
export const aboutPressures = {
  score: "derived-pressures",
  version: "1",
  citation: "By definition: a third of the pulse pressure above the diastolic pressure."
} as const

/**
 * The id, implementation version and sources that every result of `shockIndex` carries.
 *
 * @since 0.2.0
 */
export const aboutShockIndex = {
  score: "shock-index",
  version: "1",
  citation:
    "Allgower M, Burri C. Schockindex. Dtsch Med Wochenschr 1967;92:1947-1950. Modified: Liu YC et al. " +
    "World J Emerg Med 2012;3:114-117. With age: Zarzaur BL et al. J Surg Res 2008;147:229-236."
} as const

const { possible } = Vital.get("systolic-pressure")
const systolicPressure = Inputs.number(
  "systolicPressure",
  { minimum: 1, maximum: possible.maximum },
  "mm[Hg]"
)
const diastolicPressure = Inputs.number(
  "diastolicPressure",
  Vital.get("diastolic-pressure").possible,
  "mm[Hg]"
)
const heartRate = Inputs.number("heartRate", Vital.get("heart-rate").possible, "/min")

const shared = {
  together: Equation.diastolicBelowSystolic,
  population: "anyone",
  validated: [],
  rounding: "none"
}

const pressuresDefinition = {
  ...shared,
  about: aboutPressures,
  needs: [systolicPressure, diastolicPressure]
} as const satisfies Equation.Definition

const shockDefinition = {
  ...shared,
  about: aboutShockIndex,
  needs: [heartRate, systolicPressure, diastolicPressure, Equation.age]
} as const satisfies Equation.Definition

/**
 * What the derived pressures ask for, as data.
 *
 * @since 0.2.0
 */
export const formPressures = Equation.form(pressuresDefinition)

/**
 * What the shock indices ask for, as data.
 *
 * @since 0.2.0
 */
export const formShockIndex = Equation.form(shockDefinition)

const meanOf = (systolic: number, diastolic: number): number =>
  diastolic + (systolic - diastolic) / 3

/**
 * Derives the mean arterial pressure and the pulse pressure.
 *
 * Units and shape: mm[Hg], not rounded; a difference has no terms, so `contributions` is empty.
 *
 * Fails with: `ImpossibleInput`, naming every pressure outside its possible range, NaN included, a
 * systolic pressure below 1, and a diastolic pressure that is not below the systolic one.
 *
 * Method: diastolic + (systolic - diastolic) / 3, an approximation for a resting pulse; a mean pressure
 * that was measured is better.
 *
 * @example
 * ```ts
 * import * as Haemodynamics from "@bedside/core/Haemodynamics"
 * import * as Result from "effect/Result"
 *
 * const pressure = { systolicPressure: 130, diastolicPressure: 70 }
 * const { meanPressure, pulsePressure } = Result.getOrThrow(Haemodynamics.pressures(pressure))
 * meanPressure // => 90
 * pulsePressure // => 60
 * ```
 * @since 0.2.0
 */
export const pressures = (pressure: Pressure): Result.Result<Pressures, Equation.Refusal> =>
  Result.map(Equation.begin(pressuresDefinition, pressure), (result) => {
    if (!Equation.isComplete(pressuresDefinition, pressure)) {
      return { ...result, meanPressure: null, pulsePressure: null }
    }
    const { diastolicPressure, systolicPressure } = pressure
    return {
      ...result,
      meanPressure: meanOf(systolicPressure, diastolicPressure),
      pulsePressure: systolicPressure - diastolicPressure
    }
  })

/**
 * Computes the shock index, the modified shock index and the age shock index.
 *
 * Units and shape: those of `Circulation`, results not rounded. The shock index needs no diastolic
 * pressure and no age. `band` is that of the shock index of an adult: `normal` from 0.5 to 0.7, both
 * inclusive; it is null under 18 years, where normal is higher.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range, NaN included, a systolic
 * pressure below 1, and a diastolic pressure that is not below the systolic one.
 *
 * Method: heart rate / systolic pressure (Allgower and Burri 1967), heart rate / mean arterial pressure
 * (Liu et al. 2012), age times the shock index (Zarzaur et al. 2008, doi:10.1016/j.jss.2008.03.025). Of
 * the modified index and that with age no threshold is given: sources disagree.
 *
 * @example
 * ```ts
 * import * as Haemodynamics from "@bedside/core/Haemodynamics"
 * import * as Result from "effect/Result"
 *
 * const circulation = { heartRate: 120, systolicPressure: 80, diastolicPressure: 50, age: 70 }
 * const indices = Result.getOrThrow(Haemodynamics.shockIndex(circulation))
 * indices.shockIndex // => 1.5
 * indices.band // => "above-normal"
 * indices.modifiedShockIndex // => 2
 * indices.ageShockIndex // => 105
 * ```
 * @since 0.2.0
 */
export const shockIndex = (
  circulation: Circulation
): Result.Result<ShockIndices, Equation.Refusal> =>
  Result.map(Equation.begin(shockDefinition, circulation), (result) => {
    const age = circulation.age ?? null
    const shock = over(circulation.heartRate, circulation.systolicPressure)
    const isChild = age !== null && age < 18
    return {
      ...result,
      band: shock === null || isChild ? null : bandOf(shock),
      shockIndex: shock,
      modifiedShockIndex: over(circulation.heartRate, knownMean(circulation)),
      ageShockIndex: age === null || shock === null ? null : age * shock
    }
  })

const over = (
  numerator: number | null | undefined,
  denominator: number | null | undefined
): number | null =>
  typeof numerator === "number" && typeof denominator === "number" ? numerator / denominator : null

const knownMean = ({ diastolicPressure, systolicPressure }: Pressure): number | null =>
  typeof diastolicPressure === "number" && typeof systolicPressure === "number"
    ? meanOf(systolicPressure, diastolicPressure)
    : null

const bandOf = (shock: number): "below-normal" | "normal" | "above-normal" => {
  if (shock < 0.5) return "below-normal"
  return shock > 0.7 ? "above-normal" : "normal"
}
