/**
 * The statements on the table of jobs, each for as many jobs as there are.
 *
 * The table is that of the SQL store of Effect's `PersistedQueue`, whose columns mean the same here.
 */
import type { SqlClient } from "effect/sql/SqlClient"
import * as Column from "./Column.ts"

/** A job as it was offered; `delay` in ms. */
export interface Offered {
  readonly queue: string
  readonly id: string
  readonly element: string
  readonly delay: number
}

/** A job under a lease; `lock` is that of the one claim it came with. */
export interface Claimed {
  readonly sequence: bigint
  readonly id: string
  readonly element: string
  readonly attempts: number
  readonly lock: string
  /** Since when it was due, as Postgres writes it. */
  readonly due: string
}

/** Before whatever is due. */
export const beginning = "-infinity"

/** What becomes of a claimed job; due again after `pause`, in ms. */
export interface Settled {
  readonly claimed: Claimed
  readonly state: "pending" | "completed" | "failed"
  readonly pause?: number
  readonly failure?: string
  readonly uncounted?: true
}

/** Postgres has no such letter, and a text it refuses would hold up those beside it. */
const storable = (text: string): string => text.replaceAll("\0", "")

/** The statements under leases of so many ms. */
export const make = (sql: SqlClient, lease: number) => {
  const free = sql`(acquired_at is null or acquired_at < now() - ${lease}::float8 * interval '1 ms')`

  /** An id that is known already is left as it is. */
  const insert = (jobs: ReadonlyArray<Offered>) => sql`
    insert into bedside_jobs (
      id, queue_name, element, state, attempts, visible_at, created_at, updated_at
    )
    select id, queue, element, 'pending', 0,
      case when delay = 0 then now() else clock_timestamp() + delay * interval '1 ms' end, now(), now()
    from unnest(
      ${Column.text(jobs.map(({ id }) => id))}, ${Column.text(jobs.map(({ queue }) => queue))},
      ${Column.text(jobs.map(({ element }) => element))},
      ${Column.double(jobs.map(({ delay }) => delay))}
    ) with ordinality as offered (id, queue, element, delay, position)
    order by position
    on conflict (id, queue_name) do nothing
  `

  /**
   * At most so many that are due, and not before `from`, counted as an attempt. This commit does not
   * wait for the disk.
   */
  const claim = (
    queue: string,
    { most, maxAttempts, from }: { most: number; maxAttempts: number; from: string },
    lock: string
  ) => sql<Claimed>`
    with due as materialized (
      select sequence from bedside_jobs
      where queue_name = ${queue} and state = 'pending' and attempts < ${maxAttempts}
        and visible_at between ${from}::text::timestamp and now() and ${free}
      order by visible_at, sequence limit ${most}
      for update skip locked
    ), claimed as (
      update bedside_jobs
      set acquired_at = now(), acquired_by = ${lock}, attempts = attempts + 1
      where sequence = any (array(select sequence from due))
      returning sequence, id, element, attempts, acquired_by, visible_at
    )
    select sequence, id, element, attempts, acquired_by as lock, visible_at::text as due
    from claimed
    where set_config('synchronous_commit', 'off', true) = 'off'
    order by visible_at, sequence
  `

  /** Only what is still under the claim it came with. */
  const settle = (all: ReadonlyArray<Settled>) => {
    const sequences = Column.bigint(all.map(({ claimed }) => claimed.sequence))
    return sql`
    update bedside_jobs as job
    set state = settled.state, acquired_at = null, acquired_by = null, updated_at = now(),
      attempts = job.attempts - settled.uncounted::int,
      visible_at = coalesce(now() + settled.pause * interval '1 ms', job.visible_at),
      last_failure = coalesce(settled.failure, job.last_failure)
    from unnest(
      ${sequences},
      ${Column.uuid(all.map(({ claimed }) => claimed.lock))},
      ${Column.text(all.map(({ state }) => state))},
      ${Column.boolean(all.map(({ uncounted }) => uncounted ?? false))},
      ${Column.double(all.map(({ pause }) => pause ?? null))},
      ${Column.text(all.map(({ failure }) => (failure === undefined ? null : storable(failure))))}
    ) as settled (sequence, lock, state, uncounted, pause, failure)
    where job.sequence = any (${sequences}) and job.sequence = settled.sequence
      and job.acquired_by = settled.lock
  `
  }

  // A lock is that of one claim in one process, so no job of another can match.
  const renew = (held: ReadonlyArray<Claimed>) => sql`
    update bedside_jobs set acquired_at = now()
    where sequence = any (${Column.bigint(held.map(({ sequence }) => sequence))})
      and acquired_by = any (${Column.uuid([...new Set(held.map(({ lock }) => lock))])})
  `

  /** The jobs whose worker died in the last attempt, which nobody would ever take again. */
  const bury = (queue: string, maxAttempts: number) => sql`
    update bedside_jobs
    set state = 'failed', acquired_at = null, acquired_by = null, updated_at = now(),
      last_failure = coalesce(last_failure, 'Lock expired after final attempt')
    where queue_name = ${queue} and state = 'pending' and attempts >= ${maxAttempts} and ${free}
  `

  return { insert, claim, settle, renew, bury }
}
