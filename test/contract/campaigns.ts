import * as Campaign from "@bedside/core/Campaign"
import type * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { assert, describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const written = Schema.encodeSync(Campaign.Campaign)
const at = (clock: string) => Given.instant(`2026-03-01T${clock}Z`)

type What = Pick<Campaign.Campaign, "kind" | "subject">

const everybody: What = { kind: "foretell-population", subject: null }

const begin = (what: What = everybody, id = Given.campaignId()) =>
  Ports.Campaigns.use((port) => port.begin({ id, ...what, actor: "ada", at: at("10:00:00.123") }))

const found = (id: Campaign.CampaignId) => Ports.Campaigns.use((port) => port.find(id))

const end = (id: Campaign.CampaignId, status: Campaign.Status = "completed") =>
  Ports.Campaigns.use((port) => port.end(id, { status, outcome: null }, at("12:00:00")))

const count = (id: Campaign.CampaignId, nth: number, tally: Campaign.Progress["tally"]) =>
  Ports.Campaigns.use((port) => port.count(id, nth, { done: 2, failed: 1, tally }, at("11:00:00")))

const stretches = (id: Campaign.CampaignId, after: string | null, size = 2, most = 10) =>
  Ports.Campaigns.use((port) => port.stretches(id, { after, size, count: most }))

const job = (campaignId: Campaign.CampaignId): Jobs.Job => ({ _tag: "run-campaign", campaignId })

/** An edition that nothing was analysed by: what others left on record is gone through as well. */
const recordings = Effect.fnUntraced(function* (edition: string, made: number) {
  const port = yield* Ports.Ecgs
  return yield* Effect.forEach(Given.times(made, String), () => {
    const submission = Given.submission(Given.recording())
    const { recordingId } = submission
    return Effect.as(
      Effect.andThen(
        port.submit(submission),
        port.finish(recordingId, { edition, status: "completed", metrics: [] })
      ),
      recordingId
    )
  })
})

export const campaigns = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Campaigns", () => {
    it.effect("of a kind and subject go on one at a time, whoever asks, with one job", () =>
      Effect.gen(function* () {
        const { id: last } = yield* Given.patientOnRecord()
        const ids = Given.times(6, Given.campaignId)
        const begun = Given.successes(yield* Given.atOnce(ids.map((id) => begin(everybody, id))))
        const [campaign] = begun
        assert(campaign !== undefined)
        expect(new Set(begun.map(({ id }) => id)).size).toBe(1)
        const offered = yield* Effect.forEach(ids, (id) => Given.isOffered(job(id)))
        expect(offered).toEqual(ids.map((id) => id === campaign.id))
        expect(written(yield* found(campaign.id))).toEqual({
          id: campaign.id,
          ...everybody,
          actor: "ada",
          status: "running",
          total: campaign.total,
          ...Campaign.nothing,
          outcome: null,
          startedAt: "2026-03-01T10:00:00.123Z",
          updatedAt: "2026-03-01T10:00:00.123Z"
        })
        expect(campaign.total).toBeGreaterThanOrEqual(1)
        const cut = yield* stretches(campaign.id, null, 10_000)
        expect(cut.at(-1)?.through).toBe(last)
        yield* end(campaign.id)
      })
    )

    it.effect("of other kinds and subjects go on beside each other", () =>
      Effect.gen(function* () {
        const kinds: ReadonlyArray<What> = [
          everybody,
          { kind: "train-model", subject: "deterioration" },
          { kind: "train-model", subject: "hypotension" },
          { kind: "backfill-ecgs", subject: Given.text() },
          { kind: "backfill-ecgs", subject: Given.text() }
        ]
        const begun = yield* Effect.forEach(kinds, (what) => begin(what))
        expect(new Set(begun.map(({ id }) => id)).size).toBe(kinds.length)
        expect(begun.map(({ kind, subject }) => ({ kind, subject }))).toEqual(kinds)
        yield* Effect.forEach(begun, ({ id }) => end(id))
      })
    )

    it.effect("cut everybody who was on record into stretches, from any of them on", () =>
      Effect.gen(function* () {
        const before = Given.patientId()
        const ids = yield* Effect.forEach(Given.times(5, String), () =>
          Effect.map(Given.patientOnRecord(), ({ id }) => id)
        )
        const campaign = yield* begin()
        yield* Given.patientOnRecord()
        const [, second, , fourth, fifth] = ids
        assert(second !== undefined && fourth !== undefined && fifth !== undefined)
        expect(yield* stretches(campaign.id, before)).toEqual([
          { after: before, through: second, size: 2 },
          { after: second, through: fourth, size: 2 },
          { after: fourth, through: fifth, size: 1 }
        ])
        expect(yield* stretches(campaign.id, before, 2, 1)).toEqual([
          { after: before, through: second, size: 2 }
        ])
        expect(yield* stretches(campaign.id, fifth)).toEqual([])
        const [first] = yield* stretches(campaign.id, null)
        expect(first?.after).toBe(null)
        yield* end(campaign.id, "stopped")
        expect(yield* stretches(campaign.id, before)).toEqual([])
      })
    )

    it.effect("go through the recordings that another edition analysed, and no other", () =>
      Effect.gen(function* () {
        const before = Given.recordingId()
        const [older, newer] = [Given.text(), Given.text()]
        const [first, second, third] = yield* recordings(older, 3)
        yield* recordings(newer, 1)
        const waiting = Given.submission(Given.recording())
        yield* Ports.Ecgs.use((port) => port.submit(waiting))
        assert(first !== undefined && second !== undefined && third !== undefined)
        const { id, total } = yield* begin({ kind: "backfill-ecgs", subject: newer })
        yield* recordings(older, 1)
        expect(total).toBeGreaterThanOrEqual(3)
        expect(yield* stretches(id, before)).toEqual([
          { after: before, through: second, size: 2 },
          { after: second, through: third, size: 1 }
        ])
        yield* Ports.Ecgs.use((port) =>
          port.finish(first, { edition: newer, status: "failed", metrics: [] })
        )
        expect(yield* stretches(id, before, 10)).toEqual([
          { after: before, through: third, size: 2 }
        ])
        yield* end(id)
      })
    )

    it.effect("of a training are of one model, and there is nothing to cut", () =>
      Effect.gen(function* () {
        const { id, total } = yield* begin({ kind: "train-model", subject: "deterioration" })
        expect(total).toBe(1)
        expect(yield* stretches(id, null)).toEqual([])
        const outcome = {
          refusal: "too-few-outcomes",
          needed: 335,
          withOutcome: 3,
          without: 4
        } as const
        const ended = yield* Ports.Campaigns.use((port) =>
          port.end(id, { status: "completed", outcome }, at("12:00:00"))
        )
        expect(ended.outcome).toEqual(outcome)
        expect((yield* found(id)).outcome).toEqual(outcome)
      })
    )

    it.effect("count a stretch once, and each of its names", () =>
      Effect.gen(function* () {
        const { id } = yield* begin()
        yield* count(id, 0, { risks: 3 })
        const again = yield* Given.atOnce([
          count(id, 0, { risks: 30 }),
          count(id, 1, { risks: 1, refusals: 2 }),
          count(id, 1, { risks: 1, refusals: 2 }),
          count(id, 2, {})
        ])
        expect(Given.failures(again)).toEqual([])
        expect(yield* found(id)).toMatchObject({
          status: "running",
          done: 6,
          failed: 3,
          tally: { risks: 4, refusals: 2 },
          updatedAt: at("11:00:00")
        })
        yield* end(id)
      })
    )

    it.effect("end once, make room for another, and still count what was under way", () =>
      Effect.gen(function* () {
        const { id } = yield* begin()
        expect((yield* begin()).id).toBe(id)
        expect((yield* end(id, "stopped")).status).toBe("stopped")
        expect((yield* end(id, "completed")).status).toBe("stopped")
        const other = yield* begin()
        expect(other.id).not.toBe(id)
        yield* count(id, 0, {})
        expect(yield* found(id)).toMatchObject({ status: "stopped", done: 2, failed: 1 })
        yield* end(other.id)
      })
    )

    it.effect("are listed newest first, in pages of any size", () =>
      Effect.gen(function* () {
        const begun = yield* Effect.forEach(Given.times(5, Given.text), (subject) =>
          Effect.tap(begin({ kind: "backfill-ecgs", subject }), ({ id }) => end(id))
        )
        const port = yield* Ports.Campaigns
        for (const limit of [1, 3, 100]) {
          const listed = yield* Given.inPages(
            (slice: Ports.Slice<Campaign.CampaignId>) => port.list(slice),
            ({ id }) => id,
            limit
          )
          expect(Given.ids(listed.slice(0, 5))).toEqual(Given.ids(begun).toReversed())
        }
      })
    )

    it.effect("are not found where there are none", () =>
      Effect.gen(function* () {
        const absent = Given.campaignId()
        const asked = [found(absent), stretches(absent, null), count(absent, 0, {}), end(absent)]
        for (const each of asked) {
          expect(yield* Given.refusal(each)).toEqual(Given.notFound("campaign"))
        }
      })
    )
  })
}
