/**
 * A campaign that asks the trained models about everybody on record, as it was shown before there were
 * campaigns of other kinds.
 */
import * as Schema from "effect/Schema"
import * as Campaign from "./Campaign.ts"

/**
 * A run: who asked for it, how many `patients` were on record when it began, how many of them were gone
 * through, and how many risks and refusals the models gave.
 *
 * @since 0.2.0
 */
export const RiskRun = Schema.Struct({
  id: Campaign.CampaignId,
  actor: Schema.String,
  status: Campaign.Status,
  patients: Schema.Int,
  done: Schema.Int,
  risks: Schema.Int,
  refusals: Schema.Int,
  startedAt: Campaign.Campaign.fields.startedAt,
  updatedAt: Campaign.Campaign.fields.updatedAt
}).annotate({ identifier: "RiskRun" })

/** @since 0.2.0 */
export interface RiskRun extends Schema.Schema.Type<typeof RiskRun> {}

/**
 * Shows a campaign as a run.
 *
 * Shape: one of the kind `foretell-population`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Campaign from "@bedside/core/Campaign"
 * import * as RiskRun from "@bedside/core/RiskRun"
 * import * as DateTime from "effect/DateTime"
 *
 * const at = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
 * const run = RiskRun.of({
 *   id: Campaign.CampaignId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
 *   kind: "foretell-population",
 *   subject: null,
 *   actor: "ada",
 *   status: "running",
 *   total: 5,
 *   done: 2,
 *   failed: 0,
 *   tally: { risks: 3, refusals: 1 },
 *   outcome: null,
 *   startedAt: at,
 *   updatedAt: at
 * })
 * run.patients // => 5
 * run.risks // => 3
 * ```
 * @since 0.2.0
 */
export const of = ({ total, tally, ...campaign }: Campaign.Campaign): RiskRun => ({
  id: campaign.id,
  actor: campaign.actor,
  status: campaign.status,
  patients: total,
  done: campaign.done,
  risks: tally["risks"] ?? 0,
  refusals: tally["refusals"] ?? 0,
  startedAt: campaign.startedAt,
  updatedAt: campaign.updatedAt
})
