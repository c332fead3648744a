/**
 * The ports: what the workflows need from a store.
 *
 * A port method is the unit of atomicity: what it stores and the job it leaves behind are stored
 * together or not at all. Expected outcomes are values or typed errors; a store that is down is a
 * defect. Where a method takes `decide`, the function is pure and runs inside the transaction with
 * the record locked, so no two callers decide on the same version.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Account from "../access/Account.ts"
import type * as Metric from "../ecg/Metric.ts"
import type * as Recording from "../ecg/Recording.ts"
import type * as Measurement from "../measurement/Measurement.ts"
import type * as Vital from "../measurement/Vital.ts"
import type * as Patient from "../patient/Patient.ts"
import type * as Registration from "../patient/Registration.ts"
import type * as Assessed from "./Assessed.ts"
import type * as Jobs from "./Jobs.ts"
import type { Campaigns } from "./internal/campaignPorts.ts"
import type { Copies, EventLog } from "./internal/copyPorts.ts"
import type { Conflict, NotFound, Slice } from "./internal/portTerms.ts"
import type { Labels, Predictions, RiskModels } from "./internal/riskPorts.ts"
import type { SensorModels, Uploads } from "./internal/sensorPorts.ts"

export { type Begun, Campaigns } from "./internal/campaignPorts.ts"
export { Conflict, NotFound, type Slice } from "./internal/portTerms.ts"
export {
  SensorModels,
  type Tallied,
  type Tried,
  type UploadEnd,
  Uploads
} from "./internal/sensorPorts.ts"
export { Labels, Predictions, RiskModels, type Standing } from "./internal/riskPorts.ts"
export { Copies, EventLog, type Heard, type ToldStream } from "./internal/copyPorts.ts"

/**
 * Patients and their photos. Lists are in order of id, which is the order of creation. Two patients
 * never share an e-mail address (compared without regard to case) or an identifier.
 *
 * @since 0.1.0
 */
export class Patients extends Context.Service<
  Patients,
  {
    /** An id that is on record is `identifier-taken`, at `id`. */
    readonly insert: (patient: Patient.Patient) => Effect.Effect<void, Conflict>
    /** Stores the patient, the photo, the confirmation to wait for, and offers `send-confirmation`. */
    readonly register: (
      patient: Patient.Patient,
      photo: Patient.Photo,
      confirmation: Registration.Confirmation
    ) => Effect.Effect<void, Conflict>
    readonly find: (id: Patient.PatientId) => Effect.Effect<Patient.Patient, NotFound>
    /** Those who have any of the identifiers, each once and in order of id. */
    readonly identified: (
      identifiers: ReadonlyArray<Patient.Identifier>
    ) => Effect.Effect<ReadonlyArray<Patient.Patient>>
    readonly list: (
      slice: Slice<Patient.PatientId>
    ) => Effect.Effect<ReadonlyArray<Patient.Patient>>
    readonly change: <E>(
      id: Patient.PatientId,
      decide: (current: Patient.Patient) => Result.Result<Patient.Patient, E>
    ) => Effect.Effect<Patient.Patient, NotFound | Conflict | E>
    /** Erases the patient with everything recorded of them; their ECGs lose the reference. */
    readonly remove: <E>(
      id: Patient.PatientId,
      decide: (current: Patient.Patient) => Result.Result<void, E>
    ) => Effect.Effect<void, NotFound | E>
    readonly photo: (id: Patient.PatientId) => Effect.Effect<Patient.Photo, NotFound>
    readonly confirmation: (
      id: Patient.PatientId
    ) => Effect.Effect<Registration.Confirmation, NotFound>
    /**
     * Stores the confirmation, and its status in the patient record, whose version goes up when the
     * status is another.
     */
    readonly confirm: <E>(
      id: Patient.PatientId,
      decide: (current: Registration.Confirmation) => Result.Result<Registration.Confirmation, E>
    ) => Effect.Effect<Registration.Confirmation, NotFound | E>
  }
