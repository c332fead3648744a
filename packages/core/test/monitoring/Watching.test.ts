import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Foretold from "../../src/monitoring/Foretold.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Releasing from "../../src/monitoring/Releasing.ts"
import * as Watching from "../../src/monitoring/Watching.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import type * as Registry from "../../src/risk/Registry.ts"
import type * as RiskModel from "../../src/risk/RiskModel.ts"
import * as ReferenceDraws from "../risk/referenceDraws.ts"
import { uniforms } from "../sensor/draws.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("clinician")

/** Between 0 and 1, as if drawn, and the same each time. */
const spread = (nth: number, column: number): number =>
  Math.abs(Math.sin(nth * 12.9898 + column * 78.233) * 43_758.5453) % 1

const estimateOf = (risk: number): Foretold.Foretold["estimate"] => ({
  score: "hypotension",
  version: "1.0.0",
  citation: "",
  risk,
  band: "low",
  baseline: 0,
  contributions: [],
  inputs: [],
  rounding: "none",
  missing: [],
  response: null
})

interface Drawn {
  readonly task?: Registry.Task
  readonly asOf: DateTime.Utc
  readonly shift?: number
}

const foretold = (
  patientId: Patient.PatientId,
  nth: number,
  { task = "hypotension", asOf, shift = 0 }: Drawn
): Foretold.Foretold => {
  const model = task === "hypotension" ? Hypotension.model : Deterioration.model
  return {
    patientId,
    task,
    version: "1.0.0",
    role: "active",
    asOf,
    since: DateTime.subtract(asOf, { hours: 12 }),
    foretoldAt: asOf,
    refusal: null,
    estimate: estimateOf(0.05 + 0.4 * spread(nth, 0)),
    features: model.definition.features.map((_, column) => {
      if (column === 5) return null
      return column === 0 ? 50 + 40 * spread(nth, 1) + shift : spread(nth, column)
    })
  }
}

const begin = DateTime.makeUnsafe("2026-02-01T00:00:00Z")

/** Admits patients for each of whom a risk was foretold, one a minute. */
const met = Effect.fnUntraced(function* (
  from: number,
  count: number,
  details: Omit<Drawn, "asOf"> & { readonly asOf?: DateTime.Utc } = {}
) {
  const predictions = yield* Ports.Predictions
  const ids: Array<Patient.PatientId> = []
  for (let nth = from; nth < from + count; nth++) {
    const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
    const asOf = details.asOf ?? DateTime.add(begin, { minutes: nth })
    yield* predictions.save(id, [foretold(id, nth, { ...details, asOf })])
    ids.push(id)
  }
  return ids
})

const watch = (task: Registry.Task = "hypotension", stretch: Watching.Stretch = {}) =>
  Watching.Watching.use((it) => it.watch(task, { ...stretch, against: "first-patients" }))

const pressures = (id: Patient.PatientId, ...values: ReadonlyArray<number>) =>
  Monitoring.Monitoring.use((it) =>
    it.record(
      ada,
      id,
      Ward.received(
        ...values.map((value, index) =>
          Ward.reading("mean-pressure", value, "mm[Hg]", {
            observedAt: Ward.time(`0${6 + index}:00`)
          })
        )
      )
    )
  )

const activate = Effect.fnUntraced(function* (model: RiskModel.RiskModel) {
  const releasing = yield* Releasing.Releasing
  const { version } = model
  yield* releasing.propose(ada, "hypotension", model, "refitted")
  yield* releasing.shadow(ada, "hypotension", version, "to be watched")
  yield* releasing.activate(ada, "hypotension", version, "better")
})

const shipped = Hypotension.model.reference ?? expect.fail("there is no reference")

/** Patients as those of the training data were: refused at first, with a risk after some hours. */
const followed = Effect.fnUntraced(function* (
  count: number,
  { hours = 12, older = 0, version = "1.0.0" } = {}
) {
  const predictions = yield* Ports.Predictions
  const random = uniforms(1848)
  const patient = ReferenceDraws.patients(shipped)
  for (let nth = 0; nth < count; nth++) {
    const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
    const { features, probability } = patient(random)
    const asOf = DateTime.add(begin, { minutes: nth })
    const made = { ...foretold(id, nth, { asOf }), version }
    const reasons = ["mean-pressure: 4 within 12 h"]
    yield* predictions.save(id, [
      { ...made, refusal: { code: "too-few-readings", reasons }, estimate: null, features: [] },
      {
        ...made,
        asOf: DateTime.add(asOf, { hours }),
        estimate: estimateOf(probability),
        features: features.map((value, at) =>
          Number.isNaN(value) ? null : at === 0 ? value + older : value
        )
      }
    ])
  }
})

const look = (details: Watching.Look = {}) =>
  Watching.Watching.use((it) => it.watch("hypotension", details))

