import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Measurement from "../../src/measurement/Measurement.ts"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Ward from "./ward.ts"

const page = { limit: 100 }

const { healthy, reading, received } = Ward

const ill = (observedAt: string) => [
  ...healthy(observedAt),
  reading("respiratory-rate", 26, "/min", { observedAt: Ward.time(observedAt) }),
  reading("consciousness", "confusion", undefined, { observedAt: Ward.time(observedAt) }),
  reading("heart-rate", 95, "/min", { observedAt: Ward.time(observedAt) })
]

/** Does every job that waits in the queue, as a worker would that notifies nobody. */
const work = Effect.gen(function* () {
  const queue = yield* Ports.JobQueue
  const monitoring = yield* Monitoring.Monitoring
  const waiting = yield* queue.list({ state: "pending" }, { limit: 1_000 })
  yield* Effect.forEach(waiting, () =>
    queue.take((job) =>
      job._tag === "assess-patient" ? monitoring.assess(job.patientId) : Effect.void
    )
  )
})

const setUp = Effect.fnUntraced(function* (details: Partial<Patient.NewPatient> = {}) {
  const monitoring = yield* Monitoring.Monitoring
  const { id } = yield* Ward.admit(details)
  const ada = Ward.actor("clinician")
  const record = (...readings: ReadonlyArray<Measurement.Reading>) =>
    Effect.andThen(monitoring.record(ada, id, received(...readings)), work)
  return { monitoring, id, ada, record }
})

const notices = Effect.map(Ward.jobs, (ids) => ids.filter((id) => id.startsWith("notify")))

describe("An assessment", () => {
  it.effect("is made by the job of the batch, of single measurements", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        yield* record(...healthy("10:00"))
        const assessed = yield* monitoring.latestAssessment(id)
        expect(assessed).toMatchObject({ score: "news2", total: 0, band: "low", missing: [] })
        expect(assessed.asOf.epochMilliseconds).toBe(Ward.time("10:00").epochMilliseconds)
        expect(assessed.assessedAt.epochMilliseconds).toBe(Ward.noon.epochMilliseconds)
        const latest = yield* monitoring.latest(id)
        expect(assessed.measurements.toSorted()).toEqual(latest.map((it) => it.id).toSorted())
      })
    )
  )

  it.effect("is one record for the measurements of one time, however they come in", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        for (const one of healthy("10:00")) yield* record(one)
        const { items } = yield* monitoring.assessmentsOf(id, page)
        expect(items).toHaveLength(1)
        expect(items[0]).toMatchObject({ total: 0, missing: [] })
      })
    )
  )

  it.effect("does not count what is older than 4 hours, except the latest known oxygen", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        yield* record(...healthy("05:00"))
        yield* record(reading("heart-rate", 70, "/min"))
        expect(yield* monitoring.latestAssessment(id)).toMatchObject({
          total: null,
          band: null,
          missing: [
            "respiratoryRate",
            "oxygenSaturation",
            "systolicPressure",
            "consciousness",
            "temperature"
          ]
        })
      })
    )
  )

  it.effect("is refused for a patient under 16, and has no total", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp({ birthDate: "2015-05-05" })
        yield* record(...ill("10:00"))
        const assessed = yield* monitoring.latestAssessment(id)
        expect(assessed).toMatchObject({ total: null, band: null })
        expect(assessed.refusal).toContain("16 years and over")
        expect(yield* notices).toEqual([])
      })
    )
  )

  it.effect("reads the saturation on the scale that a clinician chose for the patient", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp({ oxygenScale: 2 })
        yield* record(...healthy("10:00"))
        const low = { observedAt: Ward.time("11:00") }
        yield* record(reading("oxygen-saturation", 89, "%", low))
        expect(yield* monitoring.latestAssessment(id)).toMatchObject({ total: 0 })
      })
    )
  )

  it.effect("is not made without measurements, nor of a patient who is gone", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id } = yield* setUp()
        yield* monitoring.assess(id)
        expect((yield* monitoring.assessmentsOf(id, page)).items).toEqual([])
        expect(yield* Effect.flip(monitoring.latestAssessment(id))).toMatchObject({
          what: "assessment"
        })
        yield* monitoring.assess(Ward.absent)
        yield* Admission.Admission.use((admission) => admission.erase(id))
        yield* monitoring.assess(id)
        const assessments = yield* Ports.Assessments
        expect(yield* assessments.list(id, { limit: 10 })).toEqual([])
      })
    )
  )

  it.effect("is made anew when a measurement is corrected", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        yield* record(...ill("10:00"))
        const before = yield* monitoring.latestAssessment(id)
        expect(before).toMatchObject({ total: 7, band: "high" })
        const [pulse] = yield* monitoring.latest(id)
        if (pulse === undefined) return expect.fail("there are seven")
        yield* monitoring.correct(pulse.id, pulse.version, { value: 80, unit: "/min" })
        yield* work
        expect(yield* monitoring.latestAssessment(id)).toMatchObject({
          id: before.id,
          total: 6,
          band: "medium"
        })
      })
    )
  )

  it.effect("is listed newest first, page by page", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        const times = ["08:00", "09:00", "10:00"]
        for (const time of times) yield* record(...healthy(time))
        const first = yield* monitoring.assessmentsOf(id, { limit: 2 })
        const next = { limit: 2, cursor: first.next ?? "" }
        const second = yield* monitoring.assessmentsOf(id, next)
        const all = [...first.items, ...second.items].map((it) => it.asOf.epochMilliseconds)
        expect(all).toEqual(times.toReversed().map((time) => Ward.time(time).epochMilliseconds))
        expect(second.next).toBe(null)
      })
    )
  )
})

describe("The ward", () => {
  it.effect("is told when a patient rises to medium or high, once for each time and band", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id, record } = yield* setUp()
        yield* record(...healthy("08:00"))
        expect(yield* notices).toEqual([])
        yield* record(...ill("09:00"))
        const high = yield* monitoring.latestAssessment(id)
        expect(high.band).toBe("high")
        yield* monitoring.assess(id)
        yield* record(...ill("10:00"))
        expect(yield* notices).toEqual([`notify:${high.id}:high`])
        yield* record(...healthy("11:00"))
        yield* record(...ill("11:30"))
        expect(yield* notices).toHaveLength(2)
      })
    )
  )

  it.effect("is told as soon as it is certain, though inputs are missing", () =>
    Ward.on(
      Effect.gen(function* () {
        const { record } = yield* setUp()
        const [respiration, saturation] = [
          reading("respiratory-rate", 30, "/min"),
          reading("oxygen-saturation", 85, "%")
        ]
        yield* record(respiration, saturation)
        expect(yield* notices).toEqual([])
        yield* record(reading("consciousness", "pain"))
        expect(yield* notices).toHaveLength(1)
      })
    )
  )
})
