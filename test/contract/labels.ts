import type * as Label from "@bedside/core/Label"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Given from "./given.ts"

const task = "deterioration"

const label = (patientId: Patient.PatientId, details: Partial<Label.Label> = {}): Label.Label => ({
  task,
  patientId,
  outcome: false,
  at: Given.instant("2026-03-01T10:00:00.123Z"),
  statedBy: Given.accountId(),
  statedAt: Given.instant("2026-03-02T10:00:00.456Z"),
  ...details
})

const state = (...labels: ReadonlyArray<Label.Label>) =>
  Ports.Labels.use((port) => port.state(task, labels))

const of = (...ids: ReadonlyArray<Patient.PatientId>) =>
  Ports.Labels.use((port) => port.of(task, ids))

const plain = ({ at, statedAt, ...rest }: Label.Label) => ({
  ...rest,
  at: DateTime.formatIso(at),
  statedAt: DateTime.formatIso(statedAt)
})

export const labels = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Labels", () => {
    it.effect("come back as they were stated, of those who are asked for", () =>
      Effect.gen(function* () {
        const first = label((yield* Given.patientOnRecord()).id, { outcome: true })
        const second = label((yield* Given.patientOnRecord()).id)
        expect(yield* state(first, second)).toEqual(["created", "created"])
        expect((yield* of(second.patientId)).map(plain)).toEqual([plain(second)])
        const both = yield* of(first.patientId, Given.patientId(), second.patientId)
        expect(new Set(both.map(plain))).toEqual(new Set([first, second].map(plain)))
        expect(yield* of()).toEqual([])
      })
    )

    it.effect(
      "are corrected by another outcome or time, and not by another's word for the same",
      () =>
        Effect.gen(function* () {
          const stated = label((yield* Given.patientOnRecord()).id)
          const { patientId } = stated
          const again = { ...stated, statedBy: Given.accountId() }
          const died = { ...again, outcome: true }
          const later = { ...died, at: DateTime.add(died.at, { hours: 1 }) }
          const stored = []
          for (const it of [stated, again, died, later]) stored.push(...(yield* state(it)))
          expect(stored).toEqual(["created", "unchanged", "corrected", "corrected"])
          expect((yield* of(patientId)).map(plain)).toEqual([plain(later)])
        })
    )

    it.effect("are of patients on record, and go with them", () =>
      Effect.gen(function* () {
        const patients = yield* Ports.Patients
        const known = label((yield* Given.patientOnRecord()).id)
        const unknown = label(Given.patientId())
        expect(yield* state(unknown, known)).toEqual(["absent", "created"])
        expect(yield* of(unknown.patientId)).toEqual([])
        yield* patients.remove(known.patientId, () => Result.void)
        expect(yield* of(known.patientId)).toEqual([])
      })
    )

    it.effect("of the same patients are stated at once without waiting for ever", () =>
      Effect.gen(function* () {
        const ids = yield* Effect.forEach(
          Given.times(20, () => 0),
          () => Effect.map(Given.patientOnRecord(), ({ id }) => id)
        )
        const each = Given.times(8, (nth) => {
          const own = ids.map((id) => label(id))
          return nth % 2 === 0 ? own : own.toReversed()
        })
        const stored = yield* Effect.forEach(each, (own) => state(...own), {
          concurrency: "unbounded"
        })
        expect(stored.flat().filter((it) => it === "created")).toHaveLength(ids.length)
        expect(yield* of(...ids)).toHaveLength(ids.length)
      })
    )
  })
}
