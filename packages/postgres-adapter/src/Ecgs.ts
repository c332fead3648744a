/**
 * ECG recordings and their metrics on Postgres.
 *
 * A lead is one value of 2 or 4 bytes a sample, which lists and results never read. A recording and
 * its leads are never changed; only its status is, and its metrics are replaced.
 */
import type * as Account from "@bedside/core/Account"
import type * as Metric from "@bedside/core/Metric"
import * as Jobs from "@bedside/core/Jobs"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import * as Column from "./internal/Column.ts"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface HeaderRow {
  readonly ecgId: string
  readonly date: string
  readonly samplingRate: number | null
  readonly gain: number | null
  readonly baseline: number | null
  readonly patientId: Patient.PatientId | null
}

interface RecordRow extends HeaderRow {
  readonly recordingId: Recording.RecordingId
  readonly status: Ports.EcgRecord["status"]
  readonly receivedAt: Date
  readonly leads: ReadonlyArray<{ readonly name: string; readonly numberOfSamples: number }>
  readonly metrics: ReadonlyArray<MetricRow> | null
}

interface MetricRow extends Pick<Metric.Metric, "name" | "version" | "parameters"> {
  readonly lead: string | null
  readonly unit: string | null
  readonly value: number | null
  readonly episodes: ReadonlyArray<Metric.Episode> | null
  readonly error: string | null
}

interface LeadRow {
  readonly name: string
  readonly width: 2 | 4
  readonly samples: Uint8Array
}

const toHeader = ({ ecgId, date, samplingRate, gain, baseline, patientId }: HeaderRow) => ({
  id: ecgId,
  date,
  ...Row.present({ samplingRate, gain, baseline, patientId })
})

const toRecord = (row: RecordRow): Ports.EcgRecord => ({
  ...toHeader(row),
  recordingId: row.recordingId,
  status: row.status,
  leads: row.leads,
  metrics: (row.metrics ?? []).map(Row.present),
  receivedAt: DateTime.fromDateUnsafe(row.receivedAt)
})

