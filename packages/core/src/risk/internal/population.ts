/**
 * What a chart refuses: inputs that cannot be true, and patients whom it is not for.
 */
import type * as Shape from "./chartShape.ts"
import * as Score from "../Score.ts"
import * as Inputs from "./inputs.ts"

/** What a population asks about a patient: recorded when given, and not missed when not. */
export const fields = (population: Shape.Population | undefined): ReadonlyArray<Inputs.Field> => [
  ...(population?.ageFrom === undefined && population?.ageBelow === undefined ? [] : [age]),
  ...(population?.pregnancy === undefined ? [] : [Inputs.flag("pregnant")]),
  ...(population?.pregnancy === "required" ? [Inputs.flag("postpartum")] : [])
]

const age: Inputs.Field = {
  ...Inputs.number("age", { minimum: 0, maximum: 130 }, "years"),
  unit: "a"
}

/** The refusal that the inputs call for: what cannot be true first, then who is outside. */
export const refusal = (
  score: string,
  population: Shape.Population | undefined,
  fields: ReadonlyArray<Inputs.Field>,
  given: Inputs.Given
): Score.ImpossibleInput | Score.OutsidePopulation | undefined => {
  const inputs = [...Inputs.impossible(fields, given), ...crossed(fields, given)]
  if (inputs.length > 0) return new Score.ImpossibleInput({ score, inputs })
  if (population === undefined) return undefined
  const reasons = reasonsOutside(population, given)
  if (reasons.length === 0) return undefined
  return new Score.OutsidePopulation({ score, population: population.description, reasons })
}

// A pair of pressures is one measurement: crossed, it is an artefact.
const crossed = (
  fields: ReadonlyArray<Inputs.Field>,
  { diastolicPressure, systolicPressure }: Inputs.Given
): Score.ImpossibleInput["inputs"] =>
  fields.some(({ name, holds }) => name === "diastolicPressure" && holds(diastolicPressure)) &&
  fields.some(({ name, holds }) => name === "systolicPressure" && holds(systolicPressure)) &&
  Number(diastolicPressure) >= Number(systolicPressure)
    ? [{ name: "diastolicPressure", expected: "below the systolic pressure" }]
    : []

const reasonsOutside = (
  { ageFrom = 0, ageBelow = Infinity, pregnancy }: Shape.Population,
  { age, postpartum, pregnant }: Inputs.Given
): ReadonlyArray<string> => [
  ...(typeof age === "number" && age < ageFrom ? [`under ${ageFrom} years`] : []),
  ...(typeof age === "number" && age >= ageBelow ? [`${ageBelow} years or over`] : []),
  ...(pregnancy === "excluded" && pregnant === true ? ["pregnant"] : []),
  ...(pregnancy === "required" && pregnant === false && postpartum !== true
    ? ["neither pregnant nor postpartum"]
    : [])
]
