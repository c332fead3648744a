import type * as Measurement from "@bedside/core/Measurement"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Vital from "@bedside/core/Vital"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"

const record = Effect.fnUntraced(function* (
  patientId: Patient.PatientId,
  drafts: ReadonlyArray<Ports.Draft>,
  details: Partial<Ports.Batch> = {}
) {
  const port = yield* Ports.Measurements
  yield* port.record(Given.batch(patientId, drafts, details))
  return Given.ids(drafts)
})

const key = ({ vital, observedAt, source }: Measurement.Measurement) => ({
  vital,
  observedAt,
  source
})

const brief = (items: ReadonlyArray<Measurement.Measurement>) =>
  items.map((it) => `${it.vital} ${Timestamp.format(it.observedAt).slice(11, 16)} ${it.source}`)

export const history = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("The history of a patient", () => {
    it.effect("is in order of vital, time and source, whatever the order of arrival", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        yield* record(other, [Given.draft()])
        yield* record(id, [
          Given.draft({ vital: "weight", value: 70, observedAt: Given.time("08:00") }),
          Given.draft({ observedAt: Given.time("12:00"), source: "é" }),
          Given.draft({ observedAt: Given.time("12:00"), source: "b" }),
          Given.draft({ observedAt: Given.time("12:00"), source: "a-1" }),
          Given.draft({ observedAt: Given.time("12:00"), source: "B" }),
          Given.draft({ observedAt: Given.time("12:00"), source: "a 2" }),
          Given.draft({ observedAt: Given.time("11:00"), source: "z" }),
          Given.draft({ vital: "glucose", value: 90, observedAt: Given.time("13:00") })
        ])
        const whole = yield* port.history(id, {}, { limit: 100 })
        expect(brief(whole)).toEqual([
          "glucose 13:00 monitor",
          "heart-rate 11:00 z",
          "heart-rate 12:00 B",
          "heart-rate 12:00 a 2",
          "heart-rate 12:00 a-1",
          "heart-rate 12:00 b",
          "heart-rate 12:00 é",
          "weight 08:00 monitor"
        ])
        for (const limit of [1, 2, 3, 8]) {
          const read = yield* Given.inPages(
            (slice: Parameters<typeof port.history>[2]) => port.history(id, {}, slice),
            key,
            limit
          )
          expect(brief(read)).toEqual(brief(whole))
        }
      })
    )

    it.effect("is of one vital, and from a time up to but without another, when asked so", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const [early, ten, almost, eleven] = [
          "2026-03-01T09:59:59.999Z",
          "2026-03-01T10:00:00.000Z",
          "2026-03-01T11:59:59.999+01:00",
          "2026-03-01T12:00:00.000+01:00"
        ].map((text) => Given.draft({ observedAt: Given.time(text) }))
        const weight = Given.draft({ vital: "weight", value: 70 })
        const drafts = [early, ten, almost, eleven].filter((it) => it !== undefined)
        yield* record(id, [...drafts, weight])
        const found = (query: Parameters<typeof port.history>[1]) =>
          Effect.map(port.history(id, query, { limit: 10 }), Given.ids)
        const from = Given.instant("2026-03-01T10:00:00.000Z")
        const to = Given.time("2026-03-01T06:00:00.000-05:00")
        const vital = "heart-rate"
        expect(yield* found({ vital })).toEqual(Given.ids(drafts))
        expect(yield* found({ vital, from })).toEqual(Given.ids(drafts.slice(1)))
        expect(yield* found({ vital, to })).toEqual(Given.ids(drafts.slice(0, 3)))
        expect(yield* found({ vital, from, to })).toEqual(Given.ids(drafts.slice(1, 3)))
        expect(yield* found({ from, to })).toEqual([...Given.ids(drafts.slice(1, 3)), weight.id])
        expect(yield* found({ from, to: from })).toEqual([])
        expect(yield* found({ vital: "pain" })).toEqual([])
      })
    )

    it.effect("is of one writer when asked so", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const [writtenBy, another] = [Given.accountId(), Given.accountId()]
        const own = yield* record(
          id,
          [
            Given.draft({ observedAt: Given.time("10:00") }),
            Given.draft({ observedAt: Given.time("12:00") })
          ],
          { writtenBy }
        )
        yield* record(id, [Given.draft({ observedAt: Given.time("11:00") })], {
          writtenBy: another
        })
        yield* record(id, [Given.draft({ observedAt: Given.time("13:00") })])
        const found = yield* port.history(id, { writtenBy }, { limit: 10 })
        expect(Given.ids(found)).toEqual(own)
        expect(yield* port.history(id, {}, { limit: 10 })).toHaveLength(4)
        const listed = yield* port.list({ writtenBy }, { limit: 10 })
        expect(Given.ids(listed)).toEqual(own)
        expect(yield* port.list({ writtenBy: Given.accountId() }, { limit: 10 })).toEqual([])
      })
    )

    it.effect("is empty for a patient without measurements, known or not", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        for (const patientId of [id, Given.patientId()]) {
          expect(yield* port.history(patientId, {}, { limit: 10 })).toEqual([])
          expect(yield* port.latest(patientId)).toEqual([])
          expect(yield* port.pressuresBeside(patientId, [Given.draft()])).toEqual([])
        }
        expect(yield* port.panel(Given.panelId())).toEqual([])
      })
    )
  })

  describe("The latest measurements", () => {
    it.effect("are the newest of each vital, in the order of the catalogue", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const vitals = ["weight", "temperature", "glucose", "heart-rate"] as const
        const at = (observedAt: string) => vitals.map((vital) => ({ vital, observedAt }))
        const draft = ({ vital, observedAt }: { vital: Vital.Code; observedAt: string }) =>
          Given.draft({ vital, value: 40, observedAt: Given.time(observedAt) })
        yield* record(id, at("2026-03-01T10:00:00.000Z").map(draft))
        const newest = yield* record(id, at("2026-03-01T10:00:00.001Z").map(draft))
        // A later clock, but an earlier instant.
        yield* record(id, at("2026-03-01T11:00:00.000+02:00").map(draft))
        yield* record(id, [
          Given.draft({ vital: "consciousness", value: "alert", observedAt: Given.time("01:00") })
        ])
        const latest = yield* port.latest(id)
        expect(latest.map((it) => it.vital)).toEqual([
          "heart-rate",
          "temperature",
          "weight",
          "glucose",
          "consciousness"
        ])
        expect(Given.ids(latest.slice(0, 4)).toSorted()).toEqual(newest.toSorted())
      })
    )

    it.effect("of two at one time are those whose source comes last", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const [, last] = yield* record(id, [
          Given.draft({ source: "B" }),
          Given.draft({ source: "b" }),
          Given.draft({ source: "a" })
        ])
        const latest = yield* port.latest(id)
        const whole = yield* port.history(id, {}, { limit: 10 })
        expect(Given.ids(latest)).toEqual([last])
        expect(whole.at(-1)?.id).toBe(last)
      })
    )
  })

  describe("The list of all measurements", () => {
    it.effect("is in order of id, in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const start = Given.measurementId()
        const drafts = Given.times(5, (index) =>
          Given.draft({ observedAt: Timestamp.at(1_772_000_000_000 - index) })
        )
        yield* record(other, drafts.slice(3))
        yield* record(id, drafts.slice(0, 3).toReversed())
        for (const limit of [1, 2, 5, 100]) {
          const listed = yield* Given.inPages(
            (slice: Ports.Slice<Measurement.MeasurementId>) => port.list({}, slice),
            (it) => it.id,
            limit,
            start
          )
          const own = Given.ids(listed).filter((it) => Given.ids(drafts).includes(it))
          expect(own).toEqual(Given.ids(drafts))
        }
      })
    )
  })

  describe("A panel", () => {
    it.effect("has the measurements of one form, in the order of the catalogue", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const [panel, another] = [Given.panelId(), Given.panelId()]
        const drafts = [
          Given.draft({ vital: "stroke", value: "no" }),
          Given.draft({ vital: "weight", value: 70 }),
          Given.draft({ vital: "temperature", value: 37 })
        ]
        yield* record(id, drafts, { panel })
        yield* record(id, [Given.draft()], { panel: another })
        yield* record(id, [Given.draft({ vital: "pain", value: 1 })])
        const found = yield* port.panel(panel)
        expect(Given.ids(found)).toEqual(Given.ids(drafts.toReversed()))
        expect(found.map((it) => it.panel)).toEqual([panel, panel, panel])
      })
    )
  })

  describe("The pressures beside readings", () => {
    it.effect("are those of the same patient, time and source", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const systolic = { vital: "systolic-pressure", value: 120, source: "cuff" } as const
        const diastolic = { vital: "diastolic-pressure", value: 80, source: "cuff" } as const
        const wanted = [
          Given.draft(systolic),
          Given.draft({ ...systolic, observedAt: Given.time("11:00") }),
          Given.draft({ ...diastolic, observedAt: Given.time("11:00") })
        ]
        yield* record(id, [
          ...wanted,
          Given.draft({ ...systolic, observedAt: Given.time("12:00") }),
          Given.draft({ ...systolic, source: "line" }),
          Given.draft({ vital: "heart-rate", source: "cuff" })
        ])
        yield* record(other, [Given.draft(diastolic)])
        const found = yield* port.pressuresBeside(id, [
          Given.draft({ ...diastolic, observedAt: Given.time("2026-03-01T09:00:00.000-01:00") }),
          Given.draft({ ...diastolic, observedAt: Given.time("11:00") }),
          Given.draft({ ...diastolic, observedAt: Given.time("13:00") })
        ])
        expect(Given.ids(found).toSorted()).toEqual(Given.ids(wanted).toSorted())
        expect(yield* port.pressuresBeside(id, [])).toEqual([])
        const many = Given.times(10_000, (index) =>
          Given.draft({ ...diastolic, observedAt: Timestamp.at(index) })
        )
        expect(yield* port.pressuresBeside(id, [...many, ...wanted])).toHaveLength(3)
      })
    )
  })
}