const header = "ecg_id, date, sampling_rate, gain, baseline, patient_id"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make

  const records = sql`
    select ${sql.literal(header)}, recording_id, status, received_at, (
      select json_agg(
        json_build_object('name', name, 'numberOfSamples', octet_length(samples) / width)
        order by position
      )
      from bedside_ecg_leads as lead where lead.recording_id = ecg.recording_id
    ) as leads, (
      select json_agg(
        json_build_object(
          'name', name, 'version', version, 'parameters', parameters, 'lead', lead,
          'unit', unit, 'value', value, 'episodes', episodes, 'error', error
        ) order by sequence
      )
      from bedside_ecg_metrics as metric where metric.recording_id = ecg.recording_id
    ) as metrics
    from bedside_ecgs as ecg
  `

  const present = (patientId: Patient.PatientId | undefined) =>
    patientId === undefined
      ? Effect.void
      : Effect.flatMap(
          sql`select id from bedside_patients where id = ${patientId} for key share`,
          Row.first("patient")
        )

  const standing = (owner: Account.AccountId, id: string) =>
    sql<{ recordingId: Recording.RecordingId }>`
      select recording_id from bedside_ecgs where owner = ${owner} and ecg_id = ${id}
    `

  const load = Effect.fnUntraced(function* (id: Recording.RecordingId) {
    const row = yield* sql<HeaderRow>`
      select ${sql.literal(header)} from bedside_ecgs where recording_id = ${id}
    `.pipe(Effect.flatMap(Row.first("ecg")))
    const leads = yield* sql<LeadRow>`
      select name, width, samples from bedside_ecg_leads
      where recording_id = ${id} order by position
    `
    const recording: Recording.Recording = {
      ...toHeader(row),
      leads: leads.map(({ name, width, samples }) => ({
        name,
        samples: Recording.fromBytes(samples, width)
      }))
    }
    return recording
  })

  /** Whether it is a new one; waits for one of the same id that is just being stored. */
  const insert = ({ recordingId, owner, recording, receivedAt }: Ports.Submission) =>
    Effect.map(
      sql`
        insert into bedside_ecgs (
          recording_id, owner, ecg_id, date, sampling_rate, gain, baseline, patient_id, status,
          received_at
        )
        values (
          ${recordingId}, ${owner}, ${recording.id}, ${recording.date},
          ${recording.samplingRate ?? null}, ${recording.gain ?? null},
          ${recording.baseline ?? null}, ${recording.patientId ?? null}, 'queued',
          ${DateTime.toDateUtc(receivedAt)}
        )
        on conflict on constraint bedside_ecgs_key do nothing
        returning recording_id
      `,
      (rows) => rows.length > 0
    )

  const insertLeads = ({ recordingId, recording: { leads } }: Ports.Submission) =>
    sql`
      insert into bedside_ecg_leads (recording_id, position, name, width, samples)
      select ${recordingId}, position - 1, name, width, samples
      from unnest(
        ${Column.text(leads.map(({ name }) => name))},
        ${Column.smallint(leads.map(({ samples }) => samples.BYTES_PER_ELEMENT))},
        ${Column.bytes(leads.map(({ samples }) => Recording.toBytes(samples)))}
      ) with ordinality as lead (name, width, samples, position)
    `

  const insertMetrics = (id: Recording.RecordingId, metrics: ReadonlyArray<Metric.Metric>) =>
    sql`
      insert into bedside_ecg_metrics (
        recording_id, name, version, lead, parameters, unit, value, episodes, error
      )
      select ${id}, name, version, lead, parameters, unit, value, episodes, error
      from unnest(
        ${Column.text(metrics.map((it) => it.name))},
        ${Column.text(metrics.map((it) => it.version))},
        ${Column.text(metrics.map((it) => it.lead ?? null))},
        ${Column.json(metrics.map((it) => it.parameters))},
        ${Column.text(metrics.map((it) => it.unit ?? null))},
        ${Column.double(metrics.map((it) => it.value ?? null))},
        ${Column.json(metrics.map((it) => it.episodes ?? null))},
        ${Column.text(metrics.map((it) => it.error ?? null))}
      ) with ordinality
        as metric (name, version, lead, parameters, unit, value, episodes, error, position)
      order by position
      on conflict on constraint bedside_ecg_metrics_key do update
      set parameters = excluded.parameters, unit = excluded.unit, value = excluded.value,
        episodes = excluded.episodes, error = excluded.error
    `

  return Ports.Ecgs.of({
    submit: (submission) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const { owner, recording, recordingId } = submission
          const [before] = yield* standing(owner, recording.id)
          if (before === undefined) {
            yield* present(recording.patientId)
            if (yield* insert(submission)) {
              yield* insertLeads(submission)
              return yield* offer({ _tag: "analyse-ecg", recordingId })
            }
          }
          const [same] = before === undefined ? yield* standing(owner, recording.id) : [before]
          if (same !== undefined && Recording.equals(yield* load(same.recordingId), recording)) {
            return
          }
          return yield* new Ports.Conflict({ code: "ecg-differs", path: "id" })
        })
      ),
    find: (owner, id) =>
      sql<RecordRow>`${records} where owner = ${owner} and ecg_id = ${id}`.pipe(
        Effect.flatMap(Row.first("ecg")),
        Effect.map(toRecord),
        Transaction.orDie
      ),
    list: (owner, { limit, after }) =>
      sql<RecordRow>`
        ${records}
        where owner = ${owner}
          and ${after === undefined ? sql.literal("true") : sql`recording_id > ${after}`}
        order by recording_id limit ${limit}
      `.pipe(
        Effect.map((rows) => rows.map(toRecord)),
        Transaction.orDie
      ),
    load: (id) => Transaction.orDie(load(id)),
    finish: (id, { edition, status, metrics }) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`
            update bedside_ecgs set status = ${status}, edition = ${edition}
            where recording_id = ${id}
            returning recording_id
          `.pipe(Effect.flatMap(Row.first("ecg")))
          if (metrics.length > 0) yield* insertMetrics(id, metrics)
        })
      ),
    backfill: (edition, { from, limit }) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const rows = yield* sql<{ recordingId: Recording.RecordingId }>`
            select recording_id from bedside_ecgs
            where status <> 'queued' and edition is distinct from ${edition}
              and ${from === undefined ? sql.literal("true") : sql`recording_id >= ${from}`}
            order by recording_id limit ${limit + 1}
          `
          const left = rows.map(({ recordingId }) => recordingId)
          const jobs = Jobs.backfill(edition, left.slice(0, limit), left[limit])
          yield* Effect.forEach(jobs, offer, { concurrency: "unbounded", discard: true })
        })
      )
  })
})

/**
 * ECG recordings in the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.Ecgs, never, SqlClient.SqlClient | PersistedQueueFactory> =
  Layer.effect(Ports.Ecgs, make)
