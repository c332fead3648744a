/**
 * Where `PersistedQueue` keeps the jobs: by the rules of Effect's own store, with fewer statements.
 *
 * That store made the table and may work on it at the same time, in processes of an older version. What
 * is different here:
 *
 * - **One claim for all slots that wait**, and never more jobs than slots: a job that is claimed is a
 *   job that begins, so none is held back from an idle worker elsewhere. What is claimed for a slot
 *   that went away meanwhile is given back at once, uncounted.
 * - **A claim goes on where the one before ended**, for a second at most and while there is enough: the
 *   index keeps an entry of each job that has ended until it is vacuumed, and to read them all for each
 *   claim would make a long queue slow. So in a backlog a job that is due for longer than those already
 *   taken, because its lease has run out or its transaction took long, waits up to a second more.
 * - **One update for all jobs that end in the same moment**, and one for the leases of all that are
 *   held. `take` ends when the update of its job is on disk.
 * - **A claim does not wait for the disk.** When the server itself crashes, claims of its last moments
 *   may be forgotten: those jobs are free before their lease has run out, the attempt uncounted. What
 *   ends a job is fenced by the claim it came with, so the worst that follows is one more run.
 * - **Offers made in the same moment of a transaction are one insert**, in that transaction.
 * - **Other processes are told of an offer**, once it is committed; see `WakeUp`.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import * as Batch from "./Batch.ts"
import * as QueueRows from "./QueueRows.ts"
import * as Transaction from "./Transaction.ts"
import * as WakeUp from "./WakeUp.ts"

type TakeOptions = Parameters<PersistedQueue.PersistedQueueStore["Service"]["take"]>[0]

/** A store that also tells the place of a job that is held, in the order in which all were offered. */
export type Store = PersistedQueue.PersistedQueueStore["Service"] & {
  readonly placeOf: (id: string) => number | undefined
}

/** Whether it is this store. */
export const isStore = (store: PersistedQueue.PersistedQueueStore["Service"]): store is Store =>
  Predicate.hasProperty(store, "placeOf")

/** The slots that wait for a job of one queue, oldest first. */
interface Waiting {
  readonly slots: Set<Deferred.Deferred<QueueRows.Claimed>>
  /** Open while there is any. */
  readonly wanted: Latch.Latch
  /** Opened when a job was offered. */
  readonly nudge: Latch.Latch
}

const undecodable = "~effect/persistence/PersistedQueue/DeadLetter"

/**
 * What `PersistedQueue` ends a `take` with whose job it cannot decode. It is not exported; were it
 * renamed, such a job would use up its attempts first, and the test of it would fail.
 */
const isUndecodable = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some(
    (reason) => Cause.isFailReason(reason) && Predicate.isTagged(reason.error, undecodable)
  )

const notOffered = (error: SqlError) =>
  new PersistedQueue.PersistedQueueError({
    message: "the job could not be offered",
    cause: new Transaction.DatabaseFailure(error)
  })

const leave = ({ slots, wanted }: Waiting): void => {
  if (slots.size === 0) wanted.closeUnsafe()
}

/** For how many ms a claim may begin where the one before ended. */
const glance = 1_000

/** Works for ever. While the database is down it says so once and asks again, twice a second. */
const persistently = (complaint: string, work: Effect.Effect<unknown, SqlError>) => {
  let down = false
  return work.pipe(
    Effect.tap(() =>
      Effect.sync(() => {
        down = false
      })
    ),
    Effect.catchCause((cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const error = Cause.squash(cause)
      const reason = error instanceof SqlError ? new Transaction.DatabaseFailure(error) : "defect"
      const said = down ? Effect.void : Effect.logWarning(complaint, reason)
      down = true
      return Effect.andThen(said, Effect.sleep("500 millis"))
    }),
    Effect.forever
  )
}

