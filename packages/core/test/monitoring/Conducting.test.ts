import { assert, describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as Analysis from "../../src/ecg/Analysis.ts"
import * as Recording from "../../src/ecg/Recording.ts"
import * as Campaign from "../../src/monitoring/Campaign.ts"
import * as Campaigning from "../../src/monitoring/Campaigning.ts"
import * as Conducting from "../../src/monitoring/Conducting.ts"
import * as Foretelling from "../../src/monitoring/Foretelling.ts"
import * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("admin")

const pressure = (clock: string, value: number) =>
  Ward.reading("mean-pressure", value, "mm[Hg]", { observedAt: Ward.time(clock) })

const falling = [
  pressure("07:00", 92),
  pressure("08:00", 88),
  pressure("09:00", 79),
  pressure("10:00", 74)
]

/** Every other patient has pressures that fall. */
const admitted = Effect.fnUntraced(function* (count: number) {
  const ids: Array<Patient.PatientId> = []
  for (let index = 0; index < count; index++) {
    const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
    if (index % 2 === 0) {
      yield* Monitoring.Monitoring.use((it) => it.record(ada, id, Ward.received(...falling)))
    }
    ids.push(id)
  }
  return ids
})

/** ECGs on record that another edition of the methods analysed. */
const outdated = Effect.fnUntraced(function* (count: number, from = 0) {
  const ecgs = yield* Ports.Ecgs
  for (let nth = from; nth < from + count; nth++) {
    const recordingId = Recording.RecordingId.make(
      `01890a5d-ac96-774b-bcce-${String(nth).padStart(12, "0")}`
    )
    const leads = [{ name: "I", samples: Int16Array.of(1, -1, 1) }]
    const recording = { id: `${nth}`, date: "2026-03-01", leads }
    yield* ecgs.submit({ recordingId, owner: ada.id, recording, receivedAt: Ward.noon })
    yield* ecgs.finish(recordingId, { edition: "another", status: "completed", metrics: [] })
  }
})

const begin = (order: Campaign.Order) => Campaigning.Campaigning.use((it) => it.begin(ada, order))

const find = (id: Campaign.CampaignId) => Campaigning.Campaigning.use((it) => it.find(id))

const start = (id: Campaign.CampaignId) => Conducting.Conducting.use((it) => it.start(id))

const ended = (id: Campaign.CampaignId) =>
  Effect.andThen(Effect.yieldNow, find(id)).pipe(
    Effect.repeat({ while: ({ status }) => status === "running" })
  )

const conducted = (id: Campaign.CampaignId) => Effect.andThen(start(id), ended(id))

const population = { kind: "foretell-population" } as const
const backfill = { kind: "backfill-ecgs" } as const

describe("a campaign over everybody on record", () => {
  it.effect("asks the models about each, and counts what came of it", () =>
    Ward.on(
      Effect.gen(function* () {
        const ids = yield* admitted(250)
        const begun = yield* begin(population)
        expect(begun).toMatchObject({ actor: ada.user, status: "running", total: 250, done: 0 })
        expect((yield* begin(population)).id).toBe(begun.id)
        expect(yield* conducted(begun.id)).toMatchObject({
          status: "completed",
          total: 250,
          done: 250,
          failed: 0,
          tally: { risks: 125, refusals: 125 }
        })
        const foretelling = yield* Foretelling.Foretelling
        const told = yield* Effect.forEach(ids, (id) =>
          Effect.map(foretelling.told(id), (all) => all.length)
        )
        expect(told).toEqual(ids.map((_, index) => (index % 2 === 0 ? 2 : 0)))
      })
    )
  )

  it.effect("goes to those who were there when it began, and passes over who is gone", () =>
    Ward.on(
      Effect.gen(function* () {
        const [first] = yield* admitted(3)
        const { id } = yield* begin(population)
        const [later] = yield* admitted(1)
        assert(first !== undefined && later !== undefined)
        yield* Ports.Patients.use((patients) => patients.remove(first, () => Result.void))
        expect(yield* conducted(id)).toMatchObject({ status: "completed", total: 3, done: 2 })
        expect(yield* Foretelling.Foretelling.use((it) => it.told(later))).toEqual([])
      })
    )
  )

  it.effect("is completed at once where nobody is, and makes room for another", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* begin(population)
        expect(yield* conducted(id)).toMatchObject({ status: "completed", total: 0, done: 0 })
        expect((yield* begin(population)).id).not.toBe(id)
      })
    )
  )

  it.effect("is carried out once although it is started again and again", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* admitted(120)
        const { id } = yield* begin(population)
        yield* Effect.all([start(id), start(id), conducted(id)], { concurrency: 3 })
        yield* start(id)
        expect(yield* find(id)).toMatchObject({ status: "completed", done: 120 })
      })
    )
  )

  it.effect("begins nothing more once it is stopped", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* admitted(3)
        const { id } = yield* begin(population)
        const stopped = yield* Campaigning.Campaigning.use((it) => it.stop(id))
        expect(stopped.status).toBe("stopped")
        expect(yield* conducted(id)).toMatchObject({ status: "stopped", done: 0 })
      })
    )
  )

  it.effect("is no job to try again where there is none", () =>
    Ward.on(
      Effect.gen(function* () {
        const absent = Campaign.CampaignId.make("01890a5d-ac96-774b-bcce-b302099a8057")
        expect(yield* Effect.flip(start(absent))).toEqual(
          new Jobs.JobRefused({ reason: "no such campaign" })
        )
      })
    )
  )
})

