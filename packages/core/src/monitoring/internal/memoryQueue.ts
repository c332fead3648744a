/**
 * The job queue over a Map: at-least-once within the process, with the retries and dead letters of
 * the databases.
 */
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import * as Jobs from "../Jobs.ts"
import * as Ports from "../Ports.ts"
import { found, offer, slice, step, type State, type StoredJob } from "./state.ts"

const settle = (job: StoredJob, exit: Exit.Exit<void, unknown>, now: number): void => {
  job.updatedAt = now
  if (Exit.isSuccess(exit)) {
    job.state = "completed"
    return
  }
  if (Cause.hasInterruptsOnly(exit.cause)) {
    job.state = "pending"
    job.attempts -= 1
    return
  }
  job.lastFailure = Jobs.describeFailure(exit.cause)
  if (Jobs.isRefused(exit.cause) || job.attempts >= Jobs.maximumAttempts) {
    job.state = "failed"
    return
  }
  job.state = "pending"
  job.visibleAt = now + Jobs.pauseAfter(job.attempts)
}

const info = (job: StoredJob): Jobs.JobInfo => ({
  id: job.id,
  kind: job.job._tag,
  state: job.state,
  attempts: job.attempts,
  lastFailure: job.lastFailure,
  createdAt: DateTime.makeUnsafe(job.createdAt),
  updatedAt: DateTime.makeUnsafe(job.updatedAt)
})

/** A job that is running now, or what to wait for before the next look. */
type Claim =
  | { readonly job: StoredJob; readonly claim: symbol }
  | { readonly job?: undefined; readonly wait: Effect.Effect<void> }

export const make = (state: State): Ports.JobQueue["Service"] => {
  const offered = Latch.makeUnsafe(false)
  state.wake = () => void offered.openUnsafe()

  const claim = step((at): Result.Result<Claim> => {
    const now = at.epochMilliseconds
    const pending = [...state.jobs.values()].filter((job) => job.state === "pending")
    const due = pending.find((job) => job.visibleAt <= now)
    if (due === undefined) {
      offered.closeUnsafe()
      const pause = Math.min(...pending.map((job) => job.visibleAt)) - now
      return Result.succeed({
        wait: Number.isFinite(pause)
          ? Effect.race(offered.await, Effect.sleep(pause))
          : offered.await
      })
    }
    due.state = "running"
    due.attempts += 1
    due.updatedAt = now
    due.claim = Symbol(due.id)
    return Result.succeed({ job: due, claim: due.claim })
  })

  const settled = (job: StoredJob, claim: symbol, exit: Exit.Exit<void, unknown>) =>
    step((now) => {
      if (job.claim === claim) settle(job, exit, now.epochMilliseconds)
      state.wake()
      return Result.succeed(undefined)
    })

  return {
    // Interruptible only while waiting and handling: a job that was claimed is always settled.
    take: (handle) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          let claimed = yield* claim
          while (claimed.job === undefined) {
            yield* restore(claimed.wait)
            claimed = yield* claim
          }
          const { job, claim: ours } = claimed
          const { id, attempts, sequence } = job
          const exit = yield* Effect.exit(restore(handle(job.job, { id, attempts, sequence })))
          yield* settled(job, ours, exit)
          return yield* exit
        })
      ),
    counts: step(() => {
      const counts = new Map<string, { kind: string; state: StoredJob["state"]; count: number }>()
      for (const { job, state: at } of state.jobs.values()) {
        const key = `${job._tag} ${at}`
        const entry = counts.get(key) ?? { kind: job._tag, state: at, count: 0 }
        counts.set(key, { ...entry, count: entry.count + 1 })
      }
      return Result.succeed([...counts.values()])
    }),
    waiting: step((now) => {
      const since = new Map<string, number>()
      for (const { job, state: at, visibleAt } of state.jobs.values()) {
        if (at !== "pending" || visibleAt > now.epochMilliseconds) continue
        since.set(job._tag, Math.min(visibleAt, since.get(job._tag) ?? Infinity))
      }
      return Result.succeed(
        Array.from(since, ([kind, first]) => ({
          kind,
          longest: Duration.millis(now.epochMilliseconds - first)
        }))
      )
    }),
    list: (query, page) =>
      step(() => {
        const jobs = [...state.jobs.values()].filter(
          (job) => query.state === undefined || job.state === query.state
        )
        const newestFirst = (left: number, right: number) => right - left
        const listed = slice(jobs, newestFirst, (job) => job.sequence, page)
        return Result.succeed(listed.map((job) => ({ ...info(job), sequence: job.sequence })))
      }),
    requeue: (id) =>
      step((now) => {
        const job = state.jobs.get(id)
        return Result.map(found(job?.state === "failed" ? job : undefined, "job"), (dead) => {
          dead.state = "pending"
          dead.attempts = 0
          dead.visibleAt = now.epochMilliseconds
          dead.updatedAt = now.epochMilliseconds
          state.wake()
        })
      }),
    bury: ({ id, job, attempts, failure }) =>
      step((now) => {
        const known = state.jobs.get(id)
        if (known?.state === "pending") return Result.succeed(undefined)
        if (known === undefined && job !== undefined) offer(state, job, now)
        const letter = state.jobs.get(id)
        if (letter === undefined) return Result.succeed(undefined)
        letter.state = "failed"
        letter.claim = undefined
        letter.attempts = attempts
        letter.lastFailure = failure
        letter.updatedAt = now.epochMilliseconds
        return Result.succeed(undefined)
      })
  }
}
