/**
 * Recording a batch of readings.
 *
 * Whoever writes measurements of a patient holds the patient's row, so writers of one patient come
 * one after the other and those of different patients never meet. Under that lock a batch whose time
 * span holds no record yet, the usual one, is a plain insert, which costs a fifth less than one that
 * looks for conflicts; the unique constraint remains the judge.
 */
import type * as Jobs from "@bedside/core/Jobs"
import type * as Measurement from "@bedside/core/Measurement"
import type * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Column from "./Column.ts"
import * as MeasurementRow from "./MeasurementRow.ts"
import * as PartitionTable from "./PartitionTable.ts"
import type { Telling } from "./Telling.ts"
import * as Transaction from "./Transaction.ts"

/** A reading has the key of another one after all. */
class Overlap {
  readonly _tag = "Overlap"
}

const offsetMinutes = ({ observedAt }: Ports.Draft): number =>
  observedAt.zone._tag === "Offset"
    ? Math.round(observedAt.zone.offset / 60_000)
    : Math.round(Timestamp.offsetMinutes(observedAt))

/** From the earliest to the latest reading of each vital in a batch. */
const spans = (drafts: ReadonlyArray<Ports.Draft>) => {
  const found = new Map<string, { from: number; to: number }>()
  for (const { vital, observedAt } of drafts) {
    const at = observedAt.epochMilliseconds
    const span = found.get(vital)
    if (span === undefined) found.set(vital, { from: at, to: at })
    else if (at < span.from) span.from = at
    else if (at > span.to) span.to = at
  }
  return found
}

/** The records that stand for the readings of a batch while it is worked through. */
interface Standing {
  readonly id: Measurement.MeasurementId
  readonly observedAt: number
  value: Measurement.Value
  implausible: boolean
  version: number
  recordedAt: number
  corrected: boolean
}

interface StandingRow extends MeasurementRow.ValueColumns {
  readonly id: Measurement.MeasurementId
  readonly observedAt: Date
  readonly implausible: boolean
  readonly version: number
  readonly recordedAt: Date
}

interface Replacement {
  readonly id: string
  readonly observedAt: number
  readonly version: number
  readonly value: Measurement.Value
  readonly recordedAt: number
}

/** Works through the readings in order; `rows` are the records that stand for them. */
const settle = (
  drafts: ReadonlyArray<Ports.Draft>,
  created: Set<string>,
  rows: ReadonlyArray<StandingRow>,
  now: number
) => {
  const standing = new Map<string, Standing>()
  const replaced: Array<Replacement> = []
  const outcomes = drafts.map(({ id, value, implausible }, index): Ports.Recorded => {
    // The same reading twice in a batch was inserted the first time only.
    if (created.delete(id)) return { status: "created", id }
    // Every reading was inserted or met a record with its key.
    const row = rows[index]!
    let record = standing.get(row.id)
    if (record === undefined) {
      record = {
        id: row.id,
        observedAt: row.observedAt.getTime(),
        value: MeasurementRow.value(row),
        implausible: row.implausible,
        version: row.version,
        recordedAt: row.recordedAt.getTime(),
        corrected: false
      }
      standing.set(row.id, record)
    }
    if (record.value === value) return { status: "unchanged", id: record.id }
    const { observedAt, version, recordedAt } = record
    replaced.push({ id: record.id, observedAt, version, value: record.value, recordedAt })
    record.value = value
    record.implausible = implausible
    record.version += 1
    record.recordedAt = now
    record.corrected = true
    return { status: "corrected", id: record.id }
  })
  return { outcomes, replaced, corrected: [...standing.values()].filter((it) => it.corrected) }
}

