/**
 * Scene 4: a set of observations, and the NEWS2 that the worker makes of it.
 */
import * as Timestamp from "@bedside/core/Timestamp"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stage from "./Stage.ts"

const set = [
  { vital: "respiratory-rate", value: 26, unit: "/min" },
  { vital: "oxygen-saturation", value: 91, unit: "%" },
  { vital: "oxygen-device", value: "nasal-cannula" },
  { vital: "systolic-pressure", value: 98, unit: "mm[Hg]" },
  { vital: "diastolic-pressure", value: 60, unit: "mm[Hg]" },
  { vital: "heart-rate", value: 118, unit: "/min" },
  { vital: "consciousness", value: "alert" },
  { vital: "temperature", value: 102.7, unit: "[degF]" },
  { vital: "temperature", value: 102.7, unit: "Cel" }
]

/** Posts the set with one impossible row and reads the assessment. */
export const show = Effect.fnUntraced(function* (stage: Stage.Stage) {
  yield* Stage.heading(
    "4. Observations, and the NEWS2 that the worker makes of them",
    "POST /api/v1/patients/{id}/measurements, GET /api/v1/patients/{id}/assessments/latest"
  )
  const { body: patient } = yield* stage.clinician.patients.admit({
    payload: { givenName: "Ada", familyName: "Byron", birthDate: "1950-12-10" }
  })
  const observedAt = Timestamp.format(Timestamp.at(yield* Clock.currentTimeMillis, 60))
  const readings = set.map((it) => ({ ...it, observedAt }))
  for (const { index, status, error } of yield* Stage.record(stage, patient.id, readings)) {
    const sent = set[index]
    const why = error?.errors.map((it) => ` (${it.path}: ${it.expected})`).join("") ?? ""
    yield* Stage.say(
      `${status.padEnd(9)} ${sent?.vital.padEnd(20)} ${sent?.value} ${sent?.unit ?? ""}${why}`.trimEnd()
    )
  }
  const assessed = yield* Stage.eventually(stage.clinician.assessments.latest({ params: patient }))
  yield* Stage.say("", `NEWS2 ${assessed.total}, band ${assessed.band}`)
  for (const { input, points } of assessed.contributions) {
    const used = assessed.inputs.find(({ name }) => name === input)
    const value = `${used?.rounded ?? used?.value} ${used?.unit ?? ""}`.trim()
    yield* Stage.say(`${String(points).padStart(3)}  ${input.padEnd(20)} ${value}`)
  }
  yield* Stage.paragraph(assessed.response ?? "")
})
