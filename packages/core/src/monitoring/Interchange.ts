/**
 * Patients and readings to and from other systems, as bundles of FHIR R4.
 *
 * The guarantee that bites: the same bundle again stores nothing. Patients are found by id or by any of
 * their identifiers, readings by patient, vital, time and source. So whatever stopped an import half
 * way, sending it again completes it.
 *
 * Not a medical device. A transaction is examined as a whole before anything is stored, and refused for
 * one bad entry. Then it is stored patient by patient, not in one step across all of them: an e-mail
 * address that is taken, or what others do meanwhile, may still stop it half way.
 */
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Account from "../access/Account.ts"
import * as FhirExport from "../fhir/FhirExport.ts"
import * as FhirImport from "../fhir/FhirImport.ts"
import * as OperationOutcome from "../fhir/OperationOutcome.ts"
import type * as Invalid from "../input/Invalid.ts"
import type * as Measurement from "../measurement/Measurement.ts"
import * as Patient from "../patient/Patient.ts"
import type * as Assessed from "./Assessed.ts"
import * as Identity from "./Identity.ts"
import * as Answers from "./internal/interchangeAnswer.ts"
import * as Monitoring from "./Monitoring.ts"
import * as Ports from "./Ports.ts"

/**
 * A transaction that is refused as a whole, with every error that refuses it.
 *
 * @since 0.2.0
 */
export class NotAcceptable extends Schema.TaggedError<NotAcceptable>()("NotAcceptable", {
  issues: Schema.Array(OperationOutcome.Issue)
}) {}

/** How many readings are stored in one step, and how many records are read in one. */
const batch = 10_000
const page = 1_000

const equals = Schema.toEquivalence(Patient.Patient)

/**
 * The workflows around FHIR.
 *
 * @since 0.2.0
 */
