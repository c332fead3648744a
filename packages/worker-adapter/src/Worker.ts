/**
 * The worker: slots that take jobs from the queue and run the workflow that each job names. When it
 * starts, it begins a campaign for the ECGs that other editions of the methods have analysed.
 *
 * A slot outlives whatever happens in it: a job that fails or has a defect is the queue's to try
 * again, and while the queue itself is down the slots wait and say so once. When the worker stops it
 * takes nothing more, lets the jobs it has begun end and be acknowledged, and gives back those that
 * take too long, so a stop loses no job and by itself runs none twice.
 */
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import * as Jobs from "@bedside/core/Jobs"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Ports from "@bedside/core/Ports"
import * as Publishing from "@bedside/core/Publishing"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Slots from "./internal/slots.ts"

/** The workflows that jobs name. */
type Workflows =
  | Campaigning.Campaigning
  | Conducting.Conducting
  | Electrocardiography.Electrocardiography
  | Fitting.Fitting
  | Foretelling.Foretelling
  | Monitoring.Monitoring
  | Notifying.Notifying

/**
 * How a job ended: `refused` is for good, `failed` is tried again while it has attempts left, and
 * `given-back` was interrupted.
 *
 * @since 0.1.0
 */
export type Outcome = "completed" | "refused" | "failed" | "given-back"

/**
 * How many jobs ended, by kind and outcome.
 *
 * @since 0.1.0
 */
export const handled = Metric.counter("bedside_jobs_handled_total", {
  description: "Jobs that ended, by kind and outcome",
  incremental: true
})

/**
 * Seconds from the start of a job to its end, by kind.
 *
 * @since 0.1.0
 */