export const make = (
  sql: SqlClient,
  offer: (job: Jobs.Job) => Effect.Effect<void>,
  telling: Telling
) => {
  const insert = (batch: Ports.Batch, now: number, conflicts: "refused" | "passed over") => {
    const { drafts } = batch
    return sql<{ id: string }>`
      insert into bedside_measurements (
        observed_at, received_at, recorded_at, number, version, offset_minutes, implausible, id,
        patient_id, panel, written_by, vital, source, code
      )
      select observed_at, ${DateTime.toDateUtc(batch.receivedAt)}, ${new Date(now)}, number, 1,
        offset_minutes, implausible, id, ${batch.patientId}, ${batch.panel ?? null},
        ${batch.writtenBy ?? null}, vital, source, code
      from unnest(
        ${Column.instant(drafts.map((it) => it.observedAt.epochMilliseconds))},
        ${Column.double(drafts.map((it) => MeasurementRow.numberOf(it.value)))},
        ${Column.smallint(drafts.map(offsetMinutes))},
        ${Column.boolean(drafts.map((it) => it.implausible))},
        ${Column.uuid(drafts.map((it) => it.id))},
        ${Column.text(drafts.map((it) => it.vital))},
        ${Column.text(drafts.map((it) => it.source))},
        ${Column.text(drafts.map((it) => MeasurementRow.codeOf(it.value)))}
      ) as draft (observed_at, number, offset_minutes, implausible, id, vital, source, code)
      ${sql.literal(
        conflicts === "refused"
          ? ""
          : "on conflict on constraint bedside_measurements_natural_key do nothing returning id"
      )}
    `
  }

  const overlaps = (batch: Ports.Batch) => {
    const found = spans(batch.drafts)
    const each = [...found.values()]
    return Effect.map(
      sql<{ vital: string }>`
        select span.vital
        from unnest(
          ${Column.text([...found.keys()])},
          ${Column.instant(each.map(({ from }) => from))},
          ${Column.instant(each.map(({ to }) => to))}
        ) as span (vital, first, last)
        cross join lateral (
          select from bedside_measurements
          where patient_id = ${batch.patientId} and vital = span.vital
            and observed_at between span.first and span.last
          limit 1
        ) as standing
        limit 1
      `,
      (rows) => rows.length > 0
    )
  }

  const standing = ({ patientId, drafts }: Ports.Batch) => sql<StandingRow>`
    select m.id, m.observed_at, m.number, m.code, m.implausible, m.version, m.recorded_at
    from unnest(
      ${Column.text(drafts.map((it) => it.vital))},
      ${Column.instant(drafts.map((it) => it.observedAt.epochMilliseconds))},
      ${Column.text(drafts.map((it) => it.source))}
    ) with ordinality as draft (vital, observed_at, source, position)
    join bedside_measurements as m on m.patient_id = ${patientId} and m.vital = draft.vital
      and m.observed_at = draft.observed_at and m.source = draft.source
    order by draft.position
  `

  const write = Effect.fnUntraced(function* (
    { corrected, replaced }: Pick<ReturnType<typeof settle>, "corrected" | "replaced">,
    now: number
  ) {
    if (corrected.length === 0) return
    yield* sql`
      insert into bedside_replaced_values
        (measurement_id, observed_at, version, number, code, recorded_at, replaced_at)
      select *, ${new Date(now)} from unnest(
        ${Column.uuid(replaced.map((it) => it.id))},
        ${Column.instant(replaced.map((it) => it.observedAt))},
        ${Column.integer(replaced.map((it) => it.version))},
        ${Column.double(replaced.map((it) => MeasurementRow.numberOf(it.value)))},
        ${Column.text(replaced.map((it) => MeasurementRow.codeOf(it.value)))},
        ${Column.instant(replaced.map((it) => it.recordedAt))}
      )
    `
    yield* sql`
      update bedside_measurements as m
      set number = to_be.number, code = to_be.code, implausible = to_be.implausible,
        version = to_be.version, recorded_at = ${new Date(now)}
      from unnest(
        ${Column.uuid(corrected.map((it) => it.id))},
        ${Column.instant(corrected.map((it) => it.observedAt))},
        ${Column.double(corrected.map((it) => MeasurementRow.numberOf(it.value)))},
        ${Column.text(corrected.map((it) => MeasurementRow.codeOf(it.value)))},
        ${Column.boolean(corrected.map((it) => it.implausible))},
        ${Column.integer(corrected.map((it) => it.version))}
      ) as to_be (id, observed_at, number, code, implausible, version)
      where m.id = to_be.id and m.observed_at = to_be.observed_at
    `
  })

  const merge = Effect.fnUntraced(function* (batch: Ports.Batch, now: number) {
    const created = new Set(Array.from(yield* insert(batch, now, "passed over"), ({ id }) => id))
    if (created.size === batch.drafts.length) return allCreated(batch)
    const settled = settle(batch.drafts, created, yield* standing(batch), now)
    yield* write(settled, now)
    return settled.outcomes
  })

  const add = (batch: Ports.Batch, now: number) =>
    insert(batch, now, "refused").pipe(
      Transaction.onDuplicate(PartitionTable.naturalKeys, () => new Overlap()),
      Effect.map(() => allCreated(batch))
    )

  const attempt = (batch: Ports.Batch, now: number, mayOverlap: boolean) =>
    Transaction.run(
      sql,
      Effect.gen(function* () {
        yield* Transaction.holdPatient(sql, batch.patientId)
        if (batch.drafts.length === 0) return []
        const recorded =
          mayOverlap || (yield* overlaps(batch)) ? yield* merge(batch, now) : yield* add(batch, now)
        const changed = recorded.filter(({ status }) => status !== "unchanged")
        if (changed.length > 0) {
          yield* telling.measurements(
            batch.patientId,
            changed.map(({ id }) => id)
          )
          yield* Effect.forEach(batch.jobs, offer, { concurrency: "unbounded", discard: true })
        }
        return recorded
      })
    )

  return Effect.fnUntraced(function* (batch: Ports.Batch) {
    const now = (yield* DateTime.now).epochMilliseconds
    return yield* attempt(batch, now, false).pipe(
      // A reading was in the batch twice.
      Effect.catchTag("Overlap", () => attempt(batch, now, true)),
      Effect.catchTag("Overlap", Effect.die)
    )
  })
}

const allCreated = ({ drafts }: Ports.Batch): ReadonlyArray<Ports.Recorded> =>
  drafts.map(({ id }) => ({ status: "created", id }))
