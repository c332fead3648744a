/**
 * Jobs on the database's own connection: an offer inside a transaction belongs to it.
 *
 * Delivery is at least once. A worker holds a job under a lease it renews; when the worker dies the
 * job is taken again once the lease has run out, so handlers are idempotent. A job that fails is
 * tried again after growing pauses and kept as a dead letter after its last attempt; a refused one
 * is a dead letter at once. Of a failure one line is kept that the queue's maker answers for, by
 * default the name of the error and never its message, which may quote a patient's data.
 *
 * The table `bedside_jobs` is that of the SQL store of Effect's `PersistedQueue`, and the store on it is
 * ours: claims and acknowledgements in batches, and offers that other processes are told of once they
 * are committed, so that their workers need not wait for the next poll. `PersistedQueue` can neither
 * refuse, list nor requeue, so these are SQL on the table; the tests hold the columns to it.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as QueueStore from "./internal/QueueStore.ts"
import * as Migrations from "./Migrations.ts"

const queueName = "bedside"

/**
 * How leases are held and jobs looked for.
 *
 * @since 0.1.0
 */
export interface Options {
  /** How long a job stays with a worker that no longer renews: 30 seconds. */
  readonly lease?: Duration.Input | undefined
  /** How often a lease is renewed: 10 seconds. */
  readonly renewal?: Duration.Input | undefined
  /** How often to look for jobs offered by other processes or due again: 50 milliseconds. */
  readonly poll?: Duration.Input | undefined
  /**
   * Tell other processes of offers and listen to theirs, in place of waiting for the next poll: yes. A
   * process that takes jobs has one connection more then.
   */
  readonly wakeUp?: boolean | undefined
  /** Nobody else can be working: jobs that a dead process left under a lease are free at once. */
  readonly alone?: boolean | undefined
}

const prepare = Effect.fnUntraced(function* (options: Options) {
  const sql = yield* SqlClient.SqlClient
  yield* Migrations.exclusively(
    Effect.all([
      sql`create index if not exists bedside_jobs_failed on bedside_jobs (sequence) where state = 'failed'`,
      // In the order of the claim, which would sort everything that is due otherwise.
      sql`
        create index if not exists bedside_jobs_due on bedside_jobs (queue_name, visible_at, sequence)
        where state = 'pending'
      `,
      sql`drop index if exists idx_bedside_jobs_take`,
      sql`drop index if exists idx_bedside_jobs_update`
    ])
  )
  if (options.alone !== true) return
  yield* sql`
    update bedside_jobs set acquired_at = null, acquired_by = null
    where state = 'pending' and acquired_by is not null
  `
})

/**
 * The queue's table in the current database, created when absent.
 *
 * Shape: what `make` needs; each process that offers or takes jobs has one.
 *
 * Fails with: `SqlError`, when the table cannot be made.
 *
 * @example
 * ```ts
 * import * as Postgres from "@bedside/postgres-adapter/Postgres"
 * import * as Queue from "@bedside/postgres-adapter/Queue"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const Jobs = Queue.layer().pipe(
 *   Layer.provideMerge(Postgres.layer({ url: Redacted.make("postgres://localhost/bedside") }))
 * )
 * ```
 * @since 0.1.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<
  PersistedQueue.PersistedQueueFactory | PersistedQueue.PersistedQueueStore,
  SqlError,
  SqlClient.SqlClient
> =>
  PersistedQueue.layer.pipe(
    Layer.provideMerge(
      Layer.effect(
        PersistedQueue.PersistedQueueStore,
        QueueStore.make({
          lease: options.lease ?? "30 seconds",
          renewal: options.renewal ?? "10 seconds",
          poll: options.poll ?? "50 millis",
          wakeUp: options.wakeUp ?? true
        }).pipe(Effect.tap(prepare(options)))
      )
    )
  )

/**
 * The queue in an embedded database, which only this process has open. An offer wakes its takers,
 * so the poll only serves retries and is slow enough not to be felt.
 *
 * @since 0.1.0
 */
export const layerEmbedded: Layer.Layer<
  PersistedQueue.PersistedQueueFactory | PersistedQueue.PersistedQueueStore,
  SqlError,
  SqlClient.SqlClient
> = layer({ poll: "1 second", alone: true })

