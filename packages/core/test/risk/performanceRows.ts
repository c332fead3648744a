/** Rows with outcomes that are random but always the same. */
import * as Result from "effect/Result"
import type * as Outcomes from "../../src/risk/Outcomes.ts"
import { normals, uniforms } from "../sensor/draws.ts"

export interface Rows {
  readonly labels: Uint8Array
  readonly probabilities: Float64Array
}

/** Outcomes that happen with exactly the chance that is stated. */
export const calibrated = (seed: number, rows: number, spread = 1.5): Rows => {
  const probabilities = normals(seed, rows).map((z) => 1 / (1 + Math.exp(1 - spread * z)))
  const random = uniforms(seed + 7919)
  return { labels: Uint8Array.from(probabilities, (it) => Number(random() < it)), probabilities }
}

export const figure = <A>(measured: Outcomes.Measured<A>): A => Result.getOrThrow(measured)

/** Why rows were refused. */
export const reasons = (measured: Outcomes.Measured<unknown>): ReadonlyArray<string> =>
  Result.getOrThrow(Result.flip(measured)).problems.map(({ reason }) => reason)
