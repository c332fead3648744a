/**
 * The whole core without a server or a database: admit a patient, record observations, let the job
 * that intake left behind assess them, and read the assessment.
 */
import * as Admission from "@bedside/core/Admission"
import * as Ports from "@bedside/core/Ports"
import * as Memory from "@bedside/core/Memory"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Account from "@bedside/core/Account"
import * as Timestamp from "@bedside/core/Timestamp"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

const nurse: Account.Actor = {
  id: Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
  user: "nurse",
  roles: ["clinician"]
}

const program = Effect.gen(function* () {
  const admission = yield* Admission.Admission
  const monitoring = yield* Monitoring.Monitoring
  const queue = yield* Ports.JobQueue

  const { id } = yield* admission.admit({ givenName: "Ada", familyName: "Byron", ageYears: 36 })
  const observedAt = Timestamp.at(Date.UTC(2026, 2, 1, 8))
  const readings = [
    { vital: "respiratory-rate", value: 26, unit: "/min", observedAt },
    { vital: "oxygen-saturation", value: 91, unit: "%", observedAt },
    { vital: "oxygen-device", value: "air", observedAt },
    { vital: "systolic-pressure", value: 118, unit: "mm[Hg]", observedAt },
    { vital: "heart-rate", value: 96, unit: "/min", observedAt },
    { vital: "consciousness", value: "alert", observedAt },
    { vital: "temperature", value: 38.4, unit: "Cel", observedAt }
  ]
  const outcomes = yield* monitoring.record(nurse, id, readings.map(Result.succeed))
  console.log(outcomes.map((outcome) => outcome.status).join(" "))

  yield* queue.take((job) =>
    job._tag === "assess-patient" ? monitoring.assess(job.patientId) : Effect.void
  )
  const assessed = yield* monitoring.latestAssessment(id)
  console.log(`${assessed.score} ${assessed.total} (${assessed.band})`)
})

const Workflows = Layer.mergeAll(Admission.Admission.layer, Monitoring.Monitoring.layer).pipe(
  Layer.provideMerge(Memory.layer),
  Layer.provide(SecureRandom.layerWebCrypto)
)

await Effect.runPromise(program.pipe(Effect.provide(Workflows)))

// Prints:
// created created created created created created created
// news2 8 (high)