export const duration = Metric.histogram("bedside_job_duration_seconds", {
  description: "Seconds from the start of a job to its end",
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

/**
 * How many jobs this process is at.
 *
 * @since 0.1.0
 */
export const inFlight = Metric.gauge("bedside_jobs_in_flight", {
  description: "Jobs this process is at"
})

/** Only services that stand apart have one. */
const publishing = <E>(
  use: (it: Publishing.Publishing["Service"]) => Effect.Effect<void, E>
): Effect.Effect<void, E | Jobs.JobRefused> =>
  Effect.flatMap(
    Effect.serviceOption(Publishing.Publishing),
    (found): Effect.Effect<void, E | Jobs.JobRefused> =>
      Option.isSome(found)
        ? use(found.value)
        : Effect.fail(new Jobs.JobRefused({ reason: "no other service is told" }))
  )

/**
 * Runs the workflow that a job names.
 *
 * Shape: one job; it may run twice without doing its work twice.
 *
 * Fails with: `JobRefused` when no attempt will ever succeed, `ChannelDown` when a notice could not
 * be sent just now, `Unreachable` when a request to another service could not.
 *
 * @example
 * ```ts
 * import * as Campaigning from "@bedside/core/Campaigning"
 * import * as Conducting from "@bedside/core/Conducting"
 * import * as Electrocardiography from "@bedside/core/Electrocardiography"
 * import * as Fitting from "@bedside/core/Fitting"
 * import * as Foretelling from "@bedside/core/Foretelling"
 * import * as Jobs from "@bedside/core/Jobs"
 * import * as Memory from "@bedside/core/Memory"
 * import * as Monitoring from "@bedside/core/Monitoring"
 * import * as Notifying from "@bedside/core/Notifying"
 * import * as Patient from "@bedside/core/Patient"
 * import * as Worker from "@bedside/worker-adapter/Worker"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
 *
 * const workflows = Layer.mergeAll(
 *   Campaigning.Campaigning.layer,
 *   Conducting.Conducting.layer,
 *   Electrocardiography.Electrocardiography.layer,
 *   Fitting.Fitting.layer,
 *   Foretelling.Foretelling.layer,
 *   Monitoring.Monitoring.layer,
 *   Notifying.Notifying.layer
 * ).pipe(
 *   Layer.provide([Memory.layer, SecureRandom.layerWebCrypto, WorkflowEngine.layerMemory]),
 *   Layer.provide([Fitting.layerCsv, Layer.succeed(Notifying.Channels, [])])
 * )
 * const patientId = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const job = Jobs.SendConfirmation.make({ patientId })
 * const refused = await Effect.runPromise(
 *   Effect.flip(Worker.handle(job)).pipe(Effect.provide(workflows))
 * )
 * refused.reason // => "no such registration"
 * ```
 * @since 0.1.0
 */
export const handle = (
  job: Jobs.Job
): Effect.Effect<
  void,
  Jobs.JobRefused | Notifying.ChannelDown | Publishing.Unreachable,
  Workflows
> => {
  switch (job._tag) {
    case "analyse-ecg":
      return Electrocardiography.Electrocardiography.use((it) => it.analyse(job.recordingId))
    case "run-campaign":
      return Conducting.Conducting.use((it) => it.start(job.campaignId))
    case "backfill-ecgs":
      return Campaigning.Campaigning.use((it) => it.backfill)
    case "fit-upload":
      return Fitting.Fitting.use((it) => it.fit(job.uploadId))
    case "assess-patient":
      return Monitoring.Monitoring.use((it) => it.assess(job.patientId))
    case "foretell-risk":
      return Foretelling.Foretelling.use((it) => it.foretell(job.patientId))
    case "foretell-population":
      return Conducting.Conducting.use((it) => it.start(job.runId))
    case "send-confirmation":
      return Notifying.Notifying.use((it) => it.sendConfirmation(job.patientId))
    case "notify":
      return Notifying.Notifying.use((it) => it.notify(job.assessmentId))
    case "publish-events":
      return publishing((it) => it.publish(job.patientId))
    case "request-events":
      return publishing((it) => it.ask(job))
  }
}

const outcomeOf = (exit: Exit.Exit<void, unknown>): Outcome => {
  if (Exit.isSuccess(exit)) return "completed"
  if (Jobs.isRefused(exit.cause)) return "refused"
  return Cause.hasInterruptsOnly(exit.cause) ? "given-back" : "failed"
}

const report = Effect.fnUntraced(function* (
  kind: Jobs.Kind,
  exit: Exit.Exit<void, unknown>,
  nanoseconds: bigint
) {
  const outcome = outcomeOf(exit)
  const seconds = Number(nanoseconds) / 1e9
  yield* Metric.update(Metric.withAttributes(handled, { kind, outcome }), 1)
  yield* Metric.update(Metric.withAttributes(duration, { kind }), seconds)
  const failure =
    Exit.isFailure(exit) && outcome !== "given-back"
      ? { failure: Jobs.describeFailure(exit.cause) }
      : undefined
  const log = failure === undefined ? Effect.logInfo : Effect.logWarning
  yield* log(`job ${outcome}`).pipe(Effect.annotateLogs({ outcome, seconds, ...failure }))
})

/** Measures and logs a job; ids are logged, never what a job or a failure says. */
const observed =
  (kind: Jobs.Kind, { id, attempts }: Jobs.Attempt) =>
  <E, R>(run: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> =>
    Effect.acquireUseRelease(
      Effect.tap(Clock.monotonicTimeNanos, () => Metric.modify(inFlight, 1)),
      () => run,
      (start, exit) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (end) =>
          Effect.andThen(Metric.modify(inFlight, -1), report(kind, exit, end - start))
        )
    ).pipe(Effect.annotateLogs({ kind, id, attempts }))

/**
 * How a worker works.
 *
 * @since 0.1.0
 */
export interface Options {
  /** How many jobs run at once: 4. */
  readonly concurrency?: number | undefined
  /** How long a stop waits for the jobs that run: 8 seconds, less than containers are given. */
  readonly drainTimeout?: Duration.Input | undefined
}

const make = Effect.fnUntraced(function* ({
  concurrency = 4,
  drainTimeout = "8 seconds"
}: Options) {
  const queue = yield* Ports.JobQueue
  const workflows = yield* Effect.context<Workflows>()
  const wait = Slots.waiting("the job queue failed and is asked again every second")

  const beginBackfill = Effect.exit(Campaigning.Campaigning.use((it) => it.backfill)).pipe(
    Effect.tap((exit) => (Exit.isSuccess(exit) ? Effect.void : wait(exit.cause))),
    Effect.repeat({ until: Exit.isSuccess })
  )
  yield* Effect.forkScoped(beginBackfill)

  yield* Slots.open({
    queue,
    concurrency,
    drainTimeout,
    run: (job, attempt) =>
      handle(job).pipe(Effect.provideContext(workflows), observed(job._tag, attempt)),
    wait,
    late: "the worker stops before its jobs have ended and gives them back"
  })
})

/**
 * A worker, for as long as the layer lives.
 *
 * Shape: `concurrency` counts jobs at once; several workers may share a queue, in one process or in
 * many.
 *
 * Fails with: nothing; a queue that is down is waited for.
 *
 * @example
 * ```ts
 * import * as Campaigning from "@bedside/core/Campaigning"
 * import * as Conducting from "@bedside/core/Conducting"
 * import * as Electrocardiography from "@bedside/core/Electrocardiography"
 * import * as Fitting from "@bedside/core/Fitting"
 * import * as Foretelling from "@bedside/core/Foretelling"
 * import * as Memory from "@bedside/core/Memory"
 * import * as Monitoring from "@bedside/core/Monitoring"
 * import * as Notifying from "@bedside/core/Notifying"
 * import * as WardLog from "@bedside/worker-adapter/WardLog"
 * import * as Worker from "@bedside/worker-adapter/Worker"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
 *
 * const worker = Worker.layer({ concurrency: 2 }).pipe(
 *   Layer.provide([
 *     Campaigning.Campaigning.layer,
 *     Conducting.Conducting.layer,
 *     Electrocardiography.Electrocardiography.layer,
 *     Fitting.Fitting.layer,
 *     Foretelling.Foretelling.layer,
 *     Monitoring.Monitoring.layer,
 *     Notifying.Notifying.layer
 *   ]),
 *   Layer.provide([Memory.layer, SecureRandom.layerWebCrypto, WorkflowEngine.layerMemory]),
 *   Layer.provide(Fitting.layerCsv),
 *   Layer.provide(Layer.succeed(Notifying.Channels, [WardLog.channel]))
 * )
 * const stopped = await Effect.runPromise(Effect.scoped(Layer.build(worker)).pipe(Effect.as("stopped")))
 * stopped // => "stopped"
 * ```
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<never, never, Ports.JobQueue | Workflows> => Layer.effectDiscard(make(options))
