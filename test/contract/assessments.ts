import type * as Assessed from "@bedside/core/Assessed"
import * as Jobs from "@bedside/core/Jobs"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"

const none = () => []

const at = (iso: string): Pick<Assessed.Assessed, "asOf"> => ({
  asOf: Given.instant(`2026-03-01T${iso}Z`)
})

const notify = (of: Pick<Assessed.Assessed, "id">): Jobs.Job => ({
  _tag: "notify",
  assessmentId: of.id,
  band: "high"
})

export const assessments = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Assessments", () => {
    it.effect("come back as they were saved, by id and in the list", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const scored = Given.assessed(id)
        const refused = Given.assessed(id, {
          ...at("11:00:00.001"),
          total: null,
          lowerBound: 0,
          band: null,
          contributions: [],
          inputs: [],
          missing: [],
          response: null,
          measurements: [],
          refusal: "outside the validated population"
        })
        for (const assessed of [scored, refused]) {
          const saved = yield* port.save(assessed, none)
          const written = Given.written.assessed(assessed)
          expect(Given.written.assessed(saved)).toEqual(written)
          expect(Given.written.assessed(yield* port.find(assessed.id))).toEqual(written)
        }
        const list = yield* port.list(id, { limit: 10 })
        expect(list.map((it) => Given.written.assessed(it))).toEqual(
          [refused, scored].map((it) => Given.written.assessed(it))
        )
      })
    )

    it.effect("are refused, and leave no job, without their patient", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const assessed = Given.assessed(Given.patientId())
        const saved = port.save(assessed, (_, it) => [notify(it)])
        expect(yield* Given.refusal(saved)).toEqual(Given.notFound("patient"))
        expect(yield* Given.refusal(port.find(assessed.id))).toEqual(Given.notFound("assessment"))
        expect(yield* port.list(assessed.patientId, { limit: 10 })).toEqual([])
        expect(yield* Given.isOffered(notify(assessed))).toBe(false)
      })
    )

    it.effect("of the same patient, score and time replace each other under the first id", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const first = Given.assessed(id)
        const second = Given.assessed(id, {
          total: 3,
          band: "low",
          missing: [],
          measurements: [Given.measurementId(), Given.measurementId()],
          assessedAt: Given.instant("2026-03-01T10:05:00.000Z")
        })
        yield* port.save(first, none)
        const saved = yield* port.save(second, none)
        const written = Given.written.assessed({ ...second, id: first.id })
        expect(Given.written.assessed(saved)).toEqual(written)
        expect(Given.written.assessed(yield* port.find(first.id))).toEqual(written)
        expect(yield* Given.refusal(port.find(second.id))).toEqual(Given.notFound("assessment"))
        expect(yield* port.list(id, { limit: 10 })).toHaveLength(1)
      })
    )

    it.effect("are records of their own when patient, score or time differ", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        for (const assessed of [
          Given.assessed(id),
          Given.assessed(id, { score: "qsofa" }),
          Given.assessed(id, at("10:00:00.001")),
          Given.assessed(other)
        ]) {
          expect((yield* port.save(assessed, none)).id).toBe(assessed.id)
        }
        expect(yield* port.list(id, { limit: 10 })).toHaveLength(3)
      })
    )

    it.effect("are decided on with the newest of the same score before their time", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        const seen: Array<ReadonlyArray<string | undefined>> = []
        const save = (assessed: Assessed.Assessed) =>
          port.save(assessed, (previous, saved) => {
            seen.push([previous?.id, saved.id])
            return []
          })
        const nine = Given.assessed(id, at("09:00:00.000"))
        const ten = Given.assessed(id, at("10:00:00.000"))
        const twelve = Given.assessed(id, at("12:00:00.000"))
        const eleven = Given.assessed(id, at("11:00:00.000"))
        const again = Given.assessed(id, at("11:00:00.000"))
        yield* port.save(Given.assessed(id, { score: "qsofa", ...at("11:30:00.000") }), none)
        yield* port.save(Given.assessed(other, at("11:30:00.000")), none)
        for (const assessed of [nine, ten, twelve, eleven, again]) yield* save(assessed)
        expect(seen).toEqual([
          [undefined, nine.id],
          [nine.id, ten.id],
          [ten.id, twelve.id],
          [ten.id, eleven.id],
          [ten.id, eleven.id]
        ])
      })
    )

    it.effect("leave the jobs of the decision, in one piece with the record", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const first = Given.assessed(id)
        yield* port.save(first, none)
        expect(yield* Given.isOffered(notify(first))).toBe(false)
        const more = [Given.assessPatient(id), Given.assessPatient(id)]
        yield* port.save(Given.assessed(id), (_, saved) => [notify(saved), ...more])
        const offered = yield* Effect.forEach([notify(first), ...more], Given.isOffered)
        expect(offered).toEqual([true, true, true])
      })
    )

    it.effect("are one record when many of one time are saved at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const results = yield* Given.atOnce(
          Given.times(20, () => port.save(Given.assessed(id), none))
        )
        expect(new Set(Given.ids(Given.successes(results))).size).toBe(1)
        expect(Given.failures(results)).toEqual([])
        expect(yield* port.list(id, { limit: 10 })).toHaveLength(1)
      })
    )

    it.effect("are listed newest first, whole and in the same order in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Assessments
        const { id } = yield* Given.patientOnRecord()
        const made = ["10:00:00.000", "12:00:00.000", "11:00:00.000"].flatMap((time) =>
          ["news2", "qsofa", "sirs"].map((score) => Given.assessed(id, { score, ...at(time) }))
        )
        yield* Effect.forEach(made, (assessed) => port.save(assessed, none))
        const whole = yield* port.list(id, { limit: 100 })
        expect(Given.ids(whole).toSorted()).toEqual(Given.ids(made).toSorted())
        const instants = whole.map((it) => it.asOf.epochMilliseconds)
        expect(instants).toEqual(instants.toSorted((a, b) => b - a))
        for (const limit of [1, 2, 4, 9]) {
          const read = yield* Given.inPages(
            (slice: Parameters<typeof port.list>[1]) => port.list(id, slice),
            ({ asOf, id }) => ({ asOf, id }),
            limit
          )
          expect(Given.ids(read)).toEqual(Given.ids(whole))
        }
      })
    )
  })
}
