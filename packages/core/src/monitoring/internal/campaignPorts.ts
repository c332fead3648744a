/**
 * The port of campaigns: which there are, and how far they are.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Campaign from "../Campaign.ts"
import type { NotFound, Slice } from "./portTerms.ts"

/**
 * A campaign on its way in.
 *
 * @since 0.2.0
 */
export interface Begun extends Pick<Campaign.Campaign, "id" | "kind" | "subject" | "actor"> {
  readonly at: DateTime.Utc
}

/**
 * Campaigns. Of one kind and subject, one at a time goes on.
 *
 * @since 0.2.0
 */
export class Campaigns extends Context.Service<
  Campaigns,
  {
    /**
     * Begins a campaign over what there is now, and offers `run-campaign`. While another of its kind
     * and subject goes on, nothing is stored and that one is given.
     */
    readonly begin: (begun: Begun) => Effect.Effect<Campaign.Campaign>
    readonly find: (id: Campaign.CampaignId) => Effect.Effect<Campaign.Campaign, NotFound>
    /** Newest first. */
    readonly list: (
      slice: Slice<Campaign.CampaignId>
    ) => Effect.Effect<ReadonlyArray<Campaign.Campaign>>
    /**
     * The next `count` stretches after an id: of recordings, those that another edition than the
     * subject analysed; of patients, all. None of those who came after the campaign had begun, and
     * none of a campaign that is not running.
     */
    readonly stretches: (
      id: Campaign.CampaignId,
      next: { readonly after: string | null; readonly size: number; readonly count: number }
    ) => Effect.Effect<ReadonlyArray<Campaign.Stretch>, NotFound>
    /** Adds what the nth stretch came to; the same stretch again adds nothing. */
    readonly count: (
      id: Campaign.CampaignId,
      nth: number,
      progress: Campaign.Progress,
      at: DateTime.Utc
    ) => Effect.Effect<void, NotFound>
    /** Ends a campaign that is running; one that has ended stays as it is. */
    readonly end: (
      id: Campaign.CampaignId,
      end: Pick<Campaign.Campaign, "status" | "outcome">,
      at: DateTime.Utc
    ) => Effect.Effect<Campaign.Campaign, NotFound>
  }
>()("bedside/Campaigns") {}
