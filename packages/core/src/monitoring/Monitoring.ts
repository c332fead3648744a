/**
 * Measurements and what follows from them: recorded, corrected, read back, assessed.
 *
 * Intake answers for every reading of a batch; the good ones are stored in one transaction together
 * with the jobs that assess the patient and foretell risks. Whoever may only read what they wrote gets the rest as if
 * it were not there.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Account from "../access/Account.ts"
import * as Policy from "../access/Policy.ts"
import * as Invalid from "../input/Invalid.ts"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Measurement from "../measurement/Measurement.ts"
import * as Vital from "../measurement/Vital.ts"
import type * as Patient from "../patient/Patient.ts"
import * as Assessed from "./Assessed.ts"
import * as Identity from "./Identity.ts"
import * as Jobs from "./Jobs.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * What became of one reading of a batch.
 *
 * @since 0.1.0
 */
export type Outcome =
  | (Ports.Recorded & { readonly index: number })
  | { readonly index: number; readonly status: "refused"; readonly error: Invalid.Invalid }

/**
 * A reading as the border decoded it, or what was wrong with it.
 *
 * @since 0.1.0
 */
export type Received = Result.Result<Measurement.Reading, Invalid.Invalid>

/**
 * The measurements of one form, or one that came alone.
 *
 * @since 0.1.0
 */
export type Form = readonly [Measurement.Measurement, ...ReadonlyArray<Measurement.Measurement>]

const noReading = Invalid.of([Invalid.issue("", "length", "at least one reading")])

const isForm = (parts: ReadonlyArray<Measurement.Measurement>): parts is Form => parts.length > 0

const HistoryKey = Schema.Struct({
  vital: Vital.Code,
  observedAt: Timestamp.Timestamp,
  source: Text.upTo(200)
})

const AssessmentKey = Schema.Struct({ asOf: Timestamp.Instant, id: Jobs.AssessmentId })

/** Set for those who may only read what they wrote. */
const onlyOwn = (actor: Account.Actor): { readonly writtenBy?: Account.AccountId } =>
  Policy.permits(actor.roles, "measurements:read") ? {} : { writtenBy: actor.id }

/**
 * The workflows around measurements and assessments.
 *
 * @since 0.1.0
 */