>()("bedside/Patients") {}

/**
 * A checked reading with the id it gets if it is new.
 *
 * @since 0.1.0
 */
export interface Draft extends Measurement.Checked {
  readonly id: Measurement.MeasurementId
}

/**
 * What a store makes of one reading: a new record, the same as before, or another value for it.
 * `id` is that of the record that stands.
 *
 * @since 0.1.0
 */
export interface Recorded {
  readonly status: "created" | "unchanged" | "corrected"
  readonly id: Measurement.MeasurementId
}

/**
 * Readings of one patient on their way in. `writtenBy` is set when a device writes, so that it can
 * read back what is its own.
 *
 * @since 0.1.0
 */
export interface Batch {
  readonly patientId: Patient.PatientId
  readonly drafts: ReadonlyArray<Draft>
  readonly receivedAt: DateTime.Utc
  readonly panel?: Measurement.PanelId
  readonly writtenBy?: Account.AccountId
  /** Offered with the records. */
  readonly jobs: ReadonlyArray<Jobs.Job>
}

/**
 * Measurements. The natural key is patient, vital, observedAt (the instant, at whatever offset) and
 * source. Within a batch the later of two readings with one key corrects the earlier.
 *
 * @since 0.1.0
 */
export class Measurements extends Context.Service<
  Measurements,
  {
    /** Outcomes in the order of the drafts. Offers the jobs when anything was created or corrected. */
    readonly record: (batch: Batch) => Effect.Effect<ReadonlyArray<Recorded>, NotFound>
    /** The pressures on record at the same time from the same source as any of the readings. */
    readonly pressuresBeside: (
      patientId: Patient.PatientId,
      readings: ReadonlyArray<Measurement.Pressure>
    ) => Effect.Effect<ReadonlyArray<Measurement.Measurement>>
    /** In order of vital, time of observation and source. */
    readonly history: (
      patientId: Patient.PatientId,
      query: {
        readonly vital?: Vital.Code
        /** Inclusive. */
        readonly from?: DateTime.DateTime
        /** Exclusive. */
        readonly to?: DateTime.DateTime
        readonly writtenBy?: Account.AccountId
      },
      slice: Slice<Pick<Measurement.Measurement, "vital" | "observedAt" | "source">>
    ) => Effect.Effect<ReadonlyArray<Measurement.Measurement>>
    /**
     * The newest of each vital, in the order of the catalogue; of two at one time, the one whose
     * source comes last.
     */
    readonly latest: (
      patientId: Patient.PatientId
    ) => Effect.Effect<ReadonlyArray<Measurement.Measurement>>
    /** In order of id. */
    readonly list: (
      query: { readonly writtenBy?: Account.AccountId },
      slice: Slice<Measurement.MeasurementId>
    ) => Effect.Effect<ReadonlyArray<Measurement.Measurement>>
    readonly find: (id: Measurement.MeasurementId) => Effect.Effect<
      {
        readonly measurement: Measurement.Measurement
        readonly replaced: ReadonlyArray<Measurement.Replaced>
        readonly writtenBy?: Account.AccountId
      },
      NotFound
    >
    /** The measurements of one panel, in the order of the catalogue. */
    readonly panel: (
      id: Measurement.PanelId
    ) => Effect.Effect<ReadonlyArray<Measurement.Measurement>>
    /** Keeps the old value among the replaced ones, and offers the jobs. */
    readonly correct: <E>(
      id: Measurement.MeasurementId,
      decide: (current: Measurement.Measurement) => Result.Result<
        {
          readonly to: Pick<Measurement.Checked, "value" | "implausible">
          readonly jobs: ReadonlyArray<Jobs.Job>
        },
        E
      >
    ) => Effect.Effect<Measurement.Measurement, NotFound | E>
    /**
     * Removes the measurement with what it replaced, with the assessments made of it and with what
     * was foretold from a window that it is in, and offers the jobs.
     */
    readonly remove: <E>(
      id: Measurement.MeasurementId,
      decide: (current: Measurement.Measurement) => Result.Result<ReadonlyArray<Jobs.Job>, E>
    ) => Effect.Effect<void, NotFound | E>
  }
