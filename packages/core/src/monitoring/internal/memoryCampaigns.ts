/**
 * Campaigns over Maps.
 */
import * as Result from "effect/Result"
import * as Campaign from "../Campaign.ts"
import type * as Ports from "../Ports.ts"
import { outdated } from "./memoryRecords.ts"
import { ascending, found, offer, slice, step, type State } from "./state.ts"

/** What a campaign goes through, in the order of the ids; of a training there is nothing to cut. */
const idsOf = (
  state: State,
  { kind, subject }: Pick<Campaign.Campaign, "kind" | "subject">
): ReadonlyArray<string> => {
  switch (kind) {
    case "backfill-ecgs":
      return outdated(state, subject ?? "")
    case "foretell-population":
      return [...state.patients.keys()].toSorted(ascending)
    case "train-model":
      return []
  }
}

const newestFirst = (left: string, right: string): number => ascending(right, left)

export const make = (state: State): Ports.Campaigns["Service"] => {
  const all = () => [...state.campaigns.values()].map(({ campaign }) => campaign)
  const stored = (id: Campaign.CampaignId) => found(state.campaigns.get(id), "campaign")
  return {
    begin: ({ at, ...begun }) =>
      step((now) => {
        const going = all().find(
          ({ status, kind, subject }) =>
            status === "running" && kind === begun.kind && subject === begun.subject
        )
        if (going !== undefined) return Result.succeed(going)
        const ids = idsOf(state, begun)
        const campaign: Campaign.Campaign = {
          ...begun,
          status: "running",
          total: begun.kind === "train-model" ? 1 : ids.length,
          ...Campaign.nothing,
          outcome: null,
          startedAt: at,
          updatedAt: at
        }
        state.campaigns.set(begun.id, { campaign, through: ids.at(-1), counted: new Set() })
        offer(state, { _tag: "run-campaign", campaignId: begun.id }, now)
        return Result.succeed(campaign)
      }),
    find: (id) => step(() => Result.map(stored(id), ({ campaign }) => campaign)),
    list: (page) => step(() => Result.succeed(slice(all(), newestFirst, ({ id }) => id, page))),
    stretches: (id, { after, size, count }) =>
      step(() =>
        Result.map(stored(id), ({ campaign, through }) => {
          if (campaign.status !== "running" || through === undefined) return []
          const left = idsOf(state, campaign).filter(
            (each) => each <= through && (after === null || each > after)
          )
          return Campaign.cut(left.slice(0, size * count), { after, size })
        })
      ),
    count: (id, nth, progress, at) =>
      step(() =>
        Result.map(stored(id), (it) => {
          if (it.counted.has(nth)) return
          it.counted.add(nth)
          const { campaign } = it
          it.campaign = { ...campaign, ...Campaign.sum(campaign, progress), updatedAt: at }
        })
      ),
    end: (id, { status, outcome }, at) =>
      step(() =>
        Result.map(stored(id), (it) => {
          if (it.campaign.status === "running") {
            it.campaign = { ...it.campaign, status, outcome, updatedAt: at }
          }
          return it.campaign
        })
      )
  }
}
