import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import { actor, on } from "../monitoring/ward.ts"
import {
  collection,
  first,
  observation,
  patient,
  pressures,
  quantity,
  read,
  valued,
  loinc
} from "./bundles.ts"

it.effect("an import recorded twice changes nothing the second time", () =>
  on(
    Effect.gen(function* () {
      const admission = yield* Admission.Admission
      const monitoring = yield* Monitoring.Monitoring
      const pressure = (value: number) => ({ valueQuantity: quantity(value, "mm[Hg]") })
      const time = { effectiveDateTime: "2026-03-01T10:00:00+01:00" }
      const bundle = collection(
        patient(),
        observation(time),
        observation({ ...time, valueQuantity: quantity(80, "/min") }),
        pressures(pressure(120), pressure(80), time),
        valued(loinc("8310-5"), { ...time, valueQuantity: quantity(100.4, "[degF]") })
      )
      const { patient: details, readings } = first(read(bundle).subjects)
      if (details === undefined) return yield* Effect.die("the bundle has a Patient")
      const { id } = yield* admission.admit(details)
      const gateway = actor("clinician")
      const received = readings.map(({ reading }) => Result.succeed(reading))
      const record = Effect.map(monitoring.record(gateway, id, received), (outcomes) =>
        outcomes.map(({ status }) => status)
      )
      expect(yield* record).toEqual(Array(4).fill("created"))
      expect(yield* record).toEqual(Array(4).fill("unchanged"))
      const again = yield* Effect.flip(admission.admit(details))
      expect(again).toMatchObject({ _tag: "Conflict", code: "identifier-taken" })
    })
  )
)