export class Monitoring extends Context.Service<Monitoring>()("bedside/Monitoring", {
  make: Effect.gen(function* () {
    const measurements = yield* Ports.Measurements
    const patients = yield* Ports.Patients
    const assessments = yield* Ports.Assessments
    const random = yield* SecureRandom.SecureRandom

    const jobsOf = (patientId: Patient.PatientId) =>
      Effect.map(random.uuidV7(), (batch) => [
        Jobs.AssessPatient.make({ patientId, batch }),
        Jobs.ForetellRisk.make({ patientId, batch })
      ])

    const check = Effect.fnUntraced(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      received: ReadonlyArray<Received>,
      receivedAt: DateTime.Utc
    ) {
      const context = { receivedAt, source: actor.user }
      const checked = received.map(Result.flatMap((reading) => Measurement.check(reading, context)))
      const alone = Measurement.unpaired(
        checked.flatMap((it) => (Result.isSuccess(it) ? [it.success] : []))
      )
      const stored = alone.length === 0 ? [] : yield* measurements.pressuresBeside(patientId, alone)
      return Measurement.checkPressures(checked, stored)
    })

    const record = Effect.fn("Monitoring.record")(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      received: ReadonlyArray<Received>,
      options: { readonly atomic?: boolean; readonly panel?: Measurement.PanelId } = {}
    ) {
      const receivedAt = yield* DateTime.now
      const checked = yield* check(actor, patientId, received, receivedAt)
      if (options.atomic === true) yield* Effect.fromResult(allOrNothing(checked))
      const good = checked.filter(Result.isSuccess)
      const ids = yield* Identity.many<Measurement.MeasurementId>(random, good.length)
      // As many ids as readings.
      const drafts = good.map(({ success }, index) => ({ ...success, id: ids[index]! }))
      const recorded = yield* measurements.record({
        patientId,
        drafts,
        receivedAt,
        jobs: yield* jobsOf(patientId),
        ...(options.panel === undefined ? {} : { panel: options.panel }),
        ...onlyOwn(actor)
      })
      return outcomes(checked, recorded)
    })

    /** Tells what `record` would refuse, and stores nothing. */
    const examine = Effect.fn("Monitoring.examine")(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      received: ReadonlyArray<Received>
    ) {
      const checked = yield* check(actor, patientId, received, yield* DateTime.now)
      yield* Effect.fromResult(allOrNothing(checked))
    })

    /** Records one reading and gives the measurement that stands. */
    const recordOne = Effect.fn("Monitoring.recordOne")(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      received: ReadonlyArray<Received>
    ) {
      const [outcome] = yield* record(actor, patientId, received)
      if (outcome === undefined) return yield* noReading
      if (outcome.status === "refused") return yield* outcome.error
      return (yield* measurements.find(outcome.id)).measurement
    })

    /**
     * Records what one form sent: all of it or nothing, under one id. The form is the source, so two
     * forms never correct each other.
     */
    const recordPanel = Effect.fn("Monitoring.recordPanel")(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      readings: ReadonlyArray<Measurement.Reading>
    ) {
      const panel = yield* Identity.next<Measurement.PanelId>(random)
      const received = readings.map((it) => Result.succeed({ ...it, source: `form ${panel}` }))
      yield* record(actor, patientId, received, { atomic: true, panel })
      const parts = yield* measurements.panel(panel)
      return isForm(parts) ? parts : yield* noReading
    })

    const find = Effect.fn("Monitoring.find")(function* (
      actor: Account.Actor,
      id: Measurement.MeasurementId
    ) {
      const found = yield* measurements.find(id)
      const { writtenBy } = onlyOwn(actor)
      if (writtenBy !== undefined && found.writtenBy !== writtenBy) {
        return yield* new Ports.NotFound({ what: "measurement" })
      }
      return found
    })

    const correct = Effect.fn("Monitoring.correct")(function* (
      id: Measurement.MeasurementId,
      version: number,
      correction: Measurement.Correction
    ) {
      const { measurement } = yield* measurements.find(id)
      const to = yield* checkCorrection(measurement, correction)
      const jobs = yield* jobsOf(measurement.patientId)
      return yield* measurements.correct(id, (current) =>
        Result.map(Identity.atVersion(current, version), () => ({ to, jobs }))
      )
    })

    const checkCorrection = Effect.fnUntraced(function* (
      measurement: Measurement.Measurement,
      correction: Measurement.Correction
    ) {
      const vital = Vital.get(measurement.vital)
      const to = yield* Effect.fromResult(Measurement.canonical(vital, correction))
      const corrected = { ...measurement, ...to }
      const alone = Measurement.unpaired([corrected])
      if (alone.length === 0) return to
      const stored = yield* measurements.pressuresBeside(measurement.patientId, alone)
      yield* Effect.fromResult(Measurement.checkPressure(corrected, stored))
      return to
    })

    const removeIf = Effect.fn("Monitoring.remove")(function* <E>(
      id: Measurement.MeasurementId,
      mayGo: (current: Measurement.Measurement) => Result.Result<void, E>
    ) {
      const { measurement } = yield* measurements.find(id)
      const jobs = yield* jobsOf(measurement.patientId)
      yield* measurements.remove(id, (current) => Result.map(mayGo(current), () => jobs))
    })

    const remove = (id: Measurement.MeasurementId) => removeIf(id, () => Result.void)

    const removeAt = (id: Measurement.MeasurementId, version: number) =>
      removeIf(id, (current) => Identity.atVersion(current, version))

    const history = Effect.fn("Monitoring.history")(function* (
      actor: Account.Actor,
      patientId: Patient.PatientId,
      query: {
        readonly vital?: Vital.Code
        readonly from?: DateTime.DateTime
        readonly to?: DateTime.DateTime
      },
      request: Page.Request
    ) {
      yield* patients.find(patientId)
      const after = yield* Effect.fromResult(Page.after(request, HistoryKey))
      const slice = { limit: request.limit + 1, ...after }
      const found = yield* measurements.history(patientId, { ...query, ...onlyOwn(actor) }, slice)
      return Page.make(found, request.limit, Schema.encodeSync(HistoryKey))
    })

    const latest = Effect.fn("Monitoring.latest")(function* (patientId: Patient.PatientId) {
      yield* patients.find(patientId)
      return yield* measurements.latest(patientId)
    })

    const list = Effect.fn("Monitoring.list")(function* (
      actor: Account.Actor,
      request: Page.Request
    ) {
      const after = yield* Effect.fromResult(Page.after(request, Measurement.MeasurementId))
      const slice = { limit: request.limit + 1, ...after }
      const found = yield* measurements.list(onlyOwn(actor), slice)
      return Page.make(found, request.limit, (measurement) => measurement.id)
    })

    /**
     * Lists measurements by the form they came in, each that came alone by itself. A form that
     * reaches over the end of the page is given whole.
     */
    const forms = Effect.fn("Monitoring.forms")(function* (
      actor: Account.Actor,
      request: Page.Request
    ) {
      const page = yield* list(actor, request)
      const last = page.items.at(-1)?.panel
      const whole = page.next === null || last === undefined ? [] : yield* measurements.panel(last)
      const seen = new Set(page.items.map((it) => it.id))
      const all = [...page.items, ...whole.filter((it) => !seen.has(it.id))]
      const byForm = Map.groupBy(all, (it): string => it.panel ?? it.id)
      const items = [...byForm.values()].flatMap((parts) => (isForm(parts) ? [parts] : []))
      const end = all
        .map((it) => it.id)
        .sort()
        .at(-1)
      return { items, next: page.next === null ? null : Page.cursor(end) }
    })

    /** Removes a form with all that came in it, or a measurement that came alone. */
    const removeForm = Effect.fn("Monitoring.removeForm")(function* (id: string) {
      // The id of a form or of a measurement: either is looked for as what it may be.
      const parts = yield* measurements.panel(id as Measurement.PanelId)
      const ids = parts.length === 0 ? [id as Measurement.MeasurementId] : parts.map((it) => it.id)
      yield* Effect.forEach(ids, (part) => remove(part), { discard: true })
    })

    const panel = (id: Measurement.PanelId) => measurements.panel(id)

    const assess = Effect.fn("Monitoring.assess")(
      function* (patientId: Patient.PatientId) {
        const patient = yield* patients.find(patientId)
        const latest = yield* measurements.latest(patientId)
        const identity = {
          id: yield* Identity.next<Jobs.AssessmentId>(random),
          now: yield* DateTime.now
        }
        const assessed = Assessed.news2(patient, latest, identity)
        if (assessed === undefined) return
        yield* assessments.save(assessed, (previous, saved) =>
          Assessed.callsForHelp(previous, saved)
            ? [Jobs.Notify.make({ assessmentId: saved.id, band: saved.band })]
            : []
        )
      },
      // Of a patient who is gone by now there is nothing to assess.
      Effect.catchTag("NotFound", () => Effect.void)
    )

    const assessmentsOf = Effect.fn("Monitoring.assessmentsOf")(function* (
      patientId: Patient.PatientId,
      request: Page.Request
    ) {
      yield* patients.find(patientId)
      const after = yield* Effect.fromResult(Page.after(request, AssessmentKey))
      const found = yield* assessments.list(patientId, { limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, Schema.encodeSync(AssessmentKey))
    })

    const latestAssessment = Effect.fn("Monitoring.latestAssessment")(function* (
      patientId: Patient.PatientId
    ) {
      const [newest] = yield* assessments.list(patientId, { limit: 1 })
      return newest ?? (yield* new Ports.NotFound({ what: "assessment" }))
    })

    return {
      record,
      examine,
      recordOne,
      recordPanel,
      find,
      correct,
      remove,
      removeAt,
      history,
      latest,
      list,
      panel,
      forms,
      removeForm,
      assess,
      assessmentsOf,
      latestAssessment
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

type Checked = ReadonlyArray<Result.Result<Measurement.Checked, Invalid.Invalid>>

const allOrNothing = (checked: Checked): Result.Result<void, Invalid.Invalid> => {
  const problems = checked.flatMap((it, index) =>
    Result.isFailure(it) ? Invalid.under(it.failure, [index]).issues : []
  )
  return problems.length === 0 ? Result.succeed(undefined) : Result.fail(Invalid.of(problems))
}

const outcomes = (
  checked: Checked,
  recorded: ReadonlyArray<Ports.Recorded>
): ReadonlyArray<Outcome> => {
  let next = 0
  return checked.map((it, index) => {
    if (Result.isFailure(it)) return { index, status: "refused", error: it.failure }
    // The store answers for every draft, in order.
    const { status, id } = recorded[next++]!
    return { index, status, id }
  })
}
