/**
 * Copies of what other services keep, in the tables of the record itself.
 *
 * What was heard is applied in one transaction together with the positions it leads to, so nothing is
 * applied twice and nothing is passed over, wherever the process ends. Two that listen to the same
 * source wait for each other at each stream, in one order.
 */
import * as CopyPosition from "@bedside/core/CopyPosition"
import * as Events from "@bedside/core/Events"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import * as Column from "./internal/Column.ts"
import * as Copied from "./internal/Copied.ts"
import * as Offer from "./internal/Offer.ts"
import * as Telling from "./internal/Telling.ts"
import * as Transaction from "./internal/Transaction.ts"

type Placed = Extract<Ports.Heard, { readonly _tag: "event" | "unfit" }>

interface CopyRow {
  readonly source: Events.Source
  readonly patientId: Patient.PatientId
  readonly sequence: number
  readonly gapSince: Date | null
}

interface SourceRow {
  readonly source: Events.Source
  readonly heardAt: Date | null
  readonly rebuilding: boolean
}

interface WaitingRow {
  readonly sequence: number
  readonly reason: CopyPosition.Reason | null
  readonly content: unknown
}

/** A stream while what was heard of it is worked through. */
interface Standing {
  readonly source: Events.Source
  readonly patientId: Patient.PatientId
  position: CopyPosition.CopyPosition
  hasGap: boolean
  changed: boolean
}

const keyOf = (source: Events.Source, patientId: Patient.PatientId) => `${source} ${patientId}`

const streamOf = (heard: Ports.Heard) => {
  switch (heard._tag) {
    case "event":
      return heard.event
    case "unfit":
      return heard.envelope
    case "answer":
      return heard.patientId === null
        ? undefined
        : { source: heard.source, patientId: heard.patientId }
    case "heartbeat":
      return undefined
  }
}

/** What waited is read as it was when it came, and perhaps understood by now. */
const placedOf = (content: unknown, reason: CopyPosition.Reason | null): Placed | undefined => {
  const read = Events.read(content)
  if (read._tag === "message") {
    const { message } = read
    const isEvent = "sequence" in message
    if (!isEvent) return undefined
    if (reason !== "refused") return { _tag: "event", event: message }
    return { _tag: "unfit", envelope: message, reason, content }
  }
  return read.envelope === undefined
    ? undefined
    : { _tag: "unfit", envelope: read.envelope, reason: reason ?? "refused", content }
}