>()("bedside/Measurements") {}

/**
 * Assessments. The natural key is patient, score and `asOf`; saving one again replaces it.
 *
 * @since 0.1.0
 */
export class Assessments extends Context.Service<
  Assessments,
  {
    /**
     * Upserts, and offers the jobs that `decide` returns for the assessment as saved (the one that
     * was there under the same key keeps its id) and the newest one of the same patient and score
     * before its time.
     */
    readonly save: (
      assessed: Assessed.Assessed,
      decide: (
        previous: Assessed.Assessed | undefined,
        saved: Assessed.Assessed
      ) => ReadonlyArray<Jobs.Job>
    ) => Effect.Effect<Assessed.Assessed, NotFound>
    readonly find: (id: Jobs.AssessmentId) => Effect.Effect<Assessed.Assessed, NotFound>
    /** Newest `asOf` first. */
    readonly list: (
      patientId: Patient.PatientId,
      slice: Slice<Pick<Assessed.Assessed, "asOf" | "id">>
    ) => Effect.Effect<ReadonlyArray<Assessed.Assessed>>
  }
>()("bedside/Assessments") {}

/**
 * A recording with who sent it and the id Bedside gave it.
 *
 * @since 0.1.0
 */
export interface Submission {
  readonly recordingId: Recording.RecordingId
  readonly owner: Account.AccountId
  readonly recording: Recording.Recording
  readonly receivedAt: DateTime.Utc
}

/**
 * A recording as its owner reads it back: no samples, and the metrics once they are made.
 *
 * @since 0.1.0
 */
export interface EcgRecord extends Recording.Header {
  readonly recordingId: Recording.RecordingId
  readonly status: "queued" | "completed" | "failed"
  readonly leads: ReadonlyArray<{ readonly name: string; readonly numberOfSamples: number }>
  readonly metrics: ReadonlyArray<Metric.Metric>
  readonly receivedAt: DateTime.Utc
}

/**
 * How an analysis ended, and the edition of the methods that made it.
 *
 * @since 0.2.0
 */
export interface Analysed {
  readonly edition: string
  readonly status: "completed" | "failed"
  readonly metrics: ReadonlyArray<Metric.Metric>
}

/**
 * ECG recordings and their metrics. An ECG id is unique for its owner.
 *
 * @since 0.1.0
 */
export class Ecgs extends Context.Service<
  Ecgs,
  {
    /**
     * Stores the recording and offers `analyse-ecg`. The same id with the same content (as
     * `Recording.equals` has it) again is no error and stores nothing; with another it is a conflict.
     */
    readonly submit: (submission: Submission) => Effect.Effect<void, Conflict | NotFound>
    readonly find: (owner: Account.AccountId, id: string) => Effect.Effect<EcgRecord, NotFound>
    /** In order of receipt, which is the order of the recording ids. */
    readonly list: (
      owner: Account.AccountId,
      slice: Slice<Recording.RecordingId>
    ) => Effect.Effect<ReadonlyArray<EcgRecord>>
    readonly load: (id: Recording.RecordingId) => Effect.Effect<Recording.Recording, NotFound>
    /** Upserts the metrics by name, version and lead, and marks the recording. */
    readonly finish: (
      id: Recording.RecordingId,
      analysed: Analysed
    ) => Effect.Effect<void, NotFound>
    /**
     * The recordings that were analysed by another edition than this one, in the order of their ids:
     * those after an id, up to and with `through`. One that still waits for its first analysis is not
     * among them.
     */
    readonly outdated: (
      edition: string,
      slice: Slice<string> & { readonly through?: string | undefined }
    ) => Effect.Effect<ReadonlyArray<Recording.RecordingId>>
  }
