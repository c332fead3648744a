import * as Ports from "@bedside/core/Ports"
import * as Registration from "@bedside/core/Registration"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Given from "./given.ts"

type Done = Effect.Effect<void, { readonly _tag: string }>

const done = (effect: Effect.Effect<unknown, { readonly _tag: string }>): Done =>
  Effect.asVoid(effect)

/** One of everything that can be stored of a patient, and what of them can be changed. */
const everything = Effect.fnUntraced(function* () {
  const patients = yield* Ports.Patients
  const measurements = yield* Ports.Measurements
  const assessments = yield* Ports.Assessments
  const ecgs = yield* Ports.Ecgs
  const given = Given.registration()
  const [{ id }, , { token }] = given
  const draft = Given.draft({ value: 100 })
  yield* patients.register(...given)
  yield* measurements.record(Given.batch(id, [draft]))
  return {
    id,
    measurementId: draft.id,
    change: patients.change(id, (current) =>
      Result.succeed({ ...current, version: current.version + 1 })
    ),
    confirm: patients.confirm(id, (waiting) =>
      Registration.confirm(waiting, token, Given.instant("2026-03-01T11:00:00.000Z"))
    ),
    record: Effect.suspend(() =>
      measurements.record(
        Given.batch(id, [Given.draft({ vital: "weight", value: 70 }), Given.draft({ value: 100 })])
      )
    ),
    correct: measurements.correct(draft.id, ({ value }) =>
      Result.succeed({
        to: { value: Number(value) + 1, implausible: false },
        jobs: [Given.assessPatient(id)]
      })
    ),
    assess: Effect.suspend(() => assessments.save(Given.assessed(id), () => [])),
    submit: Effect.suspend(() => ecgs.submit(Given.submission(Given.recording({ patientId: id })))),
    erase: patients.remove(id, () => Result.succeed(undefined))
  }
})

export const together = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Everything at once on one patient", () => {
    it.effect("is done, each in its turn", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const assessments = yield* Ports.Assessments
        const { id, measurementId, ...of } = yield* everything()
        const round = [of.change, of.record, of.correct, of.assess, of.submit, of.confirm]
        const results = yield* Given.atOnce(
          Given.times(5, () => round.map((one) => done(one))).flat()
        )
        expect(Given.failures(results)).toEqual([])
        expect(yield* patients.find(id)).toMatchObject({ version: 7, registration: "confirmed" })
        const { measurement, replaced } = yield* measurements.find(measurementId)
        expect(measurement.version).toBe(replaced.length + 1)
        expect(replaced.length).toBeGreaterThanOrEqual(5)
        expect(yield* measurements.history(id, {}, { limit: 10 })).toHaveLength(2)
        expect(yield* assessments.list(id, { limit: 10 })).toHaveLength(1)
      })
    )

    it.effect("is done or finds nobody while the patient is erased, and leaves nothing", () =>
      Effect.gen(function* () {
        const measurements = yield* Ports.Measurements
        const assessments = yield* Ports.Assessments
        for (let round = 0; round < 5; round++) {
          const { id, ...of } = yield* everything()
          const some = [of.record, of.correct, of.assess, of.submit, of.change, of.confirm].map(
            (one) => done(one)
          )
          const results = yield* Given.atOnce([
            ...some,
            ...some.slice(round),
            done(of.erase),
            ...some
          ])
          const tags = new Set(Given.failures(results).map(({ _tag }) => _tag))
          expect([...tags].filter((tag) => tag !== "NotFound")).toEqual([])
          expect(yield* measurements.history(id, {}, { limit: 10 })).toEqual([])
          expect(yield* assessments.list(id, { limit: 10 })).toEqual([])
        }
      })
    )
  })

  describe("Texts", () => {
    it.effect("come back character by character, whatever they mean elsewhere", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const ecgs = yield* Ports.Ecgs
        const texts = [
          "NULL",
          "null",
          "undefined",
          "{a,b}",
          '"',
          "'; drop table patients; --",
          "\\",
          "\\N",
          "\\u0000",
          "%_",
          "$1",
          " a ",
          "a\tb\r\nc",
          "\u2028 \u00A0 \uFEFF",
          "e\u0301 é",
          "🩺👩‍⚕️"
        ]
        const suffix = Given.text()
        const identifiers = texts.map((text) => ({ system: text, value: `${text}${suffix}` }))
        const patient = yield* Given.patientOnRecord({ conditions: texts, identifiers })
        expect(yield* patients.find(patient.id)).toMatchObject({ conditions: texts, identifiers })

        const drafts = texts.map((source) => Given.draft({ source }))
        yield* measurements.record(Given.batch(patient.id, drafts))
        const history = yield* measurements.history(patient.id, {}, { limit: 100 })
        expect(history.map(({ source }) => source).toSorted()).toEqual(texts.toSorted())

        const leads = texts.map((name) => ({ name, samples: Int16Array.of(1) }))
        const owner = Given.accountId()
        for (const id of texts) {
          yield* ecgs.submit(Given.submission(Given.recording({ id, leads }), owner))
          expect(yield* ecgs.find(owner, id)).toMatchObject({
            id,
            leads: texts.map((name) => ({ name, numberOfSamples: 1 }))
          })
        }
      })
    )
  })
}
