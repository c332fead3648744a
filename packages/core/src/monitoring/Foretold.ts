/**
 * What a version of a trained model foretold of a patient, as it is kept: the estimate, or why there is
 * none, with the features it was made of.
 *
 * The guarantee that bites: it is told as of the newest reading that the model looks at, and not as of
 * now. So the same readings give the same record, however often and by whichever worker they are gone
 * through; and a patient without any such reading has none.
 *
 * Not a medical device: a risk supports the judgement of a clinician and does not replace it.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import type * as Measurement from "../measurement/Measurement.ts"
import type * as Vital from "../measurement/Vital.ts"
import * as Patient from "../patient/Patient.ts"
import * as Features from "../risk/Features.ts"
import * as Registry from "../risk/Registry.ts"
import * as RiskModel from "../risk/RiskModel.ts"
import type * as Score from "../risk/Score.ts"
import * as NumericReadings from "./internal/numericReadings.ts"

/**
 * Which part a version had when it foretold: that of the active one, or that of its shadow, which
 * nobody is shown.
 *
 * @since 0.2.0
 */
export const Role = Schema.Literals(["active", "shadow"])

/** @since 0.2.0 */
export type Role = typeof Role.Type

/**
 * Why there is no risk: the patient is outside the population of the model, there are too few readings,
 * or an input cannot be. `reasons` say what exactly.
 *
 * @since 0.2.0
 */
export const Refusal = Schema.Struct({
  code: Schema.Literals(["outside-population", "too-few-readings", "impossible-input"]),
  reasons: Schema.Array(Schema.String)
}).annotate({ identifier: "ForetoldRefusal" })

/** @since 0.2.0 */
export interface Refusal extends Schema.Schema.Type<typeof Refusal> {}

/**
 * What was foretold. The readings from `since` on, up to and with `asOf`, were looked at, at the time
 * `foretoldAt`. With a refusal there is no risk, and no estimate where the model was not asked at all.
 * `features` are in the order of the model's definition, null where one was missing, and none with a
 * refusal.
 *
 * @since 0.2.0
 */
export const Foretold = Schema.Struct({
  patientId: Patient.PatientId,
  task: Registry.Task,
  version: Schema.String,
  role: Role,
  asOf: Timestamp.Instant,
  since: Timestamp.Instant,
  foretoldAt: Timestamp.Instant,
  refusal: Schema.NullOr(Refusal),
  estimate: Schema.NullOr(RiskModel.Estimate),
  features: Schema.Array(Schema.NullOr(Schema.Finite))
}).annotate({ identifier: "Foretold" })

/** @since 0.2.0 */
export interface Foretold extends Schema.Schema.Type<typeof Foretold> {}

/**
 * What a model looks at: vitals, and how far back.
 *
 * @since 0.2.0
 */
export interface Outlook {
  readonly vitals: ReadonlySet<Vital.Code>
  readonly hours: number
}

/**
 * Which readings a model looks at.
 *
 * Units: hours, the longest window of any of its features and requirements.
 *
 * Fails with: nothing.
 *
 * Method: where the mean pressure is looked at, so are the two pressures that it can be told from.
 *
 * @example
 * ```ts
 * import * as Foretold from "@bedside/core/Foretold"
 * import * as Hypotension from "@bedside/core/Hypotension"
 *
 * const { vitals, hours } = Foretold.outlook(Hypotension.model)
 * hours // => 12
 * vitals.has("diastolic-pressure") // => true
 * ```
 * @since 0.2.0
 */
export const outlook = ({ definition, population }: RiskModel.RiskModel): Outlook => {
  const looks = [...definition.features.flatMap(summariesOf), ...population.requirements]
  const vitals = new Set<Vital.Code>(looks.map(({ vital }) => vital))
  if (vitals.has("mean-pressure")) vitals.add("systolic-pressure").add("diastolic-pressure")
  return { vitals, hours: looks.reduce((longest, { hours }) => Math.max(longest, hours), 0) }
}

const summariesOf = (feature: Features.Feature): ReadonlyArray<Features.Summary> => {
  switch (feature.kind) {
    case "age":
    case "sex":
      return []
    case "summary":
      return [feature.of]
    case "difference":
      return [feature.of, feature.minus]
    case "ratio":
      return [feature.of, feature.over]
  }
}

