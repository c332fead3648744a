/**
 * What the contract is tried with: records that nobody else has, and ways to look at a store.
 *
 * Every id, e-mail address and user name is new, so a test is right whatever else the store holds.
 */
import * as Account from "@bedside/core/Account"
import * as Assessed from "@bedside/core/Assessed"
import * as Campaign from "@bedside/core/Campaign"
import * as Jobs from "@bedside/core/Jobs"
import * as Measurement from "@bedside/core/Measurement"
import * as News2 from "@bedside/core/News2"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import type * as Registration from "@bedside/core/Registration"
import * as Timestamp from "@bedside/core/Timestamp"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"

/** Ids of version 7: each is larger than the one before. */
const uuid = (): string => SecureRandom.uuidV7Unsafe()

export const text = uuid
export const patientId = () => Patient.PatientId.make(uuid())
export const measurementId = () => Measurement.MeasurementId.make(uuid())
export const panelId = () => Measurement.PanelId.make(uuid())
export const assessmentId = () => Jobs.AssessmentId.make(uuid())
export const recordingId = () => Recording.RecordingId.make(uuid())
export const campaignId = () => Campaign.CampaignId.make(uuid())
export const accountId = () => Account.AccountId.make(uuid())

export const instant = (iso: string): DateTime.Utc => DateTime.makeUnsafe(iso)
export const time = (iso: string): Timestamp.Timestamp =>
  Option.getOrThrow(Timestamp.parse(iso.includes("T") ? iso : `2026-03-01T${iso}:00.000Z`))

const now = instant("2026-03-01T10:00:00.123Z")

export const patient = (details: Partial<Patient.Patient> = {}): Patient.Patient => ({
  id: patientId(),
  identifiers: [],
  givenName: "José",
  familyName: "O'Brien",
  birthDate: "1961-02-28",
  conditions: [],
  oxygenScale: 1,
  hasPhoto: false,
  createdAt: now,
  updatedAt: now,
  version: 1,
  ...details
})

export const patientOnRecord = Effect.fnUntraced(function* (
  details: Partial<Patient.Patient> = {}
) {
  const patients = yield* Ports.Patients
  const made = patient(details)
  yield* patients.insert(made)
  return made
})

export const photo: Patient.Photo = {
  contentType: "image/webp",
  bytes: Uint8Array.from({ length: 1_000 }, (_, index) => index % 256)
}

/** The arguments of `register`. */
export const registration = (
  email = `${uuid()}@example.org`
): readonly [Patient.Patient, Patient.Photo, Registration.Confirmation] => {
  const registered = patient({ email, registration: "pending", hasPhoto: true })
  const token = uuid()
  return [
    registered,
    photo,
    { patientId: registered.id, token, status: "pending", requestedAt: now }
  ]
}

export const draft = (details: Partial<Ports.Draft> = {}): Ports.Draft => ({
  id: measurementId(),
  vital: "heart-rate",
  value: 72,
  observedAt: time("10:00"),
  source: "monitor",
  implausible: false,
  ...details
})

export const assessPatient = (of: Patient.PatientId): Jobs.Job => ({
  _tag: "assess-patient",
  patientId: of,
  batch: uuid()
})

export const foretellRisk = (of: Patient.PatientId): Jobs.Job => ({
  _tag: "foretell-risk",
  patientId: of,
  batch: uuid()
})

export const batch = (
  of: Patient.PatientId,
  drafts: ReadonlyArray<Ports.Draft>,
  details: Partial<Ports.Batch> = {}
): Ports.Batch => ({
  patientId: of,
  drafts,
  receivedAt: instant("2026-03-01T12:00:00.456Z"),
  jobs: [assessPatient(of), foretellRisk(of)],
  ...details
})

export const assessed = (
  of: Patient.PatientId,
  details: Partial<Assessed.Assessed> = {}
): Assessed.Assessed => ({
  id: assessmentId(),
  patientId: of,
  asOf: instant("2026-03-01T10:00:00.000Z"),
  assessedAt: instant("2026-03-01T10:00:01.500Z"),
  ...Result.getOrThrow(
    News2.score({
      pulse: 130.5,
      consciousness: "alert",
      supplementalOxygen: false,
      observedAt: { pulse: time("2026-03-01T12:00:00.250+02:00") }
    })
  ),
  measurements: [measurementId()],
  refusal: null,
  ...details
})

