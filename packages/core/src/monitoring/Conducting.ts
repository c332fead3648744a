/**
 * Campaigns, carried out: cut into stretches, which whatever runners there are go through, some at a
 * time.
 *
 * The guarantee that bites: a step is stored once it is done, and a runner that dies leaves its steps to
 * the others. What was under way is gone through again, so a stretch is small, does over what is there
 * already, and is counted by its number. A store that is down is waited for; a recording or a patient
 * that cannot be gone through is counted as failed and holds up no other.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Activity from "effect/workflow/Activity"
import * as Workflow from "effect/workflow/Workflow"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import type * as Recording from "../ecg/Recording.ts"
import type * as Patient from "../patient/Patient.ts"
import * as Registry from "../risk/Registry.ts"
import * as Campaign from "./Campaign.ts"
import * as Electrocardiography from "./Electrocardiography.ts"
import * as Foretelling from "./Foretelling.ts"
import * as Jobs from "./Jobs.ts"
import * as Ports from "./Ports.ts"
import * as Retraining from "./Retraining.ts"

/** How many a stretch holds: what is gone through again at most, for each that a dead runner was at. */
const size = 100

/** How many stretches are cut at a time. */
const leg = 100

/** How many stretches of a campaign are on their way at once, over all runners. */
const abreast = 16

/** How many stretches a process is at, of whatever campaigns: the rest of it has patients to see to. */
const atOnce = 2

const payload = { campaignId: Campaign.CampaignId }

const Whole = Workflow.make("Campaign", {
  payload,
  idempotencyKey: ({ campaignId }) => campaignId
})

const Part = Workflow.make("CampaignStretch", {
  payload: { ...payload, nth: Schema.Int, ...Campaign.Stretch.fields },
  idempotencyKey: ({ campaignId, nth }) => `${campaignId}/${nth}`
})

const isDefect = (cause: Cause.Cause<unknown>): boolean =>
  Cause.hasDies(cause) && !Cause.hasInterrupts(cause)

const pauses = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("30 seconds")])

