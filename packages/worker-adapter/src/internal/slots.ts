/**
 * Slots that take jobs from a queue, each one after the other, until they are stopped.
 *
 * A slot outlives whatever happens in it: a job that fails or has a defect is the queue's to try
 * again, and while the queue itself is down the slots wait and say so once. A stop takes nothing more,
 * lets the jobs that were begun end and be acknowledged, and gives back those that take too long.
 */
import * as Jobs from "@bedside/core/Jobs"
import type * as Ports from "@bedside/core/Ports"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/** What is down is asked again after this, and called down anew after a minute without. */
const pause = "1 second"
const quiet = 60_000

/** Makes a wait for something that is down, which says so at the first time. */
export const waiting = (says: string): ((cause: Cause.Cause<unknown>) => Effect.Effect<void>) => {
  let lastFailure = -Infinity
  return Effect.fnUntraced(function* (cause) {
    const now = yield* Clock.currentTimeMillis
    if (now - lastFailure > quiet) {
      yield* Effect.logError(says).pipe(
        Effect.annotateLogs({ failure: Jobs.describeFailure(cause) })
      )
    }
    lastFailure = now
    yield* Effect.sleep(pause)
  })
}

/**
 * Opens slots for as long as the scope lives.
 *
 * Shape: `run` is given each job; `wait` is what a slot does when the queue failed it; `late` is said
 * of jobs that a stop gives back.
 *
 * Fails with: nothing.
 */
export const open = Effect.fnUntraced(function* <E, R>(options: {
  readonly queue: Ports.JobQueue["Service"]
  readonly concurrency: number
  readonly drainTimeout: Duration.Input
  readonly run: (job: Jobs.Job, attempt: Jobs.Attempt) => Effect.Effect<void, E, R>
  readonly wait: (cause: Cause.Cause<unknown>) => Effect.Effect<void>
  readonly late: string
}) {
  let stopping = false

  const openSlot = Effect.gen(function* () {
    const slot = { busy: false, failed: false }

    const run = (job: Jobs.Job, attempt: Jobs.Attempt) =>
      Effect.suspend(() => {
        // Taken before the stop reached the queue: an interruption is how a job is given back.
        if (stopping) return Effect.interrupt
        slot.busy = true
        return options.run(job, attempt).pipe(
          Effect.tapCause((cause) =>
            Effect.sync(() => {
              slot.failed = !Cause.hasInterruptsOnly(cause)
            })
          )
        )
      })

    const turn = Effect.gen(function* () {
      slot.failed = false
      const exit = yield* Effect.exit(options.queue.take(run))
      // Not before: `take` ends when the job is acknowledged.
      slot.busy = false
      if (Exit.isSuccess(exit) || slot.failed || stopping) return
      yield* options.wait(exit.cause)
    })

    const fiber = yield* turn.pipe(Effect.repeat({ while: () => !stopping }), Effect.forkScoped)

    return { slot, fiber }
  })

  const slots = yield* Effect.replicateEffect(openSlot, options.concurrency)

  const fibersOf = (busy: boolean) =>
    slots.filter(({ slot }) => slot.busy === busy).map(({ fiber }) => fiber)

  const drain = Effect.gen(function* () {
    stopping = true
    const running = fibersOf(true)
    const ended = yield* Fiber.interruptAll(fibersOf(false)).pipe(
      Effect.andThen(Fiber.awaitAll(running)),
      Effect.timeoutOption(options.drainTimeout)
    )
    if (Option.isSome(ended)) return
    yield* Effect.logWarning(options.late).pipe(
      Effect.annotateLogs({ jobs: fibersOf(true).length })
    )
  })

  // Registered last, so it runs before the slots are interrupted.
  yield* Effect.addFinalizer(() => drain)
})