const toUtc = (date: Date | null): DateTime.Utc | null =>
  date === null ? null : DateTime.fromDateUnsafe(date)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make
  const { apply } = Copied.make(sql, yield* Telling.make(sql, offer))

  const park = (
    placed: Pick<Events.Envelope, "source" | "patientId" | "sequence"> & Partial<Events.Envelope>,
    to: {
      readonly through: number
      readonly reason: CopyPosition.Reason
      readonly content: unknown
    },
    now: Date
  ) => {
    const row = {
      source: placed.source,
      patientId: placed.patientId,
      sequence: placed.sequence,
      through: to.through,
      reason: to.reason,
      type: placed.type ?? null,
      version: placed.version ?? null,
      at: placed.at === undefined ? null : DateTime.toDateUtc(placed.at),
      parkedAt: now,
      content: to.content === null ? null : PgTypes.json(to.content)
    }
    return sql`
      insert into bedside_parked_events ${sql.insert(row)}
      on conflict (source, patient_id, sequence)
      do update set ${sql.update(row, ["source", "patientId", "sequence"])}
    `
  }

  const applyPlaced = (placed: Placed, now: Date) => {
    if (placed._tag === "event") return apply(placed.event)
    const { envelope, reason, content } = placed
    return park(envelope, { through: envelope.sequence, reason, content }, now)
  }

  /** The streams that were heard of, held until the end, with what waits in them. */
  const hold = Effect.fnUntraced(function* (heard: ReadonlyArray<Ports.Heard>, now: Date) {
    const streams = new Map(
      heard.flatMap((it) => {
        const stream = streamOf(it)
        return stream === undefined
          ? []
          : [[keyOf(stream.source, stream.patientId), stream] as const]
      })
    )
    const held = new Map<string, Standing>()
    if (streams.size === 0) return held
    const all = [...streams.values()]
    const sources = Column.text(all.map(({ source }) => source))
    const patients = Column.uuid(all.map(({ patientId }) => patientId))
    yield* sql`
      insert into bedside_copies (source, patient_id, sequence, at)
      select source, patient_id, 0, ${now}
      from unnest(${sources}, ${patients}) as heard (source, patient_id)
      order by source, patient_id
      on conflict do nothing
    `
    const rows = yield* sql<CopyRow>`
      select copy.source, copy.patient_id, sequence, gap_since
      from unnest(${sources}, ${patients}) as heard (source, patient_id)
      join bedside_copies as copy using (source, patient_id)
      order by copy.source, copy.patient_id
      for update of copy
    `
    const gaps = rows.filter(({ gapSince }) => gapSince !== null)
    const waiting =
      gaps.length === 0
        ? []
        : yield* sql<Omit<CopyRow, "gapSince">>`
            select source, patient_id, sequence
            from unnest(
              ${Column.text(gaps.map(({ source }) => source))},
              ${Column.uuid(gaps.map(({ patientId }) => patientId))}
            ) as gap (source, patient_id)
            join bedside_waiting_events using (source, patient_id)
            order by sequence
          `
    const places = Map.groupBy(waiting, (row) => keyOf(row.source, row.patientId))
    for (const { source, patientId, sequence, gapSince } of rows) {
      const key = keyOf(source, patientId)
      const own = (places.get(key) ?? []).map((row) => row.sequence)
      held.set(key, {
        source,
        patientId,
        position: { sequence, waiting: own },
        hasGap: gapSince !== null,
        changed: false
      })
    }
    return held
  })

  const freed = Effect.fnUntraced(function* (
    { source, patientId, hasGap }: Standing,
    step: CopyPosition.Step,
    now: Date
  ) {
    if (!hasGap) return
    const gone = yield* sql<WaitingRow>`
      delete from bedside_waiting_events
      where source = ${source} and patient_id = ${patientId}
        and sequence <= ${step.position.sequence}
      returning sequence, content, reason
    `
    const wanted = new Set(step.freed)
    const rows = gone
      .filter(({ sequence }) => wanted.has(sequence))
      .toSorted((left, right) => left.sequence - right.sequence)
    for (const { content, reason } of rows) {
      const placed = placedOf(content, reason)
      if (placed !== undefined) yield* applyPlaced(placed, now)
    }
  })

  const go = Effect.fnUntraced(function* (standing: Standing, step: CopyPosition.Step, now: Date) {
    yield* freed(standing, step, now)
    standing.position = step.position
    standing.changed = true
    standing.hasGap = step.outcome === "applied" ? step.position.waiting.length > 0 : true
  })

  const hearPlaced = Effect.fnUntraced(function* (
    held: ReadonlyMap<string, Standing>,
    placed: Placed,
    now: Date
  ) {
    const at = placed._tag === "event" ? placed.event : placed.envelope
    // Each stream that was heard of is held.
    const standing = held.get(keyOf(at.source, at.patientId))!
    const closes = placed._tag === "event" && placed.event.type === "patient.erased"
    const taken = CopyPosition.take(standing.position, at.sequence, closes)
    if (taken.outcome === "known") return taken.outcome
    if (taken.outcome === "applied") yield* applyPlaced(placed, now)
    if (closes) yield* forgetContents(at)
    if (taken.outcome === "waits") {
      const content = placed._tag === "event" ? Events.write(placed.event) : placed.content
      const reason = placed._tag === "event" ? null : placed.reason
      yield* sql`
        insert into bedside_waiting_events (source, patient_id, sequence, reason, content)
        values (${at.source}, ${at.patientId}, ${at.sequence}, ${reason},
          ${PgTypes.json(content)})
      `
    }
    yield* go(standing, taken, now)
    return taken.outcome
  })

  /** What an event said of a patient who is erased is forgotten, and not that it was parked. */
  const forgetContents = ({ patientId }: { readonly patientId: Patient.PatientId }) =>
    sql`update bedside_parked_events set content = null where patient_id = ${patientId}`

  const hearAnswer = Effect.fnUntraced(function* (
    held: ReadonlyMap<string, Standing>,
    { source, patientId, through }: Extract<Ports.Heard, { readonly _tag: "answer" }>,
    now: Date
  ) {
    if (patientId === null) {
      yield* sql`update bedside_copy_sources set rebuilding = false where source = ${source}`
      if (source === "measurements") {
        yield* sql`
          delete from bedside_measurements as m where not exists (
            select from bedside_copies as copy
            where copy.source = ${source} and copy.patient_id = m.patient_id
          )
        `
      }
      return "applied"
    }
    // As above.
    const standing = held.get(keyOf(source, patientId))!
    const over = CopyPosition.stepOver(standing.position, through)
    if (over.missing === undefined) return "known"
    yield* park(
      { source, patientId, sequence: over.missing.from },
      { through: over.missing.through, reason: "missing", content: null },
      now
    )
    yield* go(standing, over, now)
    return "applied"
  })

  const hearHeartbeat = ({ source, at }: Extract<Ports.Heard, { readonly _tag: "heartbeat" }>) =>
    Effect.map(
      sql`
        insert into bedside_copy_sources as known (source, heard_at, rebuilding)
        values (${source}, ${DateTime.toDateUtc(at)}, false)
        on conflict (source) do update set heard_at = greatest(known.heard_at, excluded.heard_at)
        where not known.rebuilding
        returning source
      `,
      (rows): CopyPosition.Outcome => (rows.length > 0 ? "applied" : "passed-over")
    )

  const settle = Effect.fnUntraced(function* (held: ReadonlyMap<string, Standing>, now: Date) {
    const changed = [...held.values()].filter((it) => it.changed)
    if (changed.length === 0) return
    yield* sql`
      update bedside_copies as copy
      set sequence = heard.sequence, at = ${now},
        gap_since = case when heard.has_gap then coalesce(copy.gap_since, ${now}) end,
        told_up_to = case when not heard.has_gap then null
          when copy.gap_since is null then known.heard_at else copy.told_up_to end,
        asked_at = case when heard.has_gap then copy.asked_at end
      from unnest(
        ${Column.text(changed.map(({ source }) => source))},
        ${Column.uuid(changed.map(({ patientId }) => patientId))},
        ${Column.integer(changed.map(({ position }) => position.sequence))},
        ${Column.boolean(changed.map(({ hasGap }) => hasGap))}
      ) as heard (source, patient_id, sequence, has_gap)
      left join bedside_copy_sources as known on known.source = heard.source
      where copy.source = heard.source and copy.patient_id = heard.patient_id
    `
  })

  const hear = Effect.fnUntraced(function* (heard: ReadonlyArray<Ports.Heard>) {
    const now = yield* DateTime.nowAsDate
    const held = yield* hold(heard, now)
    const outcomes: Array<CopyPosition.Outcome> = []
    for (const one of heard) {
      outcomes.push(
        one._tag === "heartbeat"
          ? yield* hearHeartbeat(one)
          : one._tag === "answer"
            ? yield* hearAnswer(held, one, now)
            : yield* hearPlaced(held, one, now)
      )
    }
    yield* settle(held, now)
    return outcomes
  })

  const askForAll = (source: Events.Source) =>
    Effect.flatMap(DateTime.now, ({ epochMilliseconds: at }) =>
      offer({ _tag: "request-events", source, patientId: null, from: 1, at })
    )

  return Ports.Copies.of({
    hear: (heard) => Transaction.run(sql, hear(heard)),
    begin: (source) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const rows = yield* sql`
            insert into bedside_copy_sources (source, rebuilding) values (${source}, true)
            on conflict do nothing returning source
          `
          if (rows.length > 0) yield* askForAll(source)
        })
      ),
    rebuild: (source) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`
            insert into bedside_copy_sources (source, rebuilding) values (${source}, true)
            on conflict (source) do update set rebuilding = true
          `
          yield* sql`delete from bedside_waiting_events where source = ${source}`
          yield* sql`delete from bedside_copies where source = ${source}`
          yield* askForAll(source)
        })
      ),
    ask: (since) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const now = yield* DateTime.nowAsDate
          const before = DateTime.toDateUtc(since)
          const due = yield* sql<CopyRow>`
            update bedside_copies as copy set asked_at = ${now}
            from (
              select source, patient_id from bedside_copies as late
              where gap_since < ${before} and (asked_at is null or asked_at < ${before})
                and not exists (
                  select from bedside_copy_sources as known
                  where known.source = late.source and known.rebuilding
                )
              order by source, patient_id limit 100
              for update
            ) as late
            where copy.source = late.source and copy.patient_id = late.patient_id
            returning copy.source, copy.patient_id, copy.sequence
          `
          yield* Effect.forEach(
            due,
            ({ source, patientId, sequence }) =>
              offer({
                _tag: "request-events",
                source,
                patientId,
                from: sequence + 1,
                at: now.getTime()
              }),
            { discard: true }
          )
          return due.length
        })
      ),
    toldUpTo: (source, patientId) =>
      sql<{ at: Date | null }>`
        select case when copy.gap_since is null then known.heard_at else copy.told_up_to end as at
        from bedside_copy_sources as known
        left join bedside_copies as copy
          on copy.source = known.source and copy.patient_id = ${patientId ?? null}
        where known.source = ${source}
      `.pipe(
        Effect.map((rows) => toUtc(rows[0]?.at ?? null) ?? undefined),
        Transaction.orDie
      ),
    standing: sql<SourceRow & { streams: number; behind: number; waiting: number; parked: number }>`
      select source, heard_at, rebuilding,
        (select count(*)::int from bedside_copies where source = known.source) as streams,
        (select count(*)::int from bedside_copies
          where source = known.source and gap_since is not null) as behind,
        (select count(*)::int from bedside_waiting_events where source = known.source) as waiting,
        (select count(*)::int from bedside_parked_events where source = known.source) as parked
      from bedside_copy_sources as known order by source
    `.pipe(
      Effect.map((rows) =>
        rows.map(({ heardAt, ...row }) => ({ ...row, heardAt: toUtc(heardAt) }))
      ),
      Transaction.orDie
    ),
    parked: ({ limit, after }) =>
      sql<
        Omit<CopyPosition.Parked, "at" | "parkedAt"> & {
          nth: bigint
          at: Date | null
          parkedAt: Date
        }
      >`
        select nth, source, patient_id, sequence, through, reason, type, version, at, parked_at
        from bedside_parked_events
        where ${after === undefined ? sql.literal("true") : sql`nth < ${after}`}
        order by nth desc limit ${limit}
      `.pipe(
        Effect.map((rows) =>
          rows.map(({ nth, at, parkedAt, ...row }) => ({
            ...row,
            nth: Number(nth),
            at: toUtc(at),
            parkedAt: DateTime.fromDateUnsafe(parkedAt)
          }))
        ),
        Transaction.orDie
      )
  })
})

/**
 * Copies in the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.Copies, never, SqlClient.SqlClient | PersistedQueueFactory> =
  Layer.effect(Ports.Copies, make)