/**
 * Forgets completed jobs after a week, looking once an hour. Until then the same id cannot be
 * offered again. Run it in one process.
 *
 * @since 0.1.0
 */
export const layerCleanup: Layer.Layer<never, never, PersistedQueue.PersistedQueueStore> =
  PersistedQueue.layerCleanup({ timeToLive: "7 days" })

/**
 * The pauses between attempts: 1 second, doubled each time, 5 minutes at most.
 *
 * @since 0.1.0
 */
export const retrySchedule: Schedule.Schedule<unknown, number> = Schedule.min([
  Schedule.exponential("1 second"),
  Schedule.spaced("5 minutes")
])

/**
 * Which attempt of which job; attempts count from 1, and the later a job was offered the higher is its
 * sequence.
 *
 * @since 0.1.0
 */
export interface Attempt {
  readonly id: string
  readonly attempts: number
  readonly sequence: number
}

/**
 * A queue of jobs of one schema.
 *
 * @since 0.1.0
 */
export interface Queue<in out A, out R = never> {
  /** Offers a job; the same id again, until it is cleaned up, is no second job. */
  readonly offer: (
    job: A,
    options: { readonly id: string; readonly delay?: Duration.Input | undefined }
  ) => Effect.Effect<void, never, R>
  /**
   * Waits for a job and handles it. Success completes it, a refusal makes it a dead letter, any
   * other failure or defect is tried again later, an interruption gives it back uncounted. What
   * the handler failed with is then what this fails with; a store that is down is a defect.
   */
  readonly take: <E, R2>(
    handle: (job: A, attempt: Attempt) => Effect.Effect<void, E, R2>
  ) => Effect.Effect<void, E, R | R2>
}

/** What the store is told instead of the failure itself, since it would keep the message. */
class Failed extends Error {
  constructor(failure: string) {
    super(failure)
    this.name = "Failed"
    this.stack = mark + failure
  }
}

const mark = "Failed: "

const tagOf = (u: unknown): string | undefined => {
  if (!Predicate.hasProperty(u, "_tag")) return undefined
  const { _tag: tag } = u
  return Predicate.isString(tag) ? tag : undefined
}

const nameOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  const name = tagOf(error) ?? (error instanceof Error ? error.name : "Error")
  const reason = Predicate.hasProperty(error, "reason") ? tagOf(error.reason) : undefined
  return (reason === undefined ? name : `${name}/${reason}`).replace(/[^\w./-]/g, "").slice(0, 80)
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? ""

/** What may be shown of a stored failure, whoever stored it. */
const shown = (stored: string | null): string | null => {
  if (stored === null) return null
  if (stored.startsWith(mark)) return firstLine(stored.slice(mark.length))
  if (stored.startsWith("Lock expired")) return "the worker died in the last attempt"
  return /^[\w./-]+/.exec(stored)?.[0] ?? "Error"
}

