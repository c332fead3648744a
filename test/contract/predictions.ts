import * as Foretold from "@bedside/core/Foretold"
import * as Hypotension from "@bedside/core/Hypotension"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const written = Schema.encodeSync(Schema.Array(Foretold.Foretold))

const at = (clock: string) => Given.instant(`2026-03-01T${clock}Z`)

const estimate = Result.getOrThrow(
  Hypotension.risk({
    at: Given.time("10:00"),
    age: 70,
    readings: {
      "mean-pressure": ["07:00", "08:00", "09:00", "10:00"].map((clock, index) => ({
        id: clock,
        observedAt: Given.time(clock),
        value: 80 - index / 3
      }))
    }
  })
)

const foretold = (
  patientId: Patient.PatientId,
  details: Partial<Foretold.Foretold> = {}
): Foretold.Foretold => {
  const asOf = details.asOf ?? at("10:00:00.123")
  return {
    patientId,
    task: "hypotension",
    version: "1.0.0",
    role: "active",
    asOf,
    since: DateTime.subtract(asOf, { hours: 12 }),
    foretoldAt: at("10:00:01.456"),
    refusal: null,
    estimate,
    features: [70, 0.5, null, 0.1 + 0.2],
    ...details
  }
}

const save = (...all: readonly [Foretold.Foretold, ...ReadonlyArray<Foretold.Foretold>]) =>
  Ports.Predictions.use((port) => port.save(all[0].patientId, all))

const places = (all: ReadonlyArray<Foretold.Foretold>) =>
  all.map(
    ({ task, version, asOf }) => `${DateTime.formatIso(asOf).slice(11, 16)} ${task} ${version}`
  )

