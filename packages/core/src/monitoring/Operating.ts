/**
 * Watching over the queue: how many jobs stand where, which of them failed for good, and giving those
 * another chance.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Jobs from "./Jobs.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

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

    return { jobs, counts: queue.counts, requeue: queue.requeue }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