>()("bedside/Ecgs") {}

/**
 * Accounts. User names are unique without regard to case.
 *
 * @since 0.1.0
 */
export class Accounts extends Context.Service<
  Accounts,
  {
    readonly insert: (credentials: Account.Credentials) => Effect.Effect<void, Conflict>
    readonly findByUser: (user: string) => Effect.Effect<Account.Credentials, NotFound>
    readonly find: (id: Account.AccountId) => Effect.Effect<Account.Credentials, NotFound>
    readonly setPasswordHash: (
      id: Account.AccountId,
      passwordHash: string
    ) => Effect.Effect<void, NotFound>
    /** In order of id. */
    readonly list: (
      slice: Slice<Account.AccountId>
    ) => Effect.Effect<ReadonlyArray<Account.Account>>
  }
>()("bedside/Accounts") {}

/**
 * What was sent: a key is the notice and the channel it went out by.
 *
 * @since 0.1.0
 */
export class Deliveries extends Context.Service<
  Deliveries,
  {
    readonly isDone: (key: string) => Effect.Effect<boolean>
    readonly done: (key: string, at: DateTime.Utc) => Effect.Effect<void>
  }
>()("bedside/Deliveries") {}

/**
 * The queue, from the side of those who take jobs and those who watch over them. Offering is part of
 * the methods that store.
 *
 * @since 0.1.0
 */
export class JobQueue extends Context.Service<
  JobQueue,
  {
    /**
     * Waits for one job and handles it. Success completes it; `JobRefused` sends it to the dead
     * letters at once; any other failure or defect is tried again later, until the attempts are used
     * up; an interruption gives the job back. One taker gets the jobs of one patient in the order in
     * which they were offered, except those that are tried again; many takers look at the sequence.
     */
    readonly take: <E, R>(
      handle: (job: Jobs.Job, attempt: Jobs.Attempt) => Effect.Effect<void, E, R>
    ) => Effect.Effect<void, E, R>
    readonly counts: Effect.Effect<
      ReadonlyArray<{
        readonly kind: string
        readonly state: Jobs.JobInfo["state"]
        readonly count: number
      }>
    >
    /**
     * Of each kind with jobs that a worker could take at once, for how long the first of them has been
     * waiting. One that pauses before its next attempt, or that somebody holds, does not wait.
     */
    readonly waiting: Effect.Effect<
      ReadonlyArray<{ readonly kind: string; readonly longest: Duration.Duration }>
    >
    /** Newest first. */
    readonly list: (
      query: { readonly state?: Jobs.JobInfo["state"] },
      slice: Slice<number>
    ) => Effect.Effect<ReadonlyArray<Jobs.JobInfo & { readonly sequence: number }>>
    /** Gives a dead letter all its attempts again. */
    readonly requeue: (id: string) => Effect.Effect<void, NotFound>
    /**
     * Keeps a job as a dead letter that was handed on to another engine and given up there, even while
     * it is being handed on. One that waits here is left alone, because it is about to run again; and
     * one that is not remembered any more is lost when nobody can say what it was.
     */
    readonly bury: (letter: Jobs.DeadLetter) => Effect.Effect<void>
  }
>()("bedside/JobQueue") {}

/**
 * Tells whether the store answers.
 *
 * @since 0.1.0
 */
export class Readiness extends Context.Service<
  Readiness,
  { readonly check: Effect.Effect<boolean> }
>()("bedside/Readiness") {}

/**
 * Every port a store provides.
 *
 * @since 0.1.0
 */
export type Store =
  | Patients
  | Measurements
  | Assessments
  | Ecgs
  | SensorModels
  | Uploads
  | RiskModels
  | Predictions
  | Labels
  | Campaigns
  | EventLog
  | Copies
  | Accounts
  | Deliveries
  | JobQueue
  | Readiness