describe("Watching against the training data", () => {
  it.effect(
    "is what is done where the model came with a reference, from the first patient on",
    () =>
      Ward.on(
        Effect.gen(function* () {
          const none = {
            task: "hypotension",
            version: "1.0.0",
            against: "training",
            followed: 12,
            patients: 0,
            needed: 0,
            unwatched: [],
            report: null
          }
          expect(yield* look()).toEqual(none)
          yield* followed(1)
          const { report, ...watched } = yield* look()
          expect({ ...watched, report: null }).toEqual({ ...none, patients: 1 })
          expect(report).toMatchObject({ events: 1, alarms: [], model: "hypotension" })
          expect(report?.features.map(({ name }) => name)).toEqual(
            Hypotension.model.definition.features.map(({ name }) => name)
          )
        })
      )
  )

  it.effect("finds nothing where patients are as those were", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* followed(200)
        expect((yield* look()).report).toMatchObject({ events: 200, alarms: [] })
      })
    )
  )

  it.effect(
    "tells of a ward that was another one from the start, which its own patients do not",
    () =>
      Ward.on(
        Effect.gen(function* () {
          yield* followed(300, { older: 15 })
          const training = yield* look()
          const own = yield* look({ against: "first-patients" })
          expect(new Set(training.report?.alarms.map(({ of }) => of))).toEqual(new Set(["age"]))
          expect(own).toMatchObject({
            needed: 200,
            followed: 0,
            report: { events: 100, alarms: [] }
          })
          const told = (against: Watching.Against) =>
            Metric.value(
              Metric.withAttributes(Watching.gauges.alarms, {
                task: "hypotension",
                version: "1.0.0",
                against
              })
            )
          expect((yield* told("training")).value).toBe(training.report?.alarms.length)
          expect((yield* told("first-patients")).value).toBe(0)
        })
      )
  )

  it.effect("counts who was followed for as long as the model looks back, by the risk after", () =>
    Ward.on(
      Effect.gen(function* () {
        const predictions = yield* Ports.Predictions
        yield* followed(3, { hours: 11.99 })
        expect(yield* look()).toMatchObject({ patients: 0, report: null })
        const [id] = yield* met(10, 1)
        if (!id) return expect.fail("nobody was admitted")
        const later = (hours: number, shift: number) =>
          foretold(id, 10, { asOf: DateTime.add(begin, { hours, minutes: 10 }), shift })
        yield* predictions.save(id, [later(3, 100), later(12, 200), later(20, 300)])
        const { patients, report } = yield* look()
        expect([patients, report?.events]).toEqual([1, 1])
        expect(report?.from && DateTime.toEpochMillis(report.from)).toBe(
          later(12, 0).asOf.epochMilliseconds
        )
      })
    )
  )

  it.effect("looks at those of a stretch of time", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* followed(60)
        const at = (minutes: number) => DateTime.add(begin, { hours: 12, minutes })
        const { patients, report } = yield* look({ from: at(10), to: at(30) })
        expect([patients, report?.events]).toEqual([60, 20])
      })
    )
  )

  it.effect("leaves out what the reference does not tell of, and says so", () =>
    Ward.on(
      Effect.gen(function* () {
        const features = shipped.features.slice(2).toReversed()
        const reference = { ...shipped, features }
        yield* activate({ ...Hypotension.model, version: "1.1.0", reference })
        yield* followed(100, { version: "1.1.0" })
        const { unwatched, report } = yield* look()
        expect(unwatched).toEqual(["age", "sex"])
        expect(report?.features.map(({ name }) => name)).toEqual(features.map(({ name }) => name))
        expect(report?.alarms).toEqual([])
      })
    )
  )

  it.effect("is refused where the model came with none, and the first patients are looked at", () =>
    Ward.on(
      Effect.gen(function* () {
        const { reference: _, ...bare } = Hypotension.model
        yield* activate({ ...bare, version: "1.1.0" })
        expect(yield* look()).toMatchObject({ against: "first-patients", needed: 200 })
        expect(yield* Effect.flip(look({ against: "training" }))).toEqual(
          new Ports.Conflict({ code: "no-training-reference", path: "against" })
        )
      })
    )
  )
})

