/**
 * Reading the measurements of a patient in a window of time, however many there are.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Measurement from "../../measurement/Measurement.ts"
import type * as Patient from "../../patient/Patient.ts"
import type * as Ports from "../Ports.ts"

/** How many measurements are read at a time. */
const stretch = 1_000

/** Reads from a time on, up to and with another. */
export const reader = (measurements: Ports.Measurements["Service"]) =>
  Effect.fnUntraced(function* (
    patientId: Patient.PatientId,
    from: DateTime.Utc,
    through: DateTime.Utc
  ) {
    const window = { from, to: DateTime.add(through, { milliseconds: 1 }) }
    const all: Array<Measurement.Measurement> = []
    while (true) {
      const after = all.at(-1)
      const slice = { limit: stretch, ...(after && { after }) }
      const found = yield* measurements.history(patientId, window, slice)
      all.push(...found)
      if (found.length < stretch) return all
    }
  })
