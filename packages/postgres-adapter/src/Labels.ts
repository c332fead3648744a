/**
 * What became of patients, on Postgres.
 *
 * The rows of the patients are held in the order of their ids while labels are stored, so two batches
 * wait for each other and neither for ever, and no patient goes meanwhile.
 */
import type * as Label from "@bedside/core/Label"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Column from "./internal/Column.ts"
import * as Transaction from "./internal/Transaction.ts"

interface LabelRow extends Omit<Label.Label, "at" | "statedAt"> {
  readonly at: Date
  readonly statedAt: Date
}

const fromRow = ({ at, statedAt, ...row }: LabelRow): Label.Label => ({
  ...row,
  at: DateTime.fromDateUnsafe(at),
  statedAt: DateTime.fromDateUnsafe(statedAt)
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const read = (task: Label.Task, patientIds: ReadonlyArray<Patient.PatientId>) =>
    Effect.map(
      sql<LabelRow>`
        select patient_id, task, outcome, at, stated_by, stated_at from bedside_labels
        where task = ${task} and patient_id = any(${Column.uuid(patientIds)})
      `,
      (rows) => rows.map(fromRow)
    )

  const holdThose = (patientIds: ReadonlyArray<Patient.PatientId>) =>
    Effect.map(
      sql<{ readonly id: Patient.PatientId }>`
        select id from bedside_patients where id = any(${Column.uuid(patientIds)})
        order by id for no key update
      `,
      (rows) => new Set(rows.map(({ id }) => id))
    )

  const upsert = (labels: ReadonlyArray<Label.Label>) => sql`
    insert into bedside_labels (patient_id, task, outcome, at, stated_by, stated_at)
    select * from unnest(
      ${Column.uuid(labels.map(({ patientId }) => patientId))},
      ${Column.text(labels.map(({ task }) => task))},
      ${Column.boolean(labels.map(({ outcome }) => outcome))},
      ${Column.instant(labels.map(({ at }) => at.epochMilliseconds))},
      ${Column.uuid(labels.map(({ statedBy }) => statedBy))},
      ${Column.instant(labels.map(({ statedAt }) => statedAt.epochMilliseconds))}
    )
    on conflict (patient_id, task) do update set
      outcome = excluded.outcome, at = excluded.at, stated_by = excluded.stated_by,
      stated_at = excluded.stated_at
  `

  const isSame = (before: Label.Label, { outcome, at }: Label.Label) =>
    before.outcome === outcome && before.at.epochMilliseconds === at.epochMilliseconds

  return Ports.Labels.of({
    state: (task, labels) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const patientIds = labels.map(({ patientId }) => patientId)
          const present = yield* holdThose(patientIds)
          const standing = new Map((yield* read(task, patientIds)).map((it) => [it.patientId, it]))
          const stored = labels.map((label): Label.Stored => {
            if (!present.has(label.patientId)) return "absent"
            const before = standing.get(label.patientId)
            if (before === undefined) return "created"
            return isSame(before, label) ? "unchanged" : "corrected"
          })
          const news = labels.filter((_, row) => ["created", "corrected"].includes(stored[row]!))
          if (news.length > 0) yield* upsert(news)
          return stored
        })
      ),
    of: (task, patientIds) => Transaction.orDie(read(task, patientIds))
  })
})

/**
 * What became of patients, on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.Labels, never, SqlClient.SqlClient> = Layer.effect(
  Ports.Labels,
  make
)