/**
 * Makes the store, and the table when it is absent.
 *
 * Shape: `wakeUp` tells other processes of offers and listens to theirs; takers and offers of this
 * process need none.
 *
 * Fails with: `SqlError`, when the table cannot be made.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly lease: Duration.Input
  readonly renewal: Duration.Input
  readonly poll: Duration.Input
  readonly wakeUp: boolean
}) {
  const sql = yield* SqlClient.SqlClient
  const scope = yield* Effect.scope
  const { cleanup } = yield* PersistedQueue.makeStoreSql({ tableName: "bedside_jobs" })
  const lease = Duration.toMillis(options.lease)
  const rows = QueueRows.make(sql.withoutTransforms(), lease)

  // A statement for many must not become part of the transaction of one of them.
  const outside = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.updateContext(effect, (context: Context.Context<never>) =>
      Context.omit(sql.transactionService)(context)
    )

  const queues = new Map<string, Waiting>()
  const wakeUp = options.wakeUp
    ? yield* WakeUp.make(sql, () => queues.forEach(({ nudge }) => nudge.openUnsafe()))
    : WakeUp.none

  // Jobs that are held, and the one statement at a time that ends or renews some of them: two at a
  // time could each wait for a row of the other's.
  const held = new Set<QueueRows.Claimed>()

  // `PersistedQueue` passes on the id of a job and not its place.
  const places = new Map<string, number>()
  const turn = Semaphore.makeUnsafe(1)

  const untilLapsed = Schedule.min([Schedule.exponential(200, 1.5), Schedule.spaced(5000)]).pipe(
    Schedule.upTo({ duration: lease })
  )

  const write = Batch.make<QueueRows.Settled, never>((close) =>
    turn
      .withPermit(Effect.flatMap(close, rows.settle))
      .pipe(Effect.retry(untilLapsed), Transaction.orDie, outside)
  )

  const settle = (settled: QueueRows.Settled): Effect.Effect<void> =>
    Effect.ensuring(
      write(settled),
      Effect.sync(() => held.delete(settled.claimed))
    )

  const giveBack = (claimed: QueueRows.Claimed) =>
    settle({ claimed, state: "pending", uncounted: true })

  const renewing = Effect.suspend(() =>
    held.size === 0 ? Effect.void : turn.withPermit(rows.renew([...held]))
  ).pipe(Effect.andThen(Effect.sleep(options.renewal)))
  yield* Effect.forkScoped(persistently("leases of jobs could not be renewed", renewing))

  /** Gives each waiting slot a job, and the jobs back for which no slot waits any more. */
  const handOut = (waiting: Waiting, jobs: ReadonlyArray<QueueRows.Claimed>) => {
    const left = jobs.filter((claimed) => {
      held.add(claimed)
      const [slot] = waiting.slots
      if (slot === undefined) return true
      waiting.slots.delete(slot)
      Deferred.doneUnsafe(slot, Effect.succeed(claimed))
      return false
    })
    leave(waiting)
    return Effect.forEach(left, giveBack, { concurrency: "unbounded", discard: true })
  }

  const claiming = (waiting: Waiting, { name, maxAttempts }: TakeOptions) => {
    let from = QueueRows.beginning
    let lookedAt = -Infinity
    return Effect.gen(function* () {
      yield* waiting.wanted.await
      // Slots whose jobs ended together come back together.
      yield* Effect.yieldNow
      waiting.nudge.closeUnsafe()
      const wanted = waiting.slots.size
      if (wanted === 0) return
      const now = yield* Clock.currentTimeMillis
      if (now - lookedAt >= glance) from = QueueRows.beginning
      const fromBeginning = from === QueueRows.beginning
      if (fromBeginning) lookedAt = now
      // Whatever is claimed must reach a slot or be given back.
      const jobs = yield* rows
        .claim(name, { most: wanted, maxAttempts, from }, SecureRandom.uuidV4Unsafe())
        .pipe(
          Effect.tap((jobs) => handOut(waiting, jobs)),
          Effect.uninterruptible
        )
      const isFull = jobs.length === wanted
      from = (isFull ? jobs.at(-1)?.due : undefined) ?? QueueRows.beginning
      if (fromBeginning && !isFull) yield* Effect.timeoutOption(waiting.nudge.await, options.poll)
    })
  }

  const burying = ({ name, maxAttempts }: TakeOptions) =>
    Effect.andThen(rows.bury(name, maxAttempts), Effect.sleep(options.renewal))

  const waitingFor = (takeOptions: TakeOptions): Effect.Effect<Waiting> =>
    Effect.suspend(() => {
      const known = queues.get(takeOptions.name)
      if (known !== undefined) return Effect.succeed(known)
      const waiting: Waiting = {
        slots: new Set(),
        wanted: Latch.makeUnsafe(false),
        nudge: Latch.makeUnsafe(false)
      }
      // Who never takes has no use for a connection to listen on.
      const listening = queues.size === 0 ? wakeUp.listen : Effect.void
      queues.set(takeOptions.name, waiting)
      const work = [
        listening,
        persistently("jobs could not be claimed", claiming(waiting, takeOptions)),
        persistently("jobs of dead workers could not be put aside", burying(takeOptions))
      ]
      return Effect.forEach(work, (it) => Effect.forkIn(outside(it), scope)).pipe(
        Effect.as(waiting)
      )
    })

  const next = (
    waiting: Waiting,
    restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ) =>
    Effect.suspend(() => {
      const slot = Deferred.makeUnsafe<QueueRows.Claimed>()
      waiting.slots.add(slot)
      waiting.wanted.openUnsafe()
      return Effect.onExit(restore(Deferred.await(slot)), (exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        // Interrupted in the moment in which it was given a job.
        if (!waiting.slots.delete(slot)) return Effect.flatMap(Deferred.await(slot), giveBack)
        leave(waiting)
        return Effect.void
      })
    })

  const settleBy = (
    claimed: QueueRows.Claimed,
    exit: Exit.Exit<unknown, unknown>,
    { maxAttempts, retryDelay }: TakeOptions
  ): Effect.Effect<void> => {
    if (Exit.isSuccess(exit)) return settle({ claimed, state: "completed" })
    // The error of a schema quotes the job, which may be personal.
    if (isUndecodable(exit.cause))
      return settle({ claimed, state: "failed", failure: "SchemaError" })
    if (Cause.hasInterruptsOnly(exit.cause)) return giveBack(claimed)
    const failure = Cause.pretty(exit.cause)
    if (claimed.attempts >= maxAttempts) return settle({ claimed, state: "failed", failure })
    return Effect.flatMap(retryDelay(claimed.attempts), (delay) =>
      settle({ claimed, state: "pending", pause: Duration.toMillis(delay), failure })
    )
  }

  const take: PersistedQueue.PersistedQueueStore["Service"]["take"] = (takeOptions) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const waiting = yield* waitingFor(takeOptions)
        while (true) {
          const claimed = yield* next(waiting, restore)
          const { id, attempts } = claimed
          const element = Result.try((): unknown => JSON.parse(claimed.element))
          if (Result.isSuccess(element)) {
            places.set(id, Number(claimed.sequence))
            yield* Effect.addFinalizer((exit) =>
              Effect.ensuring(
                settleBy(claimed, exit, takeOptions),
                Effect.sync(() => places.delete(id))
              )
            )
            return { id, attempts, element: element.success }
          }
          yield* settle({ claimed, state: "failed", failure: "SyntaxError" })
        }
      })
    )

  // The batches of the transactions that are open, by what Effect tells them apart.
  const inserts = new WeakMap<
    object,
    (offered: QueueRows.Offered) => Effect.Effect<void, SqlError>
  >()

  const insert = (offered: QueueRows.Offered) =>
    Effect.withFiber<void, SqlError>((fiber) => {
      const transaction = Context.getOrUndefined(fiber.context, sql.transactionService)
      // Outside of a transaction one that fails must not fail others.
      if (transaction === undefined) return Effect.asVoid(rows.insert([offered]))
      const known = inserts.get(transaction)
      if (known !== undefined) return known(offered)
      const made = Batch.make<QueueRows.Offered, SqlError>(Effect.flatMap(rows.insert))
      inserts.set(transaction, made)
      return made(offered)
    })

  const store: Store = {
    offer: ({ name, id, element, delay }) =>
      insert({
        queue: name,
        id,
        element: JSON.stringify(element),
        delay: delay === undefined ? 0 : Duration.toMillis(delay)
      }).pipe(
        Effect.mapError(notOffered),
        Effect.andThen(
          sql.afterCommit(
            Effect.sync(() => {
              if (delay !== undefined) return
              queues.get(name)?.nudge.openUnsafe()
              wakeUp.tell()
            })
          )
        )
      ),
    take,
    cleanup,
    placeOf: (id) => places.get(id)
  }
  return store
})
