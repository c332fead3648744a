/**
 * The first National Early Warning Score of the Royal College of Physicians (2012), which NEWS2
 * replaced in 2017. It has one scale of saturation and does not know new confusion.
 *
 * The guarantee that bites: its bands are its own. A single 3 is medium risk here and low-medium in
 * NEWS2, so that a total of one is not to be answered as the other advises.
 *
 * For patients of 16 years and over who are not pregnant. Not a medical device: it supports the
 * judgement of a clinician and does not replace it.
 */
import * as Result from "effect/Result"
import type * as Vital from "../measurement/Vital.ts"
import * as Chart from "./Chart.ts"
import * as Points from "./internal/points.ts"

/**
 * The bands of clinical risk, from the lowest.
 *
 * @since 0.2.0
 */
export type Band = "low" | "medium" | "high"

/**
 * One set of observations. Units: `respiratoryRate` and `pulse` in /min, `oxygenSaturation` in %,
 * `systolicPressure` in mm[Hg], `temperature` in Cel, `age` in years. An absent input is missing.
 *
 * @since 0.2.0
 */
export interface Observation extends Chart.Options {
  readonly respiratoryRate?: number | null | undefined
  readonly oxygenSaturation?: number | null | undefined
  readonly supplementalOxygen?: boolean | null | undefined
  readonly systolicPressure?: number | null | undefined
  readonly pulse?: number | null | undefined
  readonly consciousness?: Exclude<Vital.Consciousness, "confusion"> | null | undefined
  readonly temperature?: number | null | undefined
  readonly age?: number | null | undefined
  readonly pregnant?: boolean | null | undefined
}

// The chart of the source.
const points = [3, 2, 1, 0, 1, 2, 3]
const rows = {
  // points          3      | 2      | 1         | 0         | 1         | 2       | 3
  respiratoryRate: " <=8    |        | 9-11      | 12-20     |           | 21-24   | >=25 ",
  oxygenSaturation: "<=91   | 92-93  | 94-95     | >=96      |           |         |      ",
  systolicPressure: "<=90   | 91-100 | 101-110   | 111-219   |           |         | >=220",
  pulse: "           <=40   |        | 41-50     | 51-90     | 91-110    | 111-130 | >=131",
  temperature: "     <=35.0 |        | 35.1-36.0 | 36.1-38.0 | 38.1-39.0 | >=39.1  |      "
}

const urgent =
  "Repeat observations at least every hour. A clinician competent in acute illness reviews the " +
  "patient urgently, in a place with monitoring."

const chart = Result.getOrThrow(
  Chart.make({
    id: "news",
    version: "1",
    citation:
      "Royal College of Physicians. National Early Warning Score (NEWS): Standardising the " +
      "assessment of acute-illness severity in the NHS. Report of a working party. London: RCP, " +
      "2012. ISBN 978-1-86016-471-2.",
    population: {
      description: "16 years and over, not pregnant",
      ageFrom: 16,
      pregnancy: "excluded"
    },
    points,
    inputs: [
      Points.vital("respiratoryRate", "respiratory-rate", rows.respiratoryRate, 0),
      Points.vital("oxygenSaturation", "oxygen-saturation", rows.oxygenSaturation, 0),
      { kind: "flag", name: "supplementalOxygen", points: 2 },
      Points.vital("systolicPressure", "systolic-pressure", rows.systolicPressure, 0),
      Points.vital("pulse", "heart-rate", rows.pulse, 0),
      {
        kind: "code",
        name: "consciousness",
        points: { alert: 0, voice: 3, pain: 3, unresponsive: 3 }
      },
      Points.vital("temperature", "temperature", rows.temperature, 1)
    ],
    bands: [
      { from: 0, band: "low", response: "Repeat observations at least every 12 hours." },
      {
        from: 1,
        band: "low",
        response:
          "Repeat observations at least every 4 to 6 hours. A registered nurse assesses the " +
          "patient and decides whether to observe more often or to escalate."
      },
      { from: 5, band: "medium", response: urgent },
      {
        from: 7,
        band: "high",
        response:
          "Observe continuously. A team with critical-care skills, airway management included, " +
          "assesses the patient as an emergency; consider a level 2 or 3 unit."
      }
    ],
    single: { points: 3, below: 5, band: "medium", response: urgent }
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
 * Scores one set of observations.
 *
 * Units and shape: those of `Observation`. `total` runs from 0 to 20 and is the sum of
 * `contributions`; it is null while an input is missing, and `lowerBound` is then the sum of the
 * others. `band` is null with it, except that a lower bound of 7 is "high" already.
 *
 * Fails with: `ImpossibleInput`, naming every input outside its possible range or not of its kind,
 * NaN included; `OutsidePopulation`, under 16 years or in pregnancy, where these are given.
 *
 * Method: Royal College of Physicians, National Early Warning Score (NEWS), 2012. A single input
 * worth 3 is medium risk whatever the total below 5. Values are rounded half up to whole numbers
 * and tenths of a degree, which the source leaves open, and both are recorded.
 *
 * @example
 * ```ts
 * import * as News from "@bedside/core/News"
 * import * as Result from "effect/Result"
 *
 * const { total, band } = Result.getOrThrow(
 *   News.score({
 *     respiratoryRate: 20,
 *     oxygenSaturation: 99,
 *     supplementalOxygen: false,
 *     systolicPressure: 88,
 *     pulse: 90,
 *     consciousness: "alert",
 *     temperature: 36.5
 *   })
 * )
 * total // => 3
 * band // => "medium"
 * ```
 * @since 0.2.0
 */
export const score = ({ observedAt, ...given }: Observation): Chart.Outcome<Band> =>
  chart.score(given, { observedAt })
