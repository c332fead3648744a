import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import type * as Measurement from "../../src/measurement/Measurement.ts"
import * as Foretelling from "../../src/monitoring/Foretelling.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Releasing from "../../src/monitoring/Releasing.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as Registry from "../../src/risk/Registry.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("clinician")

const pressure = (clock: string, value: number) =>
  Ward.reading("mean-pressure", value, "mm[Hg]", { observedAt: Ward.time(clock) })

const falling = [
  pressure("07:00", 92),
  pressure("08:00", 88),
  pressure("09:00", 79),
  pressure("10:00", 74)
]

const record = (id: Patient.PatientId, readings: ReadonlyArray<Measurement.Reading>) =>
  Monitoring.Monitoring.use((it) => it.record(ada, id, Ward.received(...readings)))

/** Does the jobs that ask the models, as a worker would. */
const work = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  const foretelling = yield* Foretelling.Foretelling
  const waiting = yield* queue.list({ state: "pending" }, { limit: 1_000 })
  yield* Effect.forEach(waiting, () =>
    queue.take((job) =>
      job._tag === "foretell-risk" ? foretelling.foretell(job.patientId) : Effect.void
    )
  )
})

const told = (id: Patient.PatientId) => Foretelling.Foretelling.use((it) => it.told(id))

const kept = (id: Patient.PatientId) =>
  Effect.map(
    Ports.Predictions.use((port) => port.list(id, { limit: 100 })),
    (all) =>
      all.map(
        ({ task, version, role, asOf, refusal }) =>
          `${DateTime.formatIso(asOf).slice(11, 16)} ${task} ${version} ${role} ${refusal?.code ?? "risk"}`
      )
  )

const propose = (version: string) =>
  Releasing.Releasing.use((it) =>
    it.propose(ada, "hypotension", { ...Hypotension.model, version }, "refitted")
  )