export const predictions = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Predictions", () => {
    it.effect("come back as they were saved, refusals too", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const { id } = yield* Given.patientOnRecord()
        const refused = foretold(id, {
          asOf: at("11:00:00.001"),
          refusal: { code: "outside-population", reasons: ["under 16 years"] },
          estimate: null,
          features: []
        })
        yield* save(foretold(id), refused)
        const list = yield* port.list(id, { limit: 10 })
        expect(written(list)).toEqual(written([refused, foretold(id)]))
      })
    )

    it.effect("are refused without their patient, and go with them", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const absent = Given.patientId()
        expect(yield* Given.refusal(save(foretold(absent)))).toEqual(Given.notFound("patient"))
        expect(yield* port.list(absent, { limit: 10 })).toEqual([])
        const { id } = yield* Given.patientOnRecord()
        yield* save(foretold(id))
        yield* Ports.Patients.use((patients) => patients.remove(id, () => Result.void))
        expect(yield* port.list(id, { limit: 10 })).toEqual([])
      })
    )

    it.effect("of one patient, task, version and time replace each other", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const { id } = yield* Given.patientOnRecord()
        const changed = { role: "shadow", features: [1], since: at("09:00:00") } as const
        const second = foretold(id, { ...changed, foretoldAt: at("10:05:00") })
        yield* save(foretold(id))
        yield* save(second)
        yield* save(second)
        expect(written(yield* port.list(id, { limit: 10 }))).toEqual(written([second]))
      })
    )

    it.effect("are not replaced by one that was foretold at an earlier time", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const { id } = yield* Given.patientOnRecord()
        const slower = foretold(id, { features: [1], foretoldAt: at("10:00:01.455") })
        yield* save(foretold(id))
        yield* save(slower)
        expect(written(yield* port.list(id, { limit: 10 }))).toEqual(written([foretold(id)]))
      })
    )

    it.effect("are listed newest first, in pages of any size, one patient's alone", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const { id } = yield* Given.patientOnRecord()
        const other = yield* Given.patientOnRecord()
        yield* save(
          foretold(id, { version: "2.0.0" }),
          foretold(id),
          foretold(id, { task: "deterioration" }),
          foretold(id, { asOf: at("09:00:00") }),
          foretold(id, { asOf: at("11:00:00") })
        )
        yield* save(foretold(other.id))
        for (const limit of [1, 2, 10]) {
          const list = yield* Given.inPages(
            (slice: Ports.Slice<Foretold.Foretold>) => port.list(id, slice),
            (last) => last,
            limit
          )
          expect(places(list)).toEqual([
            "11:00 hypotension 1.0.0",
            "10:00 deterioration 1.0.0",
            "10:00 hypotension 1.0.0",
            "10:00 hypotension 2.0.0",
            "09:00 hypotension 1.0.0"
          ])
        }
      })
    )

    it.effect("latest: the newest of each task, and none of a shadow", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const { id } = yield* Given.patientOnRecord()
        yield* save(
          foretold(id, { version: "1.0.0" }),
          foretold(id, { version: "1.1.0", foretoldAt: at("12:00:00") }),
          foretold(id, { asOf: at("09:00:00"), foretoldAt: at("13:00:00") }),
          foretold(id, { asOf: at("11:00:00"), version: "2.0.0", role: "shadow" }),
          foretold(id, { asOf: at("08:00:00"), task: "deterioration" })
        )
        expect(places(yield* port.latest(id))).toEqual([
          "08:00 deterioration 1.0.0",
          "10:00 hypotension 1.1.0"
        ])
        expect(yield* port.latest(Given.patientId())).toEqual([])
      })
    )

    it.effect(
      "have a first risk of each patient, in order of time, over pages and from a time on",
      () =>
        Effect.gen(function* () {
          const port = yield* Ports.Predictions
          const version = `7.0.${Date.now()}`
          const query = { task: "hypotension", version } as const
          const refusal = { code: "too-few-readings", reasons: ["age"] } as const
          const ids: Array<Patient.PatientId> = []
          for (const clocks of [
            ["11:00:00", "09:00:00", "10:00:00"],
            ["10:00:00"],
            ["09:00:00", "12:00:00"]
          ]) {
            const { id } = yield* Given.patientOnRecord()
            ids.push(id)
            for (const clock of clocks) yield* save(foretold(id, { version, asOf: at(clock) }))
            yield* save(
              foretold(id, {
                version,
                asOf: at("08:00:00"),
                refusal,
                estimate: null,
                features: []
              }),
              foretold(id, { version, asOf: at("07:00:00"), task: "deterioration" }),
              foretold(id, { version: `${version}0`, asOf: at("07:00:00") })
            )
          }
          const [first, second, third] = ids
          const expected = [
            [9, first],
            [9, third],
            [10, second]
          ]
          const shown = (all: ReadonlyArray<Foretold.Foretold>) =>
            all.map(({ patientId, asOf }) => [DateTime.getPartUtc(asOf, "hour"), patientId])
          for (const limit of [1, 2, 10]) {
            const all = yield* Given.inPages(
              (slice: Ports.Slice<Foretold.Foretold>) => port.firsts(query, slice),
              (last) => last,
              limit
            )
            expect(shown(all)).toEqual(expected)
          }
          const some = { ...query, from: at("09:00:00.001"), to: at("10:00:00.001") }
          expect(shown(yield* port.firsts(some, { limit: 10 }))).toEqual([[10, second]])
          const followed = { ...query, followed: 2 }
          expect(shown(yield* port.firsts(followed, { limit: 10 }))).toEqual([
            [10, first],
            [10, second],
            [12, third]
          ])
          const none = { ...query, to: at("09:00:00") }
          expect(yield* port.firsts(none, { limit: 10 })).toEqual([])
        })
    )

    it.effect("from a window that a removed measurement is in go with it", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Predictions
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const draft = Given.draft({ observedAt: Given.time("10:00") })
        yield* measurements.record(Given.batch(id, [draft]))
        const hour = (asOf: string, since: string) =>
          foretold(id, { asOf: at(asOf), since: at(since) })
        yield* save(
          hour("09:59:59.999", "01:00:00"),
          hour("10:00:00", "01:00:00"),
          hour("11:00:00", "10:00:00"),
          hour("12:00:00", "10:00:00.001")
        )
        yield* measurements.remove(draft.id, () => Result.succeed(Given.batch(id, []).jobs))
        expect(places(yield* port.list(id, { limit: 10 }))).toEqual([
          "12:00 hypotension 1.0.0",
          "09:59 hypotension 1.0.0"
        ])
      })
    )
  })
}