/**
 * Makes the queue of a schema.
 *
 * Shape: `refused` tells the failures that no attempt can mend, `describe` says of any what is kept,
 * one line without personal data; 10 attempts after growing pauses.
 *
 * Fails with: nothing; see `Queue` for what its methods fail with.
 *
 * @example
 * ```ts
 * import * as Embedded from "@bedside/postgres-adapter/Embedded"
 * import * as Queue from "@bedside/postgres-adapter/Queue"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Schema from "effect/Schema"
 *
 * const visits = Effect.gen(function* () {
 *   const queue = yield* Queue.make({ schema: Schema.String, refused: () => false })
 *   yield* queue.offer("bed 5", { id: "visit:5" })
 *   yield* queue.take(() => Effect.void)
 *   return yield* Queue.counts
 * })
 * const Jobs = Queue.layerEmbedded.pipe(Layer.provideMerge(Embedded.layerMemory()))
 * await Effect.runPromise(visits.pipe(Effect.provide(Jobs))) // => [{ kind: "visit", state: "completed", count: 1 }]
 * ```
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* <S extends Schema.Constraint>(options: {
  readonly schema: S
  readonly refused: (cause: Cause.Cause<unknown>) => boolean
  readonly describe?: ((cause: Cause.Cause<unknown>) => string) | undefined
  readonly maxAttempts?: number | undefined
  readonly retrySchedule?: Schedule.Schedule<unknown, number> | undefined
}) {
  const sql = yield* SqlClient.SqlClient
  const queue = yield* PersistedQueue.make({
    name: queueName,
    schema: options.schema,
    maxAttempts: options.maxAttempts ?? 10,
    retrySchedule: options.retrySchedule ?? retrySchedule
  })

  // Ends the lease with the job, so that the store's own "completed" afterwards, in whatever batch,
  // finds no row under its lock. The number of the attempt makes sure that it is still this worker's.
  const refuse = (attempt: Attempt, failure: string) => sql`
    update bedside_jobs
    set state = 'failed', acquired_at = null, acquired_by = null, updated_at = now(),
      last_failure = ${mark + failure}
    where queue_name = ${queueName} and id = ${attempt.id} and state = 'pending'
      and attempts = ${attempt.attempts}
  `

  // `layer` provides it beside the factory.
  const store = yield* Effect.serviceOption(PersistedQueue.PersistedQueueStore)
  const placeOf = (id: string): number => {
    const place = Option.isSome(store) && QueueStore.isStore(store.value) && store.value.placeOf(id)
    if (typeof place === "number") return place
    throw new Error("a queue needs the store of Queue.layer")
  }

  const describe = (cause: Cause.Cause<unknown>): string =>
    firstLine((options.describe ?? nameOf)(cause)).slice(0, 500)

  const result: Queue<S["Type"], S["EncodingServices"] | S["DecodingServices"]> = {
    offer: (job, { id, delay }) =>
      queue.offer(job, { id, delay }).pipe(Effect.asVoid, Effect.orDie),
    take: <E, R2>(handle: (job: S["Type"], attempt: Attempt) => Effect.Effect<void, E, R2>) =>
      Effect.suspend(() => {
        let failure: Cause.Cause<E> | undefined
        const settle = (attempt: Attempt) => (cause: Cause.Cause<E>) => {
          if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
          failure = cause
          return options.refused(cause)
            ? refuse(attempt, describe(cause))
            : Effect.fail(new Failed(describe(cause)))
        }
        return queue
          .take((job, claimed) =>
            Effect.suspend(() => {
              const attempt = { ...claimed, sequence: placeOf(claimed.id) }
              return handle(job, attempt).pipe(Effect.catchCause(settle(attempt)))
            })
          )
          .pipe(
            Effect.catchIf(
              (error) => error instanceof Failed,
              () => Effect.void
            ),
            Effect.orDie,
            Effect.andThen(
              Effect.suspend(() =>
                failure === undefined ? Effect.void : Effect.failCause(failure)
              )
            )
          )
      })
  }
  return result
})

/**
 * Where a job stands.
 *
 * @since 0.1.0
 */
export type State = "pending" | "running" | "completed" | "failed"

/**
 * A job as an operator may see it: no payload, no message. `kind` is the first part of its id;
 * `cursor` is where the next page begins.
 *
 * @since 0.1.0
 */
export interface Job {
  readonly id: string
  readonly attempts: number
  readonly kind: string
  readonly state: State
  readonly lastFailure: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly cursor: string
}

const stateNow =
  "case when state = 'pending' and acquired_by is not null then 'running' else state end"

// Written out, not parameters: the partial indices serve only a condition they can read.
const inState: Readonly<Record<State, string>> = {
  pending: "state = 'pending' and acquired_by is null",
  running: "state = 'pending' and acquired_by is not null",
  completed: "state = 'completed'",
  failed: "state = 'failed'"
}

/**
 * Lists jobs, newest first; the dead letters are those in the state `failed`.
 *
 * Shape: at most `limit`, those after the one whose cursor is `after`.
 *
 * Fails with: `SqlError`.
 *
 * @example
 * ```ts
 * import * as Queue from "@bedside/postgres-adapter/Queue"
 *
 * const deadLetters = Queue.list({ state: "failed", limit: 100 })
 * ```
 * @since 0.1.0
 */