export const recording = (details: Partial<Recording.Recording> = {}): Recording.Recording => ({
  id: uuid(),
  date: "2026-03-01",
  leads: [{ name: "I", samples: Recording.pack([1, -1, 1]) }],
  ...details
})

export const submission = (
  of: Recording.Recording,
  owner: Account.AccountId = accountId()
): Ports.Submission => ({ recordingId: recordingId(), owner, recording: of, receivedAt: now })

export const credentials = (user = `user-${uuid()}`): Account.Credentials => ({
  id: accountId(),
  user,
  roles: ["clinician", "device"],
  createdAt: now,
  passwordHash: "pbkdf2$1$c2FsdA$aGFzaA"
})

/** Records as they cross the border, which is how two of them are compared. */
export const written = {
  patient: Schema.encodeSync(Patient.Patient),
  patients: Schema.encodeSync(Schema.Array(Patient.Patient)),
  measurement: Schema.encodeSync(Measurement.Measurement),
  measurements: Schema.encodeSync(Schema.Array(Measurement.Measurement)),
  assessed: Schema.encodeSync(Assessed.Assessed)
}

export const ids = (items: ReadonlyArray<{ readonly id: string }>) => items.map(({ id }) => id)

/** What an effect fails with, as plain fields. */
export const refusal = <A, E extends object, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error): object => Object.fromEntries(Object.entries(error)))

export const notFound = (what: Ports.NotFound["what"]) => ({ _tag: "NotFound", what })
export const conflict = (code: Ports.Conflict["code"], path: string) => ({
  _tag: "Conflict",
  code,
  path
})

/** The job under this id, if it is among the newest thousand. */
export const jobUnder = Effect.fnUntraced(function* (id: string) {
  const queue = yield* Ports.JobQueue
  const newest = yield* queue.list({}, { limit: 1_000 })
  return newest.find((job) => job.id === id)
})

export const isOffered = (job: Jobs.Job) =>
  Effect.map(jobUnder(Jobs.idOf(job)), (found) => found !== undefined)

/** Whether every one of the jobs is there, or none is; some and not others is neither. */
export const areOffered = Effect.fnUntraced(function* (jobs: ReadonlyArray<Jobs.Job>) {
  const offered = new Set(yield* Effect.forEach(jobs, isOffered))
  const [first] = offered
  return offered.size === 1 ? first : undefined
})

/** A list read to its end in pages of one size. */
export const inPages = Effect.fnUntraced(function* <A, Key, E, R>(
  list: (slice: Ports.Slice<Key>) => Effect.Effect<ReadonlyArray<A>, E, R>,
  key: (item: A) => Key,
  limit: number,
  after?: Key
) {
  const items: Array<A> = []
  let slice: Ports.Slice<Key> = after === undefined ? { limit } : { limit, after }
  while (true) {
    const page = yield* list(slice)
    items.push(...page)
    const last = page.at(-1)
    if (page.length > limit || items.length > 20_000) {
      return yield* Effect.die("a page longer than its limit, or a list that never ends")
    }
    if (last === undefined) return items
    slice = { limit, after: key(last) }
  }
})

/** All at once, each giving way to the others at every step it takes. */
export const atOnce = <A, E, R>(effects: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.forEach(effects, Effect.result, { concurrency: "unbounded" }).pipe(
    Effect.provideService(Scheduler.MaxOpsBeforeYield, 3)
  )

export const times = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, index) => make(index))

export const successes = <A, E>(results: ReadonlyArray<Result.Result<A, E>>): ReadonlyArray<A> =>
  results.flatMap((result) => (Result.isSuccess(result) ? [result.success] : []))

export const failures = <A, E>(results: ReadonlyArray<Result.Result<A, E>>): ReadonlyArray<E> =>
  results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
