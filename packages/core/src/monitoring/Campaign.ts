/**
 * Work on everybody on record, or on all of what is: what is gone through, by whose order, and how far
 * it is.
 *
 * The guarantee that bites: a campaign is cut into stretches, and each stretch is counted once, however
 * often a runner that died lets it be gone through again. Of those who were there when it began, whoever
 * is gone meanwhile is neither done nor failed.
 */
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Registry from "../risk/Registry.ts"

/**
 * The id of a campaign.
 *
 * @since 0.2.0
 */
export const CampaignId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("CampaignId"))

/** @since 0.2.0 */
export type CampaignId = typeof CampaignId.Type

/**
 * What a campaign does: make the metrics of stored ECGs again that another edition of the methods made;
 * ask the trained models about everybody on record; or train the model of a task anew on the patients
 * whose outcome is known.
 *
 * @since 0.2.0
 */
export const Kind = Schema.Literals(["backfill-ecgs", "foretell-population", "train-model"])

/** @since 0.2.0 */
export type Kind = typeof Kind.Type

/**
 * What is asked for; a training is that of one task.
 *
 * @since 0.2.0
 */
export const Order = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("backfill-ecgs") }),
  Schema.Struct({ kind: Schema.Literal("foretell-population") }),
  Schema.Struct({ kind: Schema.Literal("train-model"), task: Registry.Task })
]).annotate({ identifier: "CampaignOrder" })

/** @since 0.2.0 */
export type Order = typeof Order.Type

/**
 * Where a campaign stands. `stopped` is by order; `failed` is one that could not be carried out.
 *
 * @since 0.2.0
 */
export const Status = Schema.Literals(["running", "completed", "stopped", "failed"])

/** @since 0.2.0 */
export type Status = typeof Status.Type

/**
 * What a stretch came to: how many were gone through, how many could not be, and what else is counted of
 * its kind, by name.
 *
 * @since 0.2.0
 */
export const Progress = Schema.Struct({
  done: Schema.Int,
  failed: Schema.Int,
  tally: Schema.Record(Schema.String, Schema.Int)
}).annotate({ identifier: "CampaignProgress" })

/** @since 0.2.0 */
export interface Progress extends Schema.Schema.Type<typeof Progress> {}

/**
 * What a training came to: the version that is a candidate now, or why there is none. With
 * `too-few-outcomes`, `needed` patients with the outcome and as many without would do.
 *
 * @since 0.2.0
 */
export const Outcome = Schema.Union([
  Schema.Struct({ version: Schema.String }),
  Schema.Struct({
    refusal: Schema.Literal("too-few-outcomes"),
    needed: Schema.Int,
    withOutcome: Schema.Int,
    without: Schema.Int
  }),
  Schema.Struct({ refusal: Schema.Literals(["no-active-version", "not-better-than-chance"]) })
]).annotate({ identifier: "CampaignOutcome" })

/** @since 0.2.0 */
export type Outcome = typeof Outcome.Type

/**
 * A campaign. `subject` is the edition that ECGs are brought to, or the task that is trained; `total` is
 * how many there were when it began: recordings, patients, or one model.
 *
 * @since 0.2.0
 */
export const Campaign = Schema.Struct({
  id: CampaignId,
  kind: Kind,
  subject: Schema.NullOr(Schema.String),
  actor: Schema.String,
  status: Status,
  total: Schema.Int,
  ...Progress.fields,
  outcome: Schema.NullOr(Outcome),
  startedAt: Timestamp.Instant,
  updatedAt: Timestamp.Instant
}).annotate({ identifier: "Campaign" })

/** @since 0.2.0 */
export interface Campaign extends Schema.Schema.Type<typeof Campaign> {}

/**
 * A part of those that a campaign goes through, in the order of their ids: after one, null at the
 * beginning, up to and with another; there were `size` of them.
 *
 * @since 0.2.0
 */
export const Stretch = Schema.Struct({
  after: Schema.NullOr(Schema.String),
  through: Schema.String,
  size: Schema.Int
}).annotate({ identifier: "CampaignStretch" })

/** @since 0.2.0 */
export interface Stretch extends Schema.Schema.Type<typeof Stretch> {}

/**
 * Nothing done yet.
 *
 * @since 0.2.0
 */
export const nothing: Progress = { done: 0, failed: 0, tally: {} }

/**
 * Adds up what two stretches came to.
 *
 * Shape: counts, each name of either tally.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Campaign from "@bedside/core/Campaign"
 *
 * const stretch = { done: 2, failed: 1, tally: { risks: 3 } }
 * Campaign.sum(stretch, { done: 1, failed: 0, tally: { risks: 1, refusals: 1 } }) // => { done: 3, failed: 1, tally: { risks: 4, refusals: 1 } }
 * ```
 * @since 0.2.0
 */
export const sum = (left: Progress, right: Progress): Progress => {
  const tally = { ...left.tally }
  for (const [name, count] of Object.entries(right.tally)) tally[name] = (tally[name] ?? 0) + count
  return { done: left.done + right.done, failed: left.failed + right.failed, tally }
}

/**
 * Cuts ids into stretches.
 *
 * Shape: ids in ascending order, those that come after `after`; `size` in each stretch but the last.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Campaign from "@bedside/core/Campaign"
 *
 * Campaign.cut(["a", "b", "c"], { after: null, size: 2 }) // => [{ after: null, through: "b", size: 2 }, { after: "b", through: "c", size: 1 }]
 * ```
 * @since 0.2.0
 */
export const cut = (
  ids: ReadonlyArray<string>,
  { after, size }: { readonly after: string | null; readonly size: number }
): ReadonlyArray<Stretch> => {
  const stretches: Array<Stretch> = []
  for (let from = 0; from < ids.length; from += size) {
    const own = ids.slice(from, from + size)
    const through = own.at(-1)
    if (through === undefined) break
    stretches.push({ after: stretches.at(-1)?.through ?? after, through, size: own.length })
  }
  return stretches
}