export const list = Effect.fnUntraced(function* (query: {
  readonly state?: State | undefined
  readonly limit: number
  readonly after?: string | undefined
}) {
  const sql = yield* SqlClient.SqlClient
  const ofState = sql.literal(query.state === undefined ? "true" : inState[query.state])
  const after = query.after === undefined ? sql.literal("true") : sql`sequence < ${query.after}`
  const rows = yield* sql<Job>`
    select id, split_part(id, ':', 1) as kind, ${sql.literal(stateNow)} as state, attempts,
      last_failure, created_at, updated_at, sequence::text as cursor
    from bedside_jobs
    where queue_name = ${queueName} and ${ofState} and ${after}
    order by sequence desc limit ${query.limit}
  `
  return rows.map((row): Job => ({ ...row, lastFailure: shown(row.lastFailure) }))
})

/**
 * How many jobs of each kind are in each state; a pair without jobs is absent. Reads every job that
 * is still remembered, half a second for a million, so it is nothing to ask for often.
 *
 * @since 0.1.0
 */
export const counts: Effect.Effect<
  ReadonlyArray<{ readonly kind: string; readonly state: State; readonly count: number }>,
  SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ kind: string; state: State; count: number }>`
    select split_part(id, ':', 1) as kind, ${sql.literal(stateNow)} as state, count(*)::int as count
    from bedside_jobs where queue_name = ${queueName}
    group by 1, 2 order by 1, 2
  `
})

/**
 * Of each kind with jobs that are free and due, for how many seconds the first of them has been so; a
 * job that pauses before its next attempt is not due. Reads the jobs that wait, by their index: 0.3 ms
 * for 100 of them among 100,000 that are done, 50 ms for 100,000.
 *
 * @since 0.2.0
 */
export const waiting: Effect.Effect<
  ReadonlyArray<{ readonly kind: string; readonly seconds: number }>,
  SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Without an order: sorting 100,000 jobs by kind would take as long again.
  return yield* sql<{ kind: string; seconds: number }>`
    select split_part(id, ':', 1) as kind,
      extract(epoch from now() - min(visible_at))::float8 as seconds
    from bedside_jobs
    where queue_name = ${queueName} and ${sql.literal(inState.pending)} and visible_at <= now()
    group by 1
  `
})

/**
 * Gives a dead letter all its attempts again.
 *
 * Shape: `false` when there is no dead letter with that id.
 *
 * Fails with: `SqlError`.
 *
 * @example
 * ```ts
 * import * as Queue from "@bedside/postgres-adapter/Queue"
 *
 * const again = Queue.requeue("analyse-ecg:01890a5d-ac96-774b-bcce-b302099a8057")
 * ```
 * @since 0.1.0
 */
export const requeue = Effect.fnUntraced(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`
    update bedside_jobs set state = 'pending', attempts = 0, visible_at = now(), updated_at = now()
    where queue_name = ${queueName} and id = ${id} and state = 'failed'
    returning id
  `
  return rows.length > 0
})

/**
 * Keeps a job as a dead letter that was taken from here and given up elsewhere. The lease of whoever
 * took it ends, so that nothing they say of it counts any more; a job that waits is left alone.
 *
 * Shape: `element` is the job as it was offered, for when it is not remembered any more; `failure` one
 * line without personal data.
 *
 * Fails with: `SqlError`.
 *
 * @example
 * ```ts
 * import * as Queue from "@bedside/postgres-adapter/Queue"
 *
 * const given = Queue.bury({ id: "visit:5", element: "bed 5", attempts: 10, failure: "BedClosed" })
 * ```
 * @since 0.2.0
 */
export const bury = Effect.fnUntraced(function* (letter: {
  readonly id: string
  readonly element?: unknown
  readonly attempts: number
  readonly failure: string
}) {
  const sql = yield* SqlClient.SqlClient
  const failure = mark + firstLine(letter.failure).slice(0, 500)
  const buried = yield* sql`
    update bedside_jobs
    set state = 'failed', acquired_at = null, acquired_by = null, updated_at = now(),
      attempts = ${letter.attempts}, last_failure = ${failure}
    where queue_name = ${queueName} and id = ${letter.id}
      and not (state = 'pending' and acquired_by is null)
    returning id
  `
  if (buried.length > 0 || letter.element === undefined) return
  yield* sql`
    insert into bedside_jobs (
      id, queue_name, element, state, attempts, last_failure, visible_at, created_at, updated_at
    ) values (
      ${letter.id}, ${queueName}, ${JSON.stringify(letter.element)}, 'failed', ${letter.attempts},
      ${failure}, now(), now(), now()
    ) on conflict (id, queue_name) do nothing
  `
})
