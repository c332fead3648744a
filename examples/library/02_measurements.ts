/**
 * Check readings before they are stored: units, the two tiers of ranges, and pressures that
 * contradict each other.
 */
import * as Measurement from "@bedside/core/Measurement"
import * as Timestamp from "@bedside/core/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

const observedAt = Timestamp.at(Date.UTC(2026, 2, 1, 8), 60)
const context = { receivedAt: DateTime.makeUnsafe("2026-03-01T08:05:00Z"), source: "bed-4" }

const readings = [
  { vital: "temperature", value: 100.4, unit: "[degF]", observedAt },
  { vital: "heart-rate", value: 260, unit: "/min", observedAt },
  { vital: "8310-5", value: 98.6, unit: "Cel", observedAt },
  { vital: "systolic-pressure", value: 80, unit: "mm[Hg]", observedAt },
  { vital: "diastolic-pressure", value: 120, unit: "mm[Hg]", observedAt }
]

const checked = readings.map((reading) => Measurement.check(reading, context))
for (const result of Measurement.checkPressures(checked)) {
  console.log(
    Result.match(result, {
      onSuccess: (it) => `kept     ${it.vital} ${it.value}${it.implausible ? " (flagged)" : ""}`,
      onFailure: ({ issues }) =>
        issues.map((it) => `refused  ${it.path}: ${it.expected}`).join("; ")
    })
  )
}

// Prints:
// kept     temperature 38
// kept     heart-rate 260 (flagged)
// refused  value: 10 to 50 Cel
// refused  value: a diastolic pressure below the systolic one
// refused  value: a diastolic pressure below the systolic one
