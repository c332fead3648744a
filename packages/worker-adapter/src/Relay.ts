/**
 * Jobs carried by a broker: handing them on from the queue they were offered to, and what is done with
 * one by the end that its handler comes to. `./redis` and `./rabbitmq` are made of these two.
 *
 * A job leaves the database when the broker has said that it has it and not before, so a commit never
 * waits for a broker and a broker that is down only lets jobs wait. A process that dies in between
 * hands the job on twice, and a job may run twice as it may anyway. Dead letters have one home, the
 * queue that the jobs were offered to: a job is kept there before the broker forgets it.
 */
import * as Jobs from "@bedside/core/Jobs"
import type * as Ports from "@bedside/core/Ports"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Slots from "./internal/slots.ts"

/**
 * The broker cannot be used as configured; `reason` never holds the password.
 *
 * @since 0.2.0
 */
export class BrokerUnusable extends Schema.TaggedError<BrokerUnusable>()("BrokerUnusable", {
  address: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.address} cannot be used: ${this.reason}`
  }
}

/**
 * What a broker carries of a job. The job is read when it is its turn, so that one which this version
 * does not know is a job that failed and not a message that nobody understands.
 *
 * @since 0.2.0
 */
export const Carried = Schema.Struct({
  id: Schema.String,
  sequence: Schema.Int,
  job: Schema.Json
})
export interface Carried extends Schema.Schema.Type<typeof Carried> {}

/**
 * How many jobs were handed on, by kind.
 *
 * @since 0.2.0
 */
export const relayed = Metric.counter("bedside_jobs_relayed_total", {
  description: "Jobs handed on to the broker, by kind",
  incremental: true
})

const JobFromJson = Schema.toCodecJson(Jobs.Job)
const encode = Schema.encodeSync(JobFromJson)
const decode = Schema.decodeUnknownResult(JobFromJson)

/**
 * Hands jobs on for as long as the scope lives.
 *
 * Shape: `publish` ends when the broker has the job for good; `concurrency` counts jobs on their way,
 * which are begun in the order in which the source gives them: 32.
 *
 * Fails with: nothing; a publishing that fails is tried again every second, and the job stays where it
 * is until then.
 *
 * @example
 * ```ts
 * import * as Jobs from "@bedside/core/Jobs"
 * import * as Memory from "@bedside/core/Memory"
 * import * as Ports from "@bedside/core/Ports"
 * import * as Relay from "@bedside/worker-adapter/Relay"
 * import * as Effect from "effect/Effect"
 *
 * const relayed = Effect.gen(function* () {
 *   const source = yield* Ports.JobQueue
 *   yield* Relay.run({ source, publish: ({ id }) => Effect.log(id) })
 *   return yield* source.counts
 * })
 * await Effect.runPromise(Effect.scoped(relayed).pipe(Effect.provide(Memory.layer))) // => []
 * ```
 * @since 0.2.0
 */
export const run = Effect.fnUntraced(function* <E, R>({
  source,
  publish,
  concurrency = 32
}: {
  readonly source: Ports.JobQueue["Service"]
  readonly publish: (carried: Carried) => Effect.Effect<void, E, R>
  readonly concurrency?: number | undefined
}): Effect.fn.Return<void, never, R | Scope.Scope> {
  const broker = Slots.waiting("the broker takes no jobs, which wait in the database until it does")
  const database = Slots.waiting(
    "jobs cannot be read to be handed on, and are looked for every second"
  )
  let refusal: Cause.Cause<E> | undefined
  yield* Slots.open({
    queue: source,
    concurrency,
    drainTimeout: "2 seconds",
    run: (job, { id, sequence }) =>
      publish({ id, sequence, job: encode(job) }).pipe(
        Effect.andThen(Metric.update(Metric.withAttributes(relayed, { kind: job._tag }), 1)),
        // A failure would count as an attempt of the job. Given back, it is also free for a process
        // that reaches the broker.
        Effect.catchCause((cause) => {
          refusal = cause
          return Effect.interrupt
        })
      ),
    wait: (cause) =>
      refusal !== undefined && Cause.hasInterruptsOnly(cause) ? broker(refusal) : database(cause),
    late: "the relay stops before the broker has confirmed its jobs and gives them back"
  })
})

/**
 * What an engine does with a message: forget it, `done`; give it to another taker at once and
 * uncounted, `given-back`; give it out again after a pause in ms; or put aside what is no job, `foreign`.
 *
 * @since 0.2.0
 */
export type Verdict = "done" | "given-back" | "foreign" | { readonly againIn: number }

/**
 * What became of a message. Without an `exit` no handler saw it, and its taker is still waiting.
 *
 * @since 0.2.0
 */
export interface Attended<E> {
  readonly verdict: Verdict
  readonly exit?: Exit.Exit<void, E>
}

/** A dead letter that cannot be kept just now is no reason to forget the job. */
const patiently = (keep: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const wait = Slots.waiting("a dead letter cannot be kept, and is tried again every second")
    return Effect.exit(keep).pipe(
      Effect.tap((exit) => (Exit.isSuccess(exit) ? Effect.void : wait(exit.cause))),
      Effect.repeat({ until: Exit.isSuccess }),
      Effect.asVoid
    )
  })

/**
 * Handles a message that a broker delivered, and tells what to do with it. The handler and the keeping
 * of a dead letter can be interrupted, whatever surrounds them.
 *
 * Shape: `attempts` counts this one too, and those in which the worker died; `maximum` is how often a
 * job is tried, 10.
 *
 * Fails with: nothing; what the handler ended with is in the answer.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Ports from "@bedside/core/Ports"
 * import * as Relay from "@bedside/worker-adapter/Relay"
 * import * as Effect from "effect/Effect"
 *
 * const body = {
 *   id: "send-confirmation:01890a5d-ac96-774b-bcce-b302099a8057",
 *   sequence: 1,
 *   job: { _tag: "send-confirmation", patientId: "01890a5d-ac96-774b-bcce-b302099a8057" }
 * }
 * const attended = Effect.gen(function* () {
 *   const source = yield* Ports.JobQueue
 *   const down = Effect.fail("the mail server is down")
 *   return yield* Relay.attend({ source, body, attempts: 2, handle: () => down })
 * })
 * const { verdict } = await Effect.runPromise(attended.pipe(Effect.provide(Memory.layer)))
 * verdict // => { againIn: 2_000 }
 * ```
 * @since 0.2.0
 */
export const attend = Effect.fnUntraced(function* <E, R>({
  source,
  body,
  attempts,
  maximum = Jobs.maximumAttempts,
  handle
}: {
  readonly source: Ports.JobQueue["Service"]
  readonly body: unknown
  readonly attempts: number
  readonly maximum?: number | undefined
  readonly handle: (job: Jobs.Job, attempt: Jobs.Attempt) => Effect.Effect<void, E, R>
}): Effect.fn.Return<Attended<E>, never, R> {
  const carried = Schema.decodeUnknownResult(Carried)(body)
  if (Result.isFailure(carried)) return { verdict: "foreign" }
  const { id, sequence, job: json } = carried.success
  const job = Result.getOrUndefined(decode(json))

  const bury = (failure: string) => {
    const letter = { id, job, attempts: Math.min(attempts, maximum), failure }
    return Effect.exit(Effect.interruptible(patiently(source.bury(letter)))).pipe(
      Effect.map((kept): Verdict => (Exit.isSuccess(kept) ? "done" : "given-back"))
    )
  }
  const failed = (failure: string, forGood: boolean) =>
    forGood || attempts >= maximum
      ? bury(failure)
      : Effect.succeed<Verdict>({ againIn: Jobs.pauseAfter(attempts) })

  if (attempts > maximum) return { verdict: yield* bury("the worker died in the last attempt") }
  if (job === undefined) {
    yield* Effect.logWarning("a job is of no kind that this version knows").pipe(
      Effect.annotateLogs({ id, attempts })
    )
    return { verdict: yield* failed("SchemaError", false) }
  }
  const exit = yield* Effect.exit(Effect.interruptible(handle(job, { id, attempts, sequence })))
  if (Exit.isSuccess(exit)) return { verdict: "done", exit }
  if (Cause.hasInterruptsOnly(exit.cause)) return { verdict: "given-back", exit }
  const failure = Jobs.describeFailure(exit.cause)
  return { verdict: yield* failed(failure, Jobs.isRefused(exit.cause)), exit }
})
