/**
 * The Glasgow Coma Scale: how a patient opens the eyes, speaks and moves.
 *
 * The guarantee that bites: a part that cannot be tested is missing. A patient with a tube in the
 * throat gets no total, and never the 1 of a patient who makes no sound.
 *
 * Not a medical device: it supports the judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import * as Chart from "./Chart.ts"

/**
 * How severe an injury of the head is, from the most severe.
 *
 * @since 0.2.0
 */
export type Band = "severe" | "moderate" | "mild"

/**
 * The best response of each part, whole numbers. An absent or null part is missing: not testable,
 * or not tested.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  /** 1 none, 2 to pressure, 3 to sound, 4 spontaneous. */
  readonly eyes?: number | null | undefined
  /** 1 none, 2 sounds, 3 words, 4 confused, 5 orientated. */
  readonly verbal?: number | null | undefined
  /** 1 none, 2 extension, 3 abnormal flexion, 4 normal flexion, 5 localising, 6 obeys commands. */
  readonly motor?: number | null | undefined
}

const points = [1, 2, 3, 4, 5, 6]
const part = { kind: "number", unit: "{score}", minimum: 1, whole: true } as const

const chart = Result.getOrThrow(
  Chart.make({
    id: "glasgow-coma-scale",
    version: "1",
    citation:
      "Teasdale G, Jennett B. Assessment of coma and impaired consciousness. Lancet " +
      "1974;304:81-84. doi:10.1016/S0140-6736(74)91639-0",
    points,
    inputs: [
      { ...part, name: "eyes", maximum: 4, row: "  1 | 2 | 3 | 4 |   |  " },
      { ...part, name: "verbal", maximum: 5, row: "1 | 2 | 3 | 4 | 5 |  " },
      { ...part, name: "motor", maximum: 6, row: " 1 | 2 | 3 | 4 | 5 | 6" }
    ],
    bands: [
      { from: 0, band: "severe" },
      { from: 9, band: "moderate" },
      { from: 13, band: "mild" }
    ]
  })
)

/**
 * The id, implementation version and source that every result carries.
 *
 * @since 0.2.0
 */
export const about = chart.about

/**
 * What the score asks for, as data.
 *
 * @since 0.2.0
 */
export const form = chart.form

/**
 * Adds up the three parts.
 *
 * Shape: that of `Observation`. `total` runs from 3 to 15; a low one is the bad one. With a part
 * missing it is null, and so is the band; `lowerBound` is then the sum of the others.
 *
 * Fails with: `ImpossibleInput`, naming every part outside its range or no whole number, NaN
 * included.
 *
 * Method: Teasdale and Jennett 1974 (doi:10.1016/S0140-6736(74)91639-0), with the sixth motor
 * response of later practice. The bands are those in use for injuries of the head, as in table 1 of
 * doi:10.1186/s41984-020-00096-5: 13 to 15 mild, 9 to 12 moderate, 3 to 8 severe.
 *
 * @example
 * ```ts
 * import * as GlasgowComaScale from "@bedside/core/GlasgowComaScale"
 * import * as Result from "effect/Result"
 *
 * const awake = Result.getOrThrow(GlasgowComaScale.score({ eyes: 3, verbal: 4, motor: 5 }))
 * awake.total // => 12
 * awake.band // => "moderate"
 * const intubated = Result.getOrThrow(GlasgowComaScale.score({ eyes: 3, verbal: null, motor: 5 }))
 * intubated.total // => null
 * intubated.missing // => ["verbal"]
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