describe("Foretelling", () => {
  it.effect("has the shipped models active from the start, with their hashes", () =>
    Ward.on(
      Effect.gen(function* () {
        const models = yield* Ports.RiskModels
        for (const task of Registry.Task.literals) {
          const model = Foretelling.shipped[task]
          const [entry, ...others] = yield* models.lineage(task)
          expect(others).toEqual([])
          expect(entry).toMatchObject({ task, version: model.version, state: "active" })
          expect(entry?.hashes.features).toBe(model.definitionSha256)
          expect(new Set(Object.values(entry?.hashes ?? {})).size).toBe(3)
          expect(entry?.steps.map(({ approver, reason }) => [approver, reason])).toEqual(
            ["candidate", "active"].map(() => [
              "bedside",
              `shipped with the program: ${model.outcome}`
            ])
          )
        }
      })
    )
  )

  it.effect("ships nothing a second time, and nothing where all was retired", () =>
    Effect.gen(function* () {
      const start = Effect.scoped(Layer.build(Foretelling.Foretelling.layer))
      yield* Effect.all([start, start, start], { concurrency: "unbounded" })
      const models = yield* Ports.RiskModels
      const by = { approver: "ada", reason: "not for this ward", now: Ward.noon }
      yield* models.append("hypotension", (lineage) => Registry.retire(lineage, "1.0.0", by))
      yield* start
      const lineage = yield* models.lineage("hypotension")
      expect(lineage.map(({ state }) => state)).toEqual(["retired"])
      expect(yield* models.standing).toEqual([
        { task: "deterioration", version: "1.0.0", role: "active" }
      ])
    }).pipe(Effect.provide([Memory.layer, SecureRandom.layerWebCrypto]))
  )

  it.effect("foretells what a batch calls for, and tells it with the thresholds", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit({ birthDate: "1950-12-10", sex: "female" })
        yield* record(id, falling)
        expect(yield* Ward.kinds).toEqual(["assess-patient", "foretell-risk"])
        expect(yield* told(id)).toEqual([])
        yield* work
        const [deterioration, hypotension, ...none] = yield* told(id)
        expect(none).toEqual([])
        expect(deterioration).toMatchObject({
          task: "deterioration",
          refusal: {
            code: "too-few-readings",
            reasons: ["heart-rate: 2 within 48 h", "systolic-pressure: 2 within 48 h"]
          }
        })
        expect(hypotension).toMatchObject({
          task: "hypotension",
          version: "1.0.0",
          role: "active",
          refusal: null,
          foretoldAt: Ward.noon,
          bands: Hypotension.model.bands
        })
        const { risk, band, contributions } = hypotension?.estimate ?? {}
        const reached = Hypotension.model.bands.findLast(({ from }) => Number(risk) >= from)
        expect(band).toBe(reached?.band)
        expect(contributions?.length).toBeGreaterThan(0)
      })
    )
  )

  it.effect("gives the same record for the same readings, however often it is asked", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
        yield* record(id, falling)
        yield* work
        const first = yield* told(id)
        yield* TestClock.adjust("1 hour")
        yield* Foretelling.Foretelling.use((it) => it.foretell(id))
        const again = yield* told(id)
        expect(again.map(({ foretoldAt: _, ...it }) => it)).toEqual(
          first.map(({ foretoldAt: _, ...it }) => it)
        )
        expect(yield* kept(id)).toHaveLength(2)
      })
    )
  )

  it.effect("reads the whole window, also where it has more readings than are read at a time", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
        const start = Ward.time("2026-02-28T22:00:00Z").epochMilliseconds
        const steady = Array.from({ length: 1_500 }, (_, index) => ({
          ...pressure("10:00", index === 0 ? 130 : 90),
          observedAt: Ward.time(DateTime.formatIso(DateTime.makeUnsafe(start + index * 20_000)))
        }))
        yield* record(id, steady)
        yield* work
        const [, hypotension] = yield* told(id)
        const names = Hypotension.model.definition.features.map(({ name }) => name)
        const mean = hypotension?.features[names.indexOf("mean-pressure mean 12 h")]
        expect(mean).toBeCloseTo((1_499 * 90 + 130) / 1_500, 9)
      })
    )
  )

  it.effect("has a refusal and no number where the patient is not whom the model is for", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit({ birthDate: "2020-01-01" })
        yield* record(id, falling)
        yield* work
        expect(yield* kept(id)).toEqual([
          "10:00 deterioration 1.0.0 active outside-population",
          "10:00 hypotension 1.0.0 active outside-population"
        ])
      })
    )
  )

  it.effect("keeps nothing of a patient without a reading that any model looks at", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit()
        yield* record(id, [Ward.reading("weight", 70, "kg")])
        yield* work
        expect(yield* kept(id)).toEqual([])
      })
    )
  )

  it.effect("asks the shadow about the same event, and tells nobody", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        yield* propose("1.1.0")
        yield* releasing.shadow(ada, "hypotension", "1.1.0", "to be watched")
        const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
        yield* record(id, falling)
        yield* work
        expect(yield* kept(id)).toEqual([
          "10:00 deterioration 1.0.0 active too-few-readings",
          "10:00 hypotension 1.0.0 active risk",
          "10:00 hypotension 1.1.0 shadow risk"
        ])
        const versions = Effect.map(told(id), (all) => all.map(({ version }) => version))
        expect(yield* versions).toEqual(["1.0.0", "1.0.0"])
        yield* releasing.activate(ada, "hypotension", "1.1.0", "better on all counts")
        yield* TestClock.adjust("1 hour")
        yield* Foretelling.Foretelling.use((it) => it.foretell(id))
        expect(yield* versions).toEqual(["1.0.0", "1.1.0"])
        yield* releasing.rollback(ada, "hypotension", "too many alarms")
        yield* TestClock.adjust("1 hour")
        yield* Foretelling.Foretelling.use((it) => it.foretell(id))
        expect(yield* versions).toEqual(["1.0.0", "1.0.0"])
      })
    )
  )

  it.effect("forgets what was foretold from a reading that is removed, and foretells anew", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
        const recorded = yield* record(id, falling)
        yield* work
        const last = recorded.at(-1)
        if (last === undefined || last.status === "refused") return expect.fail("not recorded")
        yield* Monitoring.Monitoring.use((it) => it.remove(last.id))
        expect(yield* kept(id)).toEqual([])
        yield* work
        expect(yield* kept(id)).toEqual([
          "09:00 deterioration 1.0.0 active too-few-readings",
          "09:00 hypotension 1.0.0 active too-few-readings"
        ])
      })
    )
  )

  it.effect("has nothing to tell of a patient who is gone", () =>
    Ward.on(
      Effect.gen(function* () {
        const foretelling = yield* Foretelling.Foretelling
        yield* foretelling.foretell(Ward.absent)
        expect(yield* Effect.flip(told(Ward.absent))).toEqual(
          new Ports.NotFound({ what: "patient" })
        )
      })
    )
  )
})
