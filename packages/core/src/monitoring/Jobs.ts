/**
 * The jobs that intake leaves for the worker: their names and what each carries.
 *
 * A payload holds ids and nothing personal, because it is kept in the queue's table. A job is offered
 * under an id made from its content, so the same work is offered once, and every handler may run
 * twice without doing its work twice.
 */
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Recording from "../ecg/Recording.ts"
import * as Patient from "../patient/Patient.ts"
import * as Upload from "../sensor/Upload.ts"
import * as Campaign from "./Campaign.ts"
import * as Events from "./Events.ts"

/**
 * The id of a stored assessment.
 *
 * @since 0.1.0
 */
export const AssessmentId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("AssessmentId"))
export type AssessmentId = typeof AssessmentId.Type

/**
 * Make the metrics of a recording.
 *
 * @since 0.1.0
 */
export const AnalyseEcg = Schema.TaggedStruct("analyse-ecg", {
  recordingId: Recording.RecordingId
})

/**
 * Carry a campaign out.
 *
 * @since 0.2.0
 */
export const RunCampaign = Schema.TaggedStruct("run-campaign", {
  campaignId: Campaign.CampaignId
})

/**
 * Bring stored ECGs to the edition of the methods. Nobody offers it any more: a campaign does it, which
 * one that still waits begins.
 *
 * @since 0.2.0
 */
export const BackfillEcgs = Schema.TaggedStruct("backfill-ecgs", { edition: Schema.String })

/**
 * Fit every sensor and column of an upload.
 *
 * @since 0.2.0
 */
export const FitUpload = Schema.TaggedStruct("fit-upload", { uploadId: Upload.UploadId })

/**
 * Score the patient by the newest measurements; one job for each batch that was recorded.
 *
 * @since 0.1.0
 */
export const AssessPatient = Schema.TaggedStruct("assess-patient", {
  patientId: Patient.PatientId,
  batch: Schema.String
})

/**
 * Ask the trained models about the patient, from the readings on record; one job for each batch that
 * was recorded.
 *
 * @since 0.2.0
 */
export const ForetellRisk = Schema.TaggedStruct("foretell-risk", {
  patientId: Patient.PatientId,
  batch: Schema.String
})

/**
 * Ask the trained models about everybody on record. Nobody offers it any more: the run is a campaign of
 * the same id, which one that still waits carries out.
 *
 * @since 0.2.0
 */
export const ForetellPopulation = Schema.TaggedStruct("foretell-population", {
  runId: Campaign.CampaignId
})

/**
 * Send the person who registered the link that confirms the e-mail address.
 *
 * @since 0.1.0
 */
export const SendConfirmation = Schema.TaggedStruct("send-confirmation", {
  patientId: Patient.PatientId
})

/**
 * Tell the ward that a patient's score calls for it. An assessment that is saved again in a higher
 * band is another job.
 *
 * @since 0.1.0
 */
export const Notify = Schema.TaggedStruct("notify", {
  assessmentId: AssessmentId,
  band: Schema.NullOr(Schema.String)
})

/**
 * Publish what is told of a patient and was not published yet.
 *
 * @since 0.2.0
 */
export const PublishEvents = Schema.TaggedStruct("publish-events", {
  patientId: Patient.PatientId,
  through: Schema.Int
})

/**
 * Ask a source to tell a stream again from a place on, or everything where no patient is named;
 * `at` is when that was decided, in ms since 1970, so that the same may be asked again.
 *
 * @since 0.2.0
 */
export const RequestEvents = Schema.TaggedStruct("request-events", {
  source: Events.Source,
  patientId: Schema.NullOr(Patient.PatientId),
  from: Schema.Int,
  at: Schema.Int
})

/**
 * Any job.
 *
 * @since 0.1.0
 */
export const Job = Schema.Union([
  AnalyseEcg,
  RunCampaign,
  BackfillEcgs,
  FitUpload,
  AssessPatient,
  ForetellRisk,
  ForetellPopulation,
  SendConfirmation,
  Notify,
  PublishEvents,
  RequestEvents
])
export type Job = typeof Job.Type

/**
 * The names of the jobs.
 *
 * @since 0.1.0
 */
export type Kind = Job["_tag"]

/**
 * The id a job is offered under.
 *
 * Shape: kind and content; equal jobs have equal ids.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Jobs from "@bedside/core/Jobs"
 * import * as Patient from "@bedside/core/Patient"
 *
 * const patientId = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * Jobs.idOf({ _tag: "send-confirmation", patientId }) // => "send-confirmation:01890a5d-ac96-774b-bcce-b302099a8057"
 * ```
 * @since 0.1.0
 */