/** Tries again after a defect, such as a store that is down. */
const trying =
  (times: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    effect.pipe(
      Effect.sandbox,
      Effect.retry({ schedule: pauses, times, while: isDefect }),
      Effect.catch((cause) => Effect.failCause(cause))
    )

/** A quarter of an hour, for a step without which nothing goes on. */
const patiently = trying(36)

/** Half a minute, for one of many. */
const briefly = trying(6)

const one: Campaign.Progress = { done: 1, failed: 0, tally: {} }
const failure: Campaign.Progress = { done: 0, failed: 1, tally: {} }

const total = (all: ReadonlyArray<Campaign.Progress>): Campaign.Progress =>
  all.reduce(Campaign.sum, Campaign.nothing)

/**
 * The workflow that carries campaigns out.
 *
 * @since 0.2.0
 */
export class Conducting extends Context.Service<Conducting>()("bedside/Conducting", {
  make: Effect.gen(function* () {
    const campaigns = yield* Ports.Campaigns
    const ecgs = yield* Ports.Ecgs
    const patients = yield* Ports.Patients
    const electrocardiography = yield* Electrocardiography.Electrocardiography
    const foretelling = yield* Foretelling.Foretelling
    const retraining = yield* Retraining.Retraining
    const engine = yield* WorkflowEngine.WorkflowEngine
    const places = yield* Semaphore.make(atOnce)

    /** Ids and what failed are logged, never what a failure says. */
    const counted = <E>(id: string, effect: Effect.Effect<Campaign.Progress, E>) =>
      briefly(effect).pipe(
        Effect.catchCause((cause) =>
          Cause.hasInterrupts(cause)
            ? Effect.interrupt
            : Effect.as(
                Effect.logWarning("passed over in a campaign").pipe(
                  Effect.annotateLogs({ id, failure: Jobs.describeFailure(cause) })
                ),
                failure
              )
        )
      )

    const analyse = (id: Recording.RecordingId) =>
      counted(id, Effect.as(electrocardiography.analyse(id), one))

    /**
     * Goes through those that are not analysed yet: of a stretch that is begun again, the rest. A
     * process that has other methods than the campaign asks for leaves them where they are.
     */
    const backfill = Effect.fnUntraced(function* (edition: string, stretch: Campaign.Stretch) {
      const { after, through } = stretch
      const bounds = { through, limit: 10 * size, ...(after === null ? {} : { after }) }
      const left = patiently(ecgs.outdated(edition, bounds))
      yield* Effect.forEach(yield* left, analyse, { discard: true })
      const failed = Math.min(stretch.size, (yield* left).length)
      return { done: stretch.size - failed, failed, tally: {} }
    })

    const foretell = ({ id }: Patient.Patient) => counted(id, foretelling.review(id))

    const foretellAll = Effect.fnUntraced(function* ({ after, through }: Campaign.Stretch) {
      let progress = Campaign.nothing
      let last = after
      while (last === null || last < through) {
        const slice = {
          limit: size,
          ...(last === null ? {} : { after: last as Patient.PatientId })
        }
        const listed = yield* patiently(patients.list(slice))
        const own = listed.filter(({ id }) => id <= through)
        const each = yield* Effect.forEach(own, foretell, { concurrency: 4 })
        progress = Campaign.sum(progress, total(each))
        if (own.length < size) break
        last = own.at(-1)?.id ?? through
      }
      return progress
    })

    const goThrough = ({ kind, subject }: Campaign.Campaign, stretch: Campaign.Stretch) =>
      kind === "backfill-ecgs" ? backfill(subject ?? "", stretch) : foretellAll(stretch)

    const found = (id: Campaign.CampaignId) => Effect.orDie(patiently(campaigns.find(id)))

    const count = (id: Campaign.CampaignId, nth: number, progress: Campaign.Progress) =>
      Effect.flatMap(DateTime.now, (at) =>
        Effect.orDie(patiently(campaigns.count(id, nth, progress, at)))
      )

    const end = (
      id: Campaign.CampaignId,
      status: Campaign.Status,
      outcome: Campaign.Outcome | null = null
    ) =>
      Effect.flatMap(DateTime.now, (at) =>
        Effect.orDie(patiently(campaigns.end(id, { status, outcome }, at)))
      )

    const conductPart = Effect.fnUntraced(function* (part: typeof Part.payloadSchema.Type) {
      const { campaignId, nth, ...stretch } = part
      // Of a campaign that was stopped, nothing is begun.
      const begun = Effect.flatMap(found(campaignId), (campaign) =>
        campaign.status === "running"
          ? goThrough(campaign, stretch)
          : Effect.succeed(Campaign.nothing)
      )
      const progress = yield* Activity.make({
        name: "go-through",
        success: Campaign.Progress,
        execute: places.withPermits(1)(begun)
      })
      yield* Activity.make({ name: "count", execute: count(campaignId, nth, progress) })
    })

    const conductAll = Effect.fnUntraced(function* (id: Campaign.CampaignId) {
      let [nth, after]: [number, string | null] = [0, null]
      while (true) {
        const cut = campaigns.stretches(id, { after, size, count: leg })
        const stretches = yield* Activity.make({
          name: `cut/${nth}`,
          success: Schema.Array(Campaign.Stretch),
          execute: Effect.orDie(patiently(cut))
        })
        const from = nth
        yield* Effect.forEach(
          stretches,
          (stretch, at) => Part.execute({ campaignId: id, nth: from + at, ...stretch }),
          { concurrency: abreast, discard: true }
        )
        const last = stretches.at(-1)
        if (last === undefined || stretches.length < leg) return null
        ;[nth, after] = [nth + stretches.length, last.through]
      }
    })

    const conductTraining = Effect.fnUntraced(function* (campaign: Campaign.Campaign) {
      const task = Schema.decodeUnknownSync(Registry.Task)(campaign.subject)
      // Chosen once, so that a training that is begun again gives no second version.
      const version = yield* Activity.make({
        name: "version",
        success: Schema.String,
        execute: patiently(retraining.version(task))
      })
      const order = `trained by the campaign ${campaign.id}`
      const outcome = yield* Activity.make({
        name: "train",
        success: Campaign.Outcome,
        execute: patiently(retraining.train({ task, version, order, actor: campaign.actor }))
      })
      const progress = "version" in outcome ? one : failure
      yield* Activity.make({ name: "count", execute: count(campaign.id, 0, progress) })
      return outcome
    })

    const conduct = Effect.fnUntraced(
      function* ({ campaignId }: typeof Whole.payloadSchema.Type) {
        const campaign = yield* found(campaignId)
        const outcome =
          campaign.kind === "train-model"
            ? yield* conductTraining(campaign)
            : yield* conductAll(campaignId)
        yield* Activity.make({
          name: "complete",
          execute: Effect.asVoid(end(campaignId, "completed", outcome))
        })
      },
      (effect, { campaignId }) =>
        effect.pipe(
          Effect.catchCause((cause) =>
            Cause.hasInterrupts(cause)
              ? Effect.failCause(cause)
              : Effect.logError("a campaign could not be carried out").pipe(
                  Effect.annotateLogs({ id: campaignId, failure: Jobs.describeFailure(cause) }),
                  Effect.andThen(end(campaignId, "failed")),
                  Effect.asVoid
                )
          )
        )
    )

    yield* engine.register(Part, conductPart)
    yield* engine.register(Whole, conduct)

    /** Lets the runners carry a campaign out; to do so again is nothing new. */
    const start = Effect.fn("Conducting.start")(
      function* (campaignId: Campaign.CampaignId) {
        const { status } = yield* campaigns.find(campaignId)
        if (status !== "running") return
        yield* Effect.provideService(
          Whole.execute({ campaignId }, { discard: true }),
          WorkflowEngine.WorkflowEngine,
          engine
        )
      },
      Effect.catchTag("NotFound", () => new Jobs.JobRefused({ reason: "no such campaign" }))
    )

    return { start }
  })
}) {
  static readonly layer = Layer.effect(this, this.make).pipe(
    Layer.provide([
      Electrocardiography.Electrocardiography.layer,
      Foretelling.Foretelling.layer,
      Retraining.Retraining.layer
    ])
  )
}
