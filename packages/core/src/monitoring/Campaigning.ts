/**
 * Campaigns, for those who order them: begun, looked at, stopped.
 *
 * What is asked for while it goes on is not begun again: the one that goes on is given. To stop one is to
 * begin no further stretch of it; those that runners are at are gone through to their end and counted.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Account from "../access/Account.ts"
import * as Analysis from "../ecg/Analysis.ts"
import * as Campaign from "./Campaign.ts"
import * as Identity from "./Identity.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

const subjectOf = (order: Campaign.Order): string | null => {
  switch (order.kind) {
    case "backfill-ecgs":
      return Analysis.edition
    case "foretell-population":
      return null
    case "train-model":
      return order.task
  }
}

/**
 * The workflows around campaigns.
 *
 * @since 0.2.0
 */
export class Campaigning extends Context.Service<Campaigning>()("bedside/Campaigning", {
  make: Effect.gen(function* () {
    const campaigns = yield* Ports.Campaigns
    const ecgs = yield* Ports.Ecgs
    const random = yield* SecureRandom.SecureRandom

    const beginFor = Effect.fnUntraced(function* (actor: string, order: Campaign.Order) {
      const id = yield* Identity.next<Campaign.CampaignId>(random)
      const { kind } = order
      const at = yield* DateTime.now
      return yield* campaigns.begin({ id, kind, subject: subjectOf(order), actor, at })
    })

    const begin = Effect.fn("Campaigning.begin")((actor: Account.Actor, order: Campaign.Order) =>
      beginFor(actor.user, order)
    )

    /** Brings stored ECGs to the edition of the methods, where there are any of another. */
    const backfill = Effect.gen(function* () {
      const some = yield* ecgs.outdated(Analysis.edition, { limit: 1 })
      if (some.length > 0) yield* beginFor("bedside", { kind: "backfill-ecgs" })
    }).pipe(Effect.withSpan("Campaigning.backfill"))

    const list = Effect.fn("Campaigning.list")(function* (request: Page.Request) {
      const after = yield* Effect.fromResult(Page.after(request, Campaign.CampaignId))
      const found = yield* campaigns.list({ limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, ({ id }) => id)
    })

    /** Stops a campaign that goes on; one that has ended stays as it is. */
    const stop = Effect.fn("Campaigning.stop")(function* (id: Campaign.CampaignId) {
      return yield* campaigns.end(id, { status: "stopped", outcome: null }, yield* DateTime.now)
    })

    /** The run of the risk models of an id: no other campaign is one. */
    const riskRun = Effect.fn("Campaigning.riskRun")(function* (id: Campaign.CampaignId) {
      const absent = new Ports.NotFound({ what: "risk-run" })
      const campaign = yield* Effect.mapError(campaigns.find(id), () => absent)
      return campaign.kind === "foretell-population" ? campaign : yield* absent
    })

    return { begin, backfill, list, find: campaigns.find, stop, riskRun }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