describe("Watching against the first patients", () => {
  it.effect("has no report before there is anybody after the reference", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 200)
        const none = {
          task: "hypotension",
          version: "1.0.0",
          against: "first-patients",
          followed: 0,
          patients: 200,
          needed: 200,
          unwatched: [],
          report: null
        }
        expect(yield* watch()).toEqual(none)
        expect(yield* watch("deterioration")).toMatchObject({ patients: 0, report: null })
      })
    )
  )

  it.effect("finds nothing where those who come are like those who came", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 300)
        const { patients, unwatched, report } = yield* watch()
        expect(patients).toBe(300)
        expect(unwatched).toEqual([Hypotension.model.definition.features[5]?.name])
        expect(report).toMatchObject({ events: 100, alarms: [], model: "hypotension" })
        expect(report?.features).toHaveLength(Hypotension.model.definition.features.length - 1)
      })
    )
  )

  it.effect("alarms by name where a feature is another than it was, and tells the gauges", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 200)
        yield* met(200, 100, { shift: 20 })
        const { report } = yield* watch()
        expect(new Set(report?.alarms.map(({ of }) => of))).toEqual(new Set(["age"]))
        const told = Metric.withAttributes(Watching.gauges.alarms, {
          task: "hypotension",
          version: "1.0.0",
          against: "first-patients"
        })
        expect((yield* Metric.value(told)).value).toBe(report?.alarms.length)
      })
    )
  )

  it.effect("shows no stretch of time, and no version that another has followed", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 230)
        const shown = (version: string) =>
          Effect.map(
            Metric.value(
              Metric.withAttributes(Watching.gauges.patients, {
                task: "hypotension",
                version,
                against: "first-patients"
              })
            ),
            ({ value }) => value
          )
        yield* watch()
        expect(yield* shown("1.0.0")).toBe(30)
        yield* watch("hypotension", { to: DateTime.add(begin, { minutes: 210 }) })
        expect(yield* shown("1.0.0")).toBe(30)
        yield* activate({ ...Hypotension.model, version: "1.1.0" })
        const predictions = yield* Ports.Predictions
        for (let nth = 0; nth < 210; nth++) {
          const { id } = yield* Ward.admit({ birthDate: "1950-12-10" })
          const asOf = DateTime.add(begin, { minutes: nth })
          yield* predictions.save(id, [{ ...foretold(id, nth, { asOf }), version: "1.1.0" }])
        }
        yield* watch()
        expect([yield* shown("1.0.0"), yield* shown("1.1.0")]).toEqual([NaN, 10])
      })
    )
  )

  it.effect("counts each patient once, by the first risk, and refusals not at all", () =>
    Ward.on(
      Effect.gen(function* () {
        const predictions = yield* Ports.Predictions
        const ids = yield* met(0, 210)
        for (const [nth, id] of ids.entries()) {
          const again = { asOf: DateTime.add(begin, { days: 2, minutes: nth }), shift: 40 }
          yield* predictions.save(id, [foretold(id, nth, again)])
        }
        const { id } = yield* Ward.admit()
        const refusal = { code: "too-few-readings", reasons: ["age"] } as const
        const refused = { ...foretold(id, 0, { asOf: begin }), refusal, features: [] }
        yield* predictions.save(id, [refused])
        const { patients, report } = yield* watch()
        expect([patients, report?.events, report?.alarms]).toEqual([210, 10, []])
      })
    )
  )

  it.effect("looks at those of a stretch of time, and keeps the reference", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 260)
        const at = (minutes: number) => DateTime.add(begin, { minutes })
        const { report } = yield* watch("hypotension", { from: at(210), to: at(230) })
        expect(report?.events).toBe(20)
        expect(report?.from && DateTime.toEpochMillis(report.from)).toBe(at(210).epochMilliseconds)
      })
    )
  )

  it.effect("labels low pressure from what was measured within six hours, once they are over", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 200)
        const due = DateTime.toUtc(Ward.time("05:00"))
        const [low, high, once, nothing] = yield* met(200, 4, { asOf: due })
        yield* met(204, 1, { asOf: DateTime.toUtc(Ward.time("06:00")) })
        yield* met(205, 1, { asOf: DateTime.toUtc(Ward.time("07:00")) })
        if (!low || !high || !once || !nothing) return expect.fail("nobody was admitted")
        yield* pressures(low, 70, 64, 64)
        yield* pressures(high, 65, 64, 65)
        yield* pressures(once, 60)
        const { report } = yield* watch()
        expect(report).toMatchObject({
          events: 6,
          matured: 2,
          unknown: 3,
          pending: 1,
          calibration: { n: 2, observed: 1 }
        })
      })
    )
  )

  it.effect("knows no outcome of deterioration: all of it is pending", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* met(0, 230, { task: "deterioration" })
        const { report } = yield* watch("deterioration")
        expect(report).toMatchObject({ events: 30, pending: 30, matured: 0, unknown: 0 })
      })
    )
  )

  it.effect("is not found where no version is active", () =>
    Ward.on(
      Effect.gen(function* () {
        yield* Releasing.Releasing.use((it) =>
          it.retire(ada, "hypotension", "1.0.0", "not for this ward")
        )
        expect(yield* Effect.flip(watch())).toEqual(new Ports.NotFound({ what: "risk-model" }))
      })
    )
  )
})
