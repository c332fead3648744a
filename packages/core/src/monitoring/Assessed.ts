/**
 * An assessment on record: a score of a patient as of a time, made of single measurements.
 *
 * The newest of each input counts if it was observed within the window before the newest of all (4
 * hours by default); supplemental oxygen counts whatever its age, as the latest known, and of several
 * readings at one time the one that gives oxygen. An older or absent input is missing, never normal.
 * A flagged value counts too, because a filter that leaves out the strange values hides the emergency.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Measurement from "../measurement/Measurement.ts"
import type * as Vital from "../measurement/Vital.ts"
import * as Patient from "../patient/Patient.ts"
import * as News2 from "../risk/News2.ts"
import * as Score from "../risk/Score.ts"
import * as Jobs from "./Jobs.ts"

/**
 * An assessment on record. `asOf` is the time of the newest input; `measurements` are the records it
 * was made of. When the score is not valid for the patient, `refusal` says why and there is no total.
 *
 * @since 0.1.0
 */
export const Assessed = Schema.Struct({
  id: Jobs.AssessmentId,
  patientId: Patient.PatientId,
  asOf: Timestamp.Instant,
  assessedAt: Timestamp.Instant,
  ...Score.Assessment.fields,
  measurements: Schema.Array(Measurement.MeasurementId),
  refusal: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Assessed" })
export interface Assessed extends Schema.Schema.Type<typeof Assessed> {}

/**
 * How old an input may be against the newest one: 4 hours.
 *
 * Units: ms.
 *
 * @since 0.1.0
 */
export const defaultWindow = 4 * 3_600_000

const inputOf: { readonly [Code in Vital.Code]?: News2.InputName } = {
  "respiratory-rate": "respiratoryRate",
  "oxygen-saturation": "oxygenSaturation",
  "systolic-pressure": "systolicPressure",
  "heart-rate": "pulse",
  consciousness: "consciousness",
  temperature: "temperature"
}

/** Of several at one time, the first. */
const newest = (
  measurements: ReadonlyArray<Measurement.Measurement>
): Measurement.Measurement | undefined =>
  measurements.reduce<Measurement.Measurement | undefined>(
    (best, it) =>
      best === undefined || it.observedAt.epochMilliseconds > best.observedAt.epochMilliseconds
        ? it
        : best,
    undefined
  )

const givesOxygen = ({ vital, value }: Measurement.Measurement): boolean | undefined => {
  if (vital === "oxygen-device") return value !== "air"
  if (typeof value !== "number") return undefined
  if (vital === "oxygen-flow") return value > 0
  if (vital === "inspired-oxygen") return value > 21
  return undefined
}

/**
 * The NEWS2 of a patient from the latest measurement of each vital.
 *
 * Units: `window` in ms. The age is that of the day of the newest input; the oxygen scale is the one
 * in the patient record.
 *
 * Fails with: nothing; without any input there is no assessment and the answer is `undefined`, and a
 * patient outside the validated population gets one that is refused.
 *
 * @example
 * ```ts
 * import * as Assessed from "@bedside/core/Assessed"
 *
 * Assessed.defaultWindow / 3_600_000 // => 4
 * ```
 * @since 0.1.0
 */
export const news2 = (
  patient: Patient.Patient,
  latest: ReadonlyArray<Measurement.Measurement>,
  identity: { readonly id: Jobs.AssessmentId; readonly now: DateTime.Utc },
  window = defaultWindow
): Assessed | undefined => {
  const inputs = latest.filter((it) => inputOf[it.vital] !== undefined)
  const last = newest(inputs)
  if (last === undefined) return undefined
  const asOf = last.observedAt
  const recent = inputs.filter(
    (it) => asOf.epochMilliseconds - it.observedAt.epochMilliseconds <= window
  )
  const known = latest.filter((it) => givesOxygen(it) !== undefined)
  const oxygen = newest([...known.filter(givesOxygen), ...known])
  const used = oxygen === undefined ? recent : [...recent, oxygen]
  const age = Patient.ageOn(patient, Timestamp.format(asOf).slice(0, 10))
  const scored = News2.score({
    ...observation(recent),
    ...(oxygen === undefined ? {} : { supplementalOxygen: givesOxygen(oxygen) }),
    oxygenScale: patient.oxygenScale,
    age,
    observedAt: Object.fromEntries(
      used.map((it) => [inputOf[it.vital] ?? "supplementalOxygen", it.observedAt])
    )
  })
  return {
    id: identity.id,
    patientId: patient.id,
    asOf: DateTime.toUtc(asOf),
    assessedAt: identity.now,
    measurements: used.map((it) => it.id),
    ...(Result.isSuccess(scored)
      ? { ...scored.success, refusal: null }
      : { ...refused, refusal: reasonOf(scored.failure) })
  }
}

const observation = (measurements: ReadonlyArray<Measurement.Measurement>): News2.Observation =>
  Object.fromEntries(measurements.map((it) => [inputOf[it.vital], it.value]))

const refused: Omit<Score.Assessment, "refusal"> = {
  ...News2.about,
  total: null,
  lowerBound: 0,
  band: null,
  contributions: [],
  inputs: [],
  rounding: "",
  missing: [],
  response: null
}

const reasonOf = (failure: Score.OutsidePopulation | Score.ImpossibleInput): string =>
  failure._tag === "OutsidePopulation"
    ? `outside the validated population (${failure.population}): ${failure.reasons.join(", ")}`
    : `impossible input: ${failure.inputs.map((input) => input.name).join(", ")}`

const rank = new Map<string | null, number>([
  ["low", 0],
  ["low-medium", 1],
  ["medium", 2],
  ["high", 3]
])

/**
 * Tells whether an assessment calls for the ward: its band is medium or high, and higher than the
 * band of the assessment before it.
 *
 * Shape: a band that is not certain counts as none.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Assessed from "@bedside/core/Assessed"
 *
 * Assessed.callsForHelp(undefined, { band: "high" }) // => true
 * Assessed.callsForHelp({ band: "high" }, { band: "high" }) // => false
 * Assessed.callsForHelp(undefined, { band: "low-medium" }) // => false
 * ```
 * @since 0.1.0
 */
export const callsForHelp = (
  previous: Pick<Assessed, "band"> | undefined,
  current: Pick<Assessed, "band">
): boolean => {
  const now = rank.get(current.band) ?? 0
  return now >= 2 && now > (rank.get(previous?.band ?? null) ?? 0)
}