export const idOf = (job: Job): string => {
  switch (job._tag) {
    case "analyse-ecg":
      return `${job._tag}:${job.recordingId}`
    case "run-campaign":
      return `${job._tag}:${job.campaignId}`
    case "backfill-ecgs":
      return `${job._tag}:${job.edition}`
    case "fit-upload":
      return `${job._tag}:${job.uploadId}`
    case "assess-patient":
    case "foretell-risk":
      return `${job._tag}:${job.patientId}:${job.batch}`
    case "foretell-population":
      return `${job._tag}:${job.runId}`
    case "send-confirmation":
      return `${job._tag}:${job.patientId}`
    case "notify":
      return `${job._tag}:${job.assessmentId}:${job.band}`
    case "publish-events":
      return `${job._tag}:${job.patientId}:${job.through}`
    case "request-events":
      return `${job._tag}:${job.source}:${job.patientId ?? "all"}:${job.from}:${job.at}`
  }
}

/**
 * A job that will never succeed, however often it is tried: it goes to the dead letters at once.
 * `reason` is for operators and holds nothing personal.
 *
 * @since 0.1.0
 */
export class JobRefused extends Schema.TaggedError<JobRefused>()("JobRefused", {
  reason: Schema.String
}) {}

/**
 * How often a job is tried.
 *
 * @since 0.2.0
 */
export const maximumAttempts = 10

/**
 * The pause after an attempt that failed.
 *
 * Shape: attempts count from 1; milliseconds: a second, doubled with each attempt, five minutes at
 * most.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Jobs from "@bedside/core/Jobs"
 *
 * const pauses = [1, 2, 3, 10].map(Jobs.pauseAfter)
 * pauses // => [1_000, 2_000, 4_000, 300_000]
 * ```
 * @since 0.2.0
 */
export const pauseAfter = (attempts: number): number =>
  Math.min(1_000 * 2 ** (attempts - 1), 300_000)

/**
 * Which attempt of which job: attempts count from 1, and of two jobs the one that was offered later has
 * the higher sequence, whichever of them comes first.
 *
 * @since 0.2.0
 */
export interface Attempt {
  readonly id: string
  readonly attempts: number
  readonly sequence: number
}

/**
 * A job that was given up elsewhere than in the queue that it was offered to.
 *
 * Shape: `failure` is one line for operators, without personal data; no `job` where it could not be
 * read.
 *
 * @since 0.2.0
 */
export interface DeadLetter {
  readonly id: string
  readonly job?: Job | undefined
  readonly attempts: number
  readonly failure: string
}

/**
 * Tells whether a job failed for good.
 *
 * Shape: the cause a handler ended with.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Jobs from "@bedside/core/Jobs"
 * import * as Cause from "effect/Cause"
 *
 * Jobs.isRefused(Cause.fail(new Jobs.JobRefused({ reason: "no such recording" }))) // => true
 * Jobs.isRefused(Cause.fail("the mail server is down")) // => false
 * ```
 * @since 0.1.0
 */
export const isRefused = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error instanceof JobRefused)

/**
 * Says in one line why a job failed, for operators.
 *
 * Shape: the tag of the error and its `reason` where it has one; of a defect only that it was one,
 * because its text may hold anything.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Jobs from "@bedside/core/Jobs"
 * import * as Cause from "effect/Cause"
 *
 * Jobs.describeFailure(Cause.fail(new Jobs.JobRefused({ reason: "no such recording" }))) // => "JobRefused: no such recording"
 * Jobs.describeFailure(Cause.die(new Error("Ada Byron, 36"))) // => "defect"
 * ```
 * @since 0.1.0
 */
export const describeFailure = (cause: Cause.Cause<unknown>): string => {
  for (const reason of cause.reasons) {
    if (!Cause.isFailReason(reason)) continue
    const { error } = reason
    const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "failure"
    return Predicate.hasProperty(error, "reason") && typeof error.reason === "string"
      ? `${tag}: ${error.reason}`
      : tag
  }
  return "defect"
}

/**
 * Where a job stands.
 *
 * @since 0.1.0
 */
export const JobState = Schema.Literals(["pending", "running", "completed", "failed"])

/**
 * A job as operators see it: no payload.
 *
 * @since 0.1.0
 */
export const JobInfo = Schema.Struct({
  id: Schema.String,
  kind: Schema.String,
  state: JobState,
  attempts: Schema.Int,
  lastFailure: Schema.NullOr(Schema.String),
  createdAt: Schema.DateTimeUtcFromString,
  updatedAt: Schema.DateTimeUtcFromString
}).annotate({ identifier: "JobInfo" })
export interface JobInfo extends Schema.Schema.Type<typeof JobInfo> {}
