/**
 * Measurements as the features of a model are computed from them: the readings whose value is a number,
 * by vital. What a model does not look at is left to its definition, which names its vitals.
 */
import type * as Measurement from "../../measurement/Measurement.ts"
import type * as Series from "../../measurement/Series.ts"
import type * as Vital from "../../measurement/Vital.ts"
import type * as Features from "../../risk/Features.ts"

/** In the order of the measurements. */
export const of = (
  measurements: ReadonlyArray<Measurement.Measurement>
): Features.History["readings"] => {
  const byVital: { [V in Vital.Code]?: Array<Series.Reading> } = {}
  for (const { id, vital, observedAt, value } of measurements) {
    if (typeof value === "number") (byVital[vital] ??= []).push({ id, observedAt, value })
  }
  return byVital
}
