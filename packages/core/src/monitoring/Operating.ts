/**
 * Watching over the queue: how many jobs stand where, how long they have waited, which of them failed
 * for good, and giving those another chance.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Jobs from "./Jobs.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * For how many seconds the job of a kind has waited that waits longest, as of the latest look; 0 where
 * none waits. A job that pauses before its next attempt does not wait, so this is work without a worker.
 *
 * @since 0.2.0
 */
export const oldestPending = Metric.gauge("bedside_jobs_oldest_pending_seconds", {
  description: "Seconds that the job of a kind has waited for a worker which waits longest"
})

/**
 * The workflows of those who run the system.
 *
 * @since 0.1.0
 */
export class Operating extends Context.Service<Operating>()("bedside/Operating", {
  make: Effect.gen(function* () {
    const queue = yield* Ports.JobQueue

    const jobs = Effect.fn("Operating.jobs")(function* (
      query: { readonly state?: Jobs.JobInfo["state"] },
      request: Page.Request
    ) {
      const after = yield* Effect.fromResult(Page.after(request, Page.Sequence))
      const found = yield* queue.list(query, { limit: request.limit + 1, ...after })
      const { items, next } = Page.make(found, request.limit, (job) => job.sequence)
      return { items: items.map(({ sequence: _, ...job }): Jobs.JobInfo => job), next }
    })

    // A kind that waited once and no more is 0 and not what it was.
    const kinds = new Set<string>(Jobs.Job.members.map(({ fields }) => fields._tag.schema.literal))

    const look = Effect.gen(function* () {
      const waiting = yield* queue.waiting
      const longest = new Map(waiting.map((it) => [it.kind, Duration.toSeconds(it.longest)]))
      for (const kind of longest.keys()) kinds.add(kind)
      yield* Effect.forEach(
        kinds,
        (kind) =>
          Metric.update(Metric.withAttributes(oldestPending, { kind }), longest.get(kind) ?? 0),
        { discard: true }
      )
    }).pipe(Effect.withSpan("Operating.look"))

    return { jobs, counts: queue.counts, requeue: queue.requeue, look }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
