/**
 * Campaigns, and which of their stretches are counted.
 *
 * The runs of risk models become campaigns of the same id. One that was going on begins anew: what is
 * foretold twice is the same record, and only a stretch that is counted here is not counted again.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

export const campaigns = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table bedside_campaigns (
      id uuid primary key,
      kind text collate "C" not null,
      subject text collate "C",
      actor text not null,
      status text not null,
      total int8 not null,
      done int8 not null,
      failed int8 not null,
      tally jsonb not null,
      outcome jsonb,
      started_at timestamptz not null,
      updated_at timestamptz not null,
      through uuid
    )
  `
  yield* sql`
    create unique index bedside_campaigns_running on bedside_campaigns (kind, subject)
    nulls not distinct where status = 'running'
  `
  yield* sql`
    create table bedside_campaign_stretches (
      campaign_id uuid references bedside_campaigns on delete cascade,
      nth integer,
      primary key (campaign_id, nth)
    )
  `
  yield* sql`
    insert into bedside_campaigns (
      id, kind, actor, status, total, done, failed, tally, started_at, updated_at, through
    )
    select id, 'foretell-population', actor, status, patients,
      case when status = 'running' then 0 else done end, 0,
      case when status = 'running' then '{}'
        else jsonb_build_object('risks', risks, 'refusals', refusals) end,
      started_at, updated_at, through
    from bedside_risk_runs
  `
  yield* sql`drop table bedside_risk_runs`
})
