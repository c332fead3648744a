/**
 * Scene 8: what the worker did meanwhile.
 */
import * as Effect from "effect/Effect"
import * as Stage from "./Stage.ts"

/** Waits until no job is left and shows how many there were of each kind. */
export const show = Effect.fnUntraced(function* ({ admin }: Stage.Stage) {
  yield* Stage.heading("8. The jobs of the worker", "GET /api/v1/jobs, GET /api/v1/jobs/dead")
  const { counts } = yield* Stage.eventually(
    admin.jobs.list({ query: { limit: 1 } }).pipe(
      Effect.filterOrFail(
        (page) => page.counts.every(({ state }) => state === "completed" || state === "failed"),
        () => new Stage.NotYet({ what: "The end of the jobs" })
      )
    )
  )
  for (const { kind, state, count } of counts) {
    yield* Stage.say(`${String(count).padStart(7)}  ${kind.padEnd(18)} ${state}`)
  }
  const { items } = yield* admin.jobs.dead({ query: {} })
  yield* Stage.say(`${String(items.length).padStart(7)}  dead letters`)
})