export class Interchange extends Context.Service<Interchange>()("bedside/Interchange", {
  make: Effect.gen(function* () {
    const patients = yield* Ports.Patients
    const measurements = yield* Ports.Measurements
    const assessments = yield* Ports.Assessments
    const monitoring = yield* Monitoring.Monitoring
    const random = yield* SecureRandom.SecureRandom
    const nextId = Identity.next<Patient.PatientId>(random)

    /** The records that a subject may be: more than one is a contradiction. */
    const recordsOf = Effect.fnUntraced(function* ({ id, identifiers }: FhirImport.Subject) {
      const named = yield* patients.identified(identifiers)
      if (id === undefined || named.some((it) => it.id === id)) return named
      const own = Effect.map(patients.find(id), (it) => [...named, it])
      return yield* Effect.catchTag(own, "NotFound", () => Effect.succeed(named))
    })

    const find = Effect.fnUntraced(function* (subject: FhirImport.Subject) {
      const found = yield* recordsOf(subject)
      if (found.length > 1) return yield* Answers.contradicts(subject)
      const [record] = found
      if (record === undefined && subject.patient === undefined) {
        return yield* Answers.nobody(subject)
      }
      return record
    })

    const admit = Effect.fnUntraced(function* (
      subject: FhirImport.Subject,
      details: Patient.NewPatient
    ) {
      const options = { id: subject.id ?? (yield* nextId), now: yield* DateTime.now }
      const patient = yield* Effect.fromResult(Patient.make(details, options))
      yield* patients.insert(patient)
      return { id: patient.id, status: "created" as const }
    })

    const follow = Effect.fnUntraced(function* (
      { id, version }: Patient.Patient,
      details: Patient.NewPatient
    ) {
      const now = yield* DateTime.now
      const after = yield* patients.change(id, (current) => followed(current, details, now))
      return { id, status: after.version === version ? "unchanged" : "updated" } as const
    })

    const place = Effect.fnUntraced(function* (subject: FhirImport.Subject) {
      const record = yield* find(subject)
      const { method, patient } = subject
      if (record === undefined) {
        return yield* patient === undefined ? Answers.nobody(subject) : admit(subject, patient)
      }
      return patient !== undefined && method === "PUT"
        ? yield* follow(record, patient)
        : { id: record.id, status: "unchanged" as const }
    })

    const placed = (subject: FhirImport.Subject) =>
      place(subject).pipe(
        // Somebody else put the patient on record in between: now they are found.
        Effect.retry({
          times: 1,
          while: (error) => error._tag === "Conflict" && error.code === "identifier-taken"
        }),
        Effect.mapError((error) => Answers.notPlaced(subject, error))
      )

    const record = (
      actor: Account.Actor,
      id: Patient.PatientId,
      subject: FhirImport.Subject,
      atomic: boolean
    ) =>
      Effect.mapError(monitoring.record(actor, id, receivedOf(subject), { atomic }), (error) =>
        Answers.notRecorded(subject, error)
      )

    const importSubject = Effect.fnUntraced(function* (
      actor: Account.Actor,
      subject: FhirImport.Subject,
      atomic: boolean
    ) {
      const patient = yield* placed(subject)
      const outcomes = yield* Effect.forEach(Arr.chunksOf(subject.readings, batch), (readings) =>
        record(actor, patient.id, { ...subject, readings }, atomic)
      )
      return Answers.stored(subject, patient, outcomes.flat())
    })

    /** Does all of an import but storing it, so that a transaction may still be refused. */
    const examine = Effect.fnUntraced(function* (
      actor: Account.Actor,
      subject: FhirImport.Subject
    ) {
      const record = yield* find(subject)
      const { id } = record ?? { id: yield* nextId }
      const { method, patient } = subject
      if (patient !== undefined && (record === undefined || method === "PUT")) {
        const now = yield* DateTime.now
        const result =
          record === undefined ? Patient.make(patient, { id, now }) : followed(record, patient, now)
        yield* Effect.mapError(Effect.fromResult(result), (it) => Answers.notPlaced(subject, it))
      }
      yield* Effect.mapError(monitoring.examine(actor, id, receivedOf(subject)), (it) =>
        Answers.notRecorded(subject, it)
      )
    })

    const refuseAny = Effect.fnUntraced(function* (
      actor: Account.Actor,
      { subjects }: FhirImport.Import
    ) {
      const all = yield* Effect.forEach(subjects, (it) => Effect.result(examine(actor, it)))
      const issues = all.flatMap((it) => (Result.isFailure(it) ? it.failure.issues : []))
      if (issues.length > 0) return yield* new NotAcceptable({ issues })
    })

    const importBundle = Effect.fn("Interchange.importBundle")(function* (
      actor: Account.Actor,
      json: unknown
    ) {
      const bundle = yield* Effect.fromResult(FhirImport.read(json))
      const isTransaction = bundle.type === "transaction"
      if (!bundle.acceptable) return yield* new NotAcceptable({ issues: Answers.errors(bundle) })
      if (isTransaction) yield* refuseAny(actor, bundle)
      const stored = yield* Effect.forEach(bundle.subjects, (subject) => {
        const imported = importSubject(actor, subject, isTransaction)
        return isTransaction
          ? Effect.mapError(imported, ({ issues }) => new NotAcceptable({ issues }))
          : Effect.catch(imported, (refused) => Effect.succeed(Answers.left(refused)))
      })
      return Answers.answer(bundle, stored.flat())
    })

    const all = Effect.fnUntraced(function* <A>(
      read: (slice: Ports.Slice<A>) => Effect.Effect<ReadonlyArray<A>>
    ) {
      const items: Array<A> = []
      let found = yield* read({ limit: page })
      while (true) {
        for (const it of found) items.push(it)
        const after = found.at(-1)
        if (after === undefined || found.length < page) return items
        found = yield* read({ limit: page, after })
      }
    })

    const exportPatient = Effect.fn("Interchange.exportPatient")(function* (id: Patient.PatientId) {
      const patient = yield* patients.find(id)
      return FhirExport.bundle({
        patient,
        measurements: yield* all<Measurement.Measurement>((slice) =>
          measurements.history(id, {}, slice)
        ),
        scores: yield* all<Assessed.Assessed>((slice) => assessments.list(id, slice))
      })
    })

    return { importBundle, exportPatient }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(
    Layer.provide(Monitoring.Monitoring.layer)
  )
}

const receivedOf = ({ readings }: FhirImport.Subject): ReadonlyArray<Monitoring.Received> =>
  readings.map(({ reading }) => Result.succeed(reading))

/**
 * The record with what a resource says of the patient, its identifiers beside those on record. What the
 * resource leaves out stays; where it says nothing new, so does the version.
 */
const followed = (
  current: Patient.Patient,
  details: Patient.NewPatient,
  now: DateTime.Utc
): Result.Result<Patient.Patient, Invalid.Invalid> => {
  const { conditions = [], identifiers = [], ...said } = details
  const further = identifiers.filter(
    (it) =>
      !current.identifiers.some(({ system, value }) => system === it.system && value === it.value)
  )
  const after = Patient.change(
    current,
    {
      ...said,
      ...(conditions.length === 0 ? {} : { conditions }),
      identifiers: [...current.identifiers, ...further]
    },
    now
  )
  const { updatedAt, version } = current
  return Result.map(after, (it) => (equals(current, { ...it, updatedAt, version }) ? current : it))
}
