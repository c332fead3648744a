/**
 * Campaigns, on Postgres.
 *
 * A campaign is written with the job that carries it out, and a stretch with what it adds to the
 * campaign, so neither is there without the other. A stretch that is gone through twice finds its own
 * row and adds nothing.
 */
import * as Campaign from "@bedside/core/Campaign"
import * as Ports from "@bedside/core/Ports"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PersistedQueueFactory } from "effect/persistence/PersistedQueue"
import * as SqlClient from "effect/sql/SqlClient"
import * as Offer from "./internal/Offer.ts"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface CampaignRow extends Omit<Campaign.Campaign, "startedAt" | "updatedAt"> {
  readonly startedAt: Date
  readonly updatedAt: Date
  readonly through: string | null
}

const fromRow = ({ startedAt, updatedAt, through: _, ...row }: CampaignRow): Campaign.Campaign => ({
  ...row,
  startedAt: DateTime.fromDateUnsafe(startedAt),
  updatedAt: DateTime.fromDateUnsafe(updatedAt)
})

/** Any number does that no other lock of one number uses. */
const lock = 0x63616d70

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const offer = yield* Offer.make

  const columns = sql.literal(`
    id, kind, subject, actor, status, total::float8, done::float8, failed::float8, tally, outcome,
    started_at, updated_at, through
  `)

  /** The ids that a campaign goes through, and those alone. */
  const idsOf = ({ kind, subject }: Pick<Campaign.Campaign, "kind" | "subject">) => {
    switch (kind) {
      case "backfill-ecgs":
        return sql`
          select recording_id as id from bedside_ecgs
          where status <> 'queued' and edition is distinct from ${subject}
        `
      case "foretell-population":
        return sql`select id from bedside_patients`
      case "train-model":
        return undefined
    }
  }

  const extentOf = (begun: Ports.Begun) => {
    const ids = idsOf(begun)
    return ids === undefined
      ? Effect.succeed({ total: 1, through: null })
      : Effect.map(
          sql<{ readonly total: number; readonly through: string | null }>`
            with those as (${ids})
            select count(*)::float8 as total,
              (select id from those order by id desc limit 1) as through
            from those
          `,
          ([extent]) => extent ?? { total: 0, through: null }
        )
  }

  const held = (id: Campaign.CampaignId) =>
    sql<CampaignRow>`
      select ${columns} from bedside_campaigns where id = ${id} for update
    `.pipe(Effect.flatMap(Row.first("campaign")))

  return Ports.Campaigns.of({
    begin: (begun) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const { id, kind, subject, actor } = begun
          yield* sql`select pg_advisory_xact_lock(${lock})`
          const [going] = yield* sql<CampaignRow>`
            select ${columns} from bedside_campaigns
            where status = 'running' and kind = ${kind} and subject is not distinct from ${subject}
          `
          if (going !== undefined) return fromRow(going)
          const at = DateTime.toDateUtc(begun.at)
          const { total, through } = yield* extentOf(begun)
          const rows = yield* sql<CampaignRow>`
            insert into bedside_campaigns (
              id, kind, subject, actor, status, total, done, failed, tally, started_at, updated_at,
              through
            )
            values (
              ${id}, ${kind}, ${subject}, ${actor}, 'running', ${total}, 0, 0, '{}', ${at}, ${at},
              ${through}
            )
            returning ${columns}
          `
          yield* offer({ _tag: "run-campaign", campaignId: id })
          return fromRow(yield* Row.first("campaign")(rows))
        })
      ).pipe(Effect.catchTag("NotFound", Effect.die)),
    find: (id) =>
      sql<CampaignRow>`select ${columns} from bedside_campaigns where id = ${id}`.pipe(
        Effect.flatMap(Row.first("campaign")),
        Effect.map(fromRow),
        Transaction.orDie
      ),
    list: ({ limit, after }) =>
      sql<CampaignRow>`
        select ${columns} from bedside_campaigns
        where ${after === undefined ? sql.literal("true") : sql`id < ${after}`}
        order by id desc limit ${limit}
      `.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        Transaction.orDie
      ),
    stretches: (id, { after, size, count }) =>
      Effect.gen(function* () {
        const rows = yield* sql<CampaignRow>`
          select ${columns} from bedside_campaigns where id = ${id}
        `
        const row = yield* Row.first("campaign")(rows)
        const ids = idsOf(row)
        if (row.status !== "running" || row.through === null || ids === undefined) return []
        const left = yield* sql<{ readonly id: string }>`
          with those as (${ids})
          select id from those
          where id <= ${row.through} and ${after === null ? sql.literal("true") : sql`id > ${after}`}
          order by id limit ${size * count}
        `
        return Campaign.cut(
          left.map((each) => each.id),
          { after, size }
        )
      }).pipe(Transaction.orDie),
    count: (id, nth, progress, at) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const campaign = fromRow(yield* held(id))
          const counted = yield* sql`
            insert into bedside_campaign_stretches (campaign_id, nth) values (${id}, ${nth})
            on conflict do nothing returning nth
          `
          if (counted.length === 0) return
          const { done, failed, tally } = Campaign.sum(campaign, progress)
          yield* sql`
            update bedside_campaigns
            set done = ${done}, failed = ${failed}, tally = ${PgTypes.jsonb(tally)},
              updated_at = ${DateTime.toDateUtc(at)}
            where id = ${id}
          `
        })
      ),
    end: (id, { status, outcome }, at) =>
      Transaction.run(
        sql,
        Effect.gen(function* () {
          const campaign = yield* held(id)
          if (campaign.status !== "running") return fromRow(campaign)
          const rows = yield* sql<CampaignRow>`
            update bedside_campaigns
            set status = ${status}, updated_at = ${DateTime.toDateUtc(at)},
              outcome = ${outcome === null ? null : PgTypes.jsonb(outcome)}
            where id = ${id}
            returning ${columns}
          `
          return fromRow(yield* Row.first("campaign")(rows))
        })
      )
  })
})

/**
 * Campaigns on the current database.
 *
 * @since 0.2.0
 */
export const layer: Layer.Layer<
  Ports.Campaigns,
  never,
  SqlClient.SqlClient | PersistedQueueFactory
> = Layer.effect(Ports.Campaigns, make)