describe("a campaign over recordings", () => {
  it.effect("brings each of another edition to this one, and leaves the others alone", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* outdated(230)
        const ecgs = yield* Ports.Ecgs
        const { id, subject, total } = yield* begin(backfill)
        expect([subject, total]).toEqual([Analysis.edition, 230])
        expect(yield* conducted(id)).toMatchObject({ status: "completed", done: 230, failed: 0 })
        expect(yield* ecgs.outdated(Analysis.edition, { limit: 1 })).toEqual([])
        const listed = yield* ecgs.list(ada.id, { limit: 1_000 })
        expect(new Set(listed.map(({ metrics }) => metrics.length > 0))).toEqual(new Set([true]))
        expect(yield* Ward.kinds).not.toContain("backfill-ecgs")
      })
    )
  )

  it.effect("is begun without an order where there is something to do, and only there", () =>
    Ward.on(
      Effect.gen(function* () {
        const campaigning = yield* Campaigning.Campaigning
        yield* campaigning.backfill
        expect((yield* campaigning.list({ limit: 10 })).items).toEqual([])
        yield* outdated(2)
        yield* campaigning.backfill
        yield* campaigning.backfill
        expect((yield* campaigning.list({ limit: 10 })).items).toMatchObject([
          { kind: "backfill-ecgs", actor: "bedside", total: 2 }
        ])
      })
    )
  )

  /** A store that breaks, for good or for a while, where a recording is read. */
  const breaking = (isBroken: (id: string) => boolean) => {
    const store = Layer.effect(
      Ports.Ecgs,
      Ports.Ecgs.useSync((ecgs) =>
        Ports.Ecgs.of({
          ...ecgs,
          load: (id) =>
            Effect.suspend(() => (isBroken(id) ? Effect.die(new Error("down")) : ecgs.load(id)))
        })
      )
    ).pipe(Layer.provideMerge(Memory.layer))
    return Layer.mergeAll(Campaigning.Campaigning.layer, Conducting.Conducting.layer).pipe(
      Layer.provide([WorkflowEngine.layerMemory, SecureRandom.layerWebCrypto]),
      Layer.provideMerge(store)
    )
  }

  /** Lets the pauses between attempts pass. */
  const passing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const clock = yield* Effect.forkChild(Effect.forever(TestClock.adjust("1 second")))
      return yield* Effect.ensuring(effect, Fiber.interrupt(clock))
    })

  it.effect("passes over one that cannot be analysed, and counts it", () =>
    Effect.gen(function* () {
      yield* outdated(5)
      const { id } = yield* begin(backfill)
      expect(yield* passing(conducted(id))).toMatchObject({
        status: "completed",
        done: 4,
        failed: 1
      })
      expect(yield* Ports.Ecgs.use((it) => it.outdated(Analysis.edition, { limit: 9 }))).toEqual([
        "01890a5d-ac96-774b-bcce-000000000003"
      ])
    }).pipe(Effect.provide(breaking((id) => id.endsWith("3"))))
  )

  it.effect("waits for a store that is down for a while, and loses nothing", () => {
    let asked = 0
    return Effect.gen(function* () {
      yield* outdated(5)
      const { id } = yield* begin(backfill)
      expect(yield* passing(conducted(id))).toMatchObject({
        status: "completed",
        done: 5,
        failed: 0
      })
      expect(DateTime.toEpochMillis(yield* DateTime.now)).toBeGreaterThanOrEqual(3_500)
    }).pipe(Effect.provide(breaking(() => ++asked <= 3)))
  })
})
