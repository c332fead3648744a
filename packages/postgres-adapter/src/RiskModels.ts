/**
 * Trained risk models on Postgres.
 *
 * Steps of one task are taken one after the other, the first one too: the lock is on the name of the
 * task, which is there before any row of it.
 */
import * as Ports from "@bedside/core/Ports"
import * as Registry from "@bedside/core/Registry"
import * as RiskModel from "@bedside/core/RiskModel"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

const Model = Schema.toCodecJson(RiskModel.RiskModel)
const Entry = Schema.toCodecJson(Registry.Entry)

const encodeModel = Schema.encodeSync(Model)
const decodeModel = Schema.decodeSync(Model)
const decodeEntry = Schema.decodeSync(Entry)

/** Any number does that no other lock of two numbers uses. */
const locks = 0x7269736b

interface EntryRow {
  readonly entry: typeof Entry.Encoded
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  /** The entries of a task, lowest version first, which is the order of their first steps. */
  const entries = (task: Registry.Task, version?: string) =>
    Effect.map(
      sql<EntryRow>`
        select jsonb_build_object(
          'task', model.task, 'version', model.version, 'state', model.state,
          'hashes', model.hashes, 'card', model.card,
          'steps', jsonb_agg(
            jsonb_build_object(
              'nth', step.nth, 'state', step.state, 'approver', step.approver,
              'reason', step.reason, 'at', step.at
            ) order by step.nth
          )
        ) as entry
        from bedside_risk_models as model
        join bedside_risk_model_steps as step using (task, version)
        where task = ${task}
          and ${version === undefined ? sql.literal("true") : sql`version = ${version}`}
        group by model.task, model.version
        order by min(step.nth)
      `,
      (rows) => rows.map(({ entry }) => decodeEntry(entry))
    )

  const insert = (entry: Registry.Entry, model: RiskModel.RiskModel) => sql`
    insert into bedside_risk_models (task, version, state, hashes, card, model)
    values (
      ${entry.task}, ${entry.version}, ${entry.state}, ${PgTypes.jsonb(entry.hashes)},
      ${PgTypes.jsonb(entry.card)}, ${PgTypes.jsonb(encodeModel(model))}
    )
  `

  const addStep = ({ task, version }: Registry.Entry, step: Registry.Step) =>
    Effect.andThen(
      sql`
        update bedside_risk_model_steps set until = ${DateTime.toDateUtc(step.at)}
        where task = ${task} and version = ${version} and until is null
      `,
      sql`
        insert into bedside_risk_model_steps (task, nth, version, state, approver, reason, at)
        values (
          ${task}, ${step.nth}, ${version}, ${step.state}, ${step.approver}, ${step.reason},
          ${DateTime.toDateUtc(step.at)}
        )
      `
    )

  const write = Effect.fnUntraced(function* (
    { entries: changed, model }: Registry.Changes,
    latest: number
  ) {
    // In the order of their steps, so that who was active steps back before another takes the place.
    const inOrder = changed.toSorted(
      (a, b) => (a.steps.at(-1)?.nth ?? 0) - (b.steps.at(-1)?.nth ?? 0)
    )
    for (const entry of inOrder) {
      if (entry.version === model?.version) yield* insert(entry, model)
      else {
        yield* sql`
          update bedside_risk_models set state = ${entry.state}
          where task = ${entry.task} and version = ${entry.version}
        `
      }
      const taken = entry.steps.filter(({ nth }) => nth > latest)
      yield* Effect.forEach(taken, (step) => addStep(entry, step), { discard: true })
    }
  })

  return Ports.RiskModels.of({
    append: (task, decide) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          yield* sql`select pg_advisory_xact_lock(${locks}, hashtext(${task}))`
          const lineage = yield* entries(task)
          const changes = yield* Effect.fromResult(decide(lineage))
          yield* write(changes, lineage.flatMap(({ steps }) => steps).length)
          return changes.entries[0]
        })
      ),
    standing: Transaction.orDie(
      sql<Ports.Standing>`
        select task, version, state as role from bedside_risk_models
        where state in ('active', 'shadow') order by task, state collate "C"
      `
    ),
    model: (task, version) =>
      sql<{ model: typeof Model.Encoded }>`
        select model from bedside_risk_models where task = ${task} and version = ${version}
      `.pipe(
        Effect.flatMap(Row.first("risk-model")),
        Effect.map(({ model }) => decodeModel(model)),
        Transaction.orDie
      ),
    activeAt: (task, at) =>
      sql<{ version: string }>`
        select version from bedside_risk_model_steps
        where task = ${task} and state = 'active' and at <= ${DateTime.toDateUtc(at)}
          and (until is null or ${DateTime.toDateUtc(at)} < until)
      `.pipe(
        Effect.flatMap(Row.first("risk-model")),
        Effect.flatMap(({ version }) => entries(task, version)),
        Effect.flatMap(Row.first("risk-model")),
        Transaction.orDie
      ),
    lineage: (task) => Transaction.orDie(entries(task))
  })
})

/**
 * Trained risk models on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<Ports.RiskModels, never, SqlClient.SqlClient> = Layer.effect(
  Ports.RiskModels,
  make
)