/**
 * From when to when there are readings to look at.
 *
 * @since 0.2.0
 */
export interface Window {
  readonly since: DateTime.Utc
  readonly asOf: DateTime.Utc
}

/**
 * The window that ends with the newest reading that a model looks at.
 *
 * Shape: the newest measurement of each vital. Undefined without any that the model looks at.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Foretold from "@bedside/core/Foretold"
 *
 * Foretold.window({ vitals: new Set(["heart-rate"]), hours: 12 }, []) // => undefined
 * ```
 * @since 0.2.0
 */
export const window = (
  { vitals, hours }: Outlook,
  latest: ReadonlyArray<Pick<Measurement.Measurement, "vital" | "observedAt">>
): Window | undefined => {
  const times = latest
    .filter(({ vital }) => vitals.has(vital))
    .map(({ observedAt }) => observedAt.epochMilliseconds)
  if (times.length === 0) return undefined
  const asOf = DateTime.makeUnsafe(Math.max(...times))
  return { asOf, since: DateTime.subtract(asOf, { milliseconds: hours * 3_600_000 }) }
}

/**
 * A patient as a model is to see them: who they are, the readings in the window, and the time at which
 * these were read from the record.
 *
 * @since 0.2.0
 */
export interface Subject extends Window {
  readonly patient: Patient.Patient
  readonly measurements: ReadonlyArray<Measurement.Measurement>
  readonly now: DateTime.Utc
}

/**
 * Asks one version of a model about a patient.
 *
 * Shape: measurements in any order; those outside the window are not looked at. The age is that of the
 * day of `asOf`.
 *
 * Fails with: nothing; a refusal is a record too.
 *
 * @example
 * ```ts
 * import * as Foretold from "@bedside/core/Foretold"
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Patient from "@bedside/core/Patient"
 * import * as RiskModel from "@bedside/core/RiskModel"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const now = DateTime.makeUnsafe("2026-03-01T12:00:00Z")
 * const made = Patient.make({ givenName: "Ada", familyName: "Byron", birthDate: "1950-12-10" }, { id, now })
 * const patient = Result.getOrThrow(made)
 * const ready = Result.getOrThrow(RiskModel.ready(Hypotension.model))
 * const subject = { patient, measurements: [], since: now, asOf: now, now }
 * const foretold = Foretold.make({ task: "hypotension", role: "active", ready }, subject)
 * foretold.version // => "1.0.0"
 * foretold.refusal?.code // => "too-few-readings"
 * ```
 * @since 0.2.0
 */
export const make = (
  {
    task,
    role,
    ready
  }: { readonly task: Registry.Task; readonly role: Role; readonly ready: RiskModel.Ready },
  { patient, measurements, since, asOf, now }: Subject
): Foretold => {
  const history = historyOf(patient, measurements, asOf)
  const assessed = ready.assess(history)
  const { version, definition } = ready.model
  const about = { patientId: patient.id, task, version, role, asOf, since, foretoldAt: now }
  if (Result.isFailure(assessed)) {
    return { ...about, refusal: refusalOf(assessed.failure), estimate: null, features: [] }
  }
  const estimate = assessed.success
  if (estimate.risk === null) {
    const refusal = { code: "too-few-readings", reasons: estimate.missing } as const
    return { ...about, refusal, estimate, features: [] }
  }
  const features = Array.from(Features.extract(definition, history), (value) =>
    Number.isFinite(value) ? value : null
  )
  return { ...about, refusal: null, estimate, features }
}

const refusalOf = (failure: Score.OutsidePopulation | Score.ImpossibleInput): Refusal =>
  failure._tag === "OutsidePopulation"
    ? { code: "outside-population", reasons: failure.reasons }
    : { code: "impossible-input", reasons: failure.inputs.map(({ name }) => name) }

const historyOf = (
  patient: Patient.Patient,
  measurements: ReadonlyArray<Measurement.Measurement>,
  at: DateTime.Utc
): Features.History => {
  const age = Patient.ageOn(patient, DateTime.formatIso(at).slice(0, 10))
  return { at, age, sex: patient.sex, readings: NumericReadings.of(measurements) }
}
