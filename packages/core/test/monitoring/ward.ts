/**
 * A ward to try the workflows on: every workflow over the memory store, at noon of 1 March 2026.
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as Account from "../../src/access/Account.ts"
import * as Passwords from "../../src/access/Passwords.ts"
import type * as Policy from "../../src/access/Policy.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import type * as Vital from "../../src/measurement/Vital.ts"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Conducting from "../../src/monitoring/Conducting.ts"
import * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Workflows from "../../src/monitoring/Workflows.ts"
import * as Patient from "../../src/patient/Patient.ts"

/** Hashes that a reader can check by eye. */
const passwords = Layer.succeed(Passwords.Passwords, {
  hash: (password) => Effect.succeed(hashOf(password)),
  verify: (password, hash) => Effect.succeed(hash === hashOf(password))
})

const hashOf = (password: Redacted.Redacted<string>): string =>
  `reversed:${[...Redacted.value(password)].toReversed().join("")}`

const surroundings = Layer.mergeAll(Memory.layer, SecureRandom.layerWebCrypto, passwords)

const layer = Layer.mergeAll(Workflows.layer, Conducting.Conducting.layer).pipe(
  Layer.provide(WorkflowEngine.layerMemory),
  Layer.provideMerge(surroundings)
)

/** Noon of 1 March 2026. */
export const noon = DateTime.makeUnsafe("2026-03-01T12:00:00.000Z")

/** Runs a test on a ward of its own. */
export const on = <A, E>(
  test: Effect.Effect<A, E, Workflows.Workflows | Conducting.Conducting | Ports.Store>
): Effect.Effect<A, E> =>
  TestClock.setTime(noon.epochMilliseconds).pipe(Effect.andThen(test), Effect.provide(layer))

let accounts = 0

export const actor = (...roles: ReadonlyArray<Policy.Role>): Account.Actor => {
  accounts += 1
  const id = `01890a5d-ac96-774b-bcce-${String(accounts).padStart(12, "0")}`
  return { id: Account.AccountId.make(id), user: `${roles.join("-")}-${accounts}`, roles }
}

/** A time of 1 March 2026, or any other in full. */
export const time = (text: string): Timestamp.Timestamp =>
  Option.getOrThrow(Timestamp.parse(text.includes("T") ? text : `2026-03-01T${text}:00Z`))

export const reading = (
  vital: Vital.Code,
  value: Measurement.Value,
  unit?: string,
  details: Partial<Measurement.Reading> = {}
): Measurement.Reading => ({
  vital,
  value,
  observedAt: time("10:00"),
  ...(unit === undefined ? {} : { unit }),
  ...details
})

/** A reading as a store takes it. */
export const draft: Ports.Draft = {
  id: Measurement.MeasurementId.make("01890a5d-ac96-774b-bcce-b302099a8058"),
  vital: "heart-rate",
  value: 70,
  observedAt: time("10:00"),
  source: "monitor",
  implausible: false
}

/** Readings as the border hands them over. */
export const received = (...readings: ReadonlyArray<Measurement.Reading>) =>
  readings.map((it) => Result.succeed(it))

/** Everything NEWS2 needs, at one time; a total of 0. */
export const healthy = (observedAt: string): ReadonlyArray<Measurement.Reading> =>
  [
    reading("respiratory-rate", 16, "/min"),
    reading("oxygen-saturation", 97, "%"),
    reading("oxygen-device", "air"),
    reading("systolic-pressure", 120, "mm[Hg]"),
    reading("heart-rate", 70, "/min"),
    reading("consciousness", "alert"),
    reading("temperature", 37, "Cel")
  ].map((it) => ({ ...it, observedAt: time(observedAt) }))

export const admit = (details: Partial<Patient.NewPatient> = {}) =>
  Admission.Admission.use((admission) =>
    admission.admit({ givenName: "Ada", familyName: "Byron", birthDate: "1970-05-05", ...details })
  )

export const absent = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")

/** The ids of the jobs that were offered, oldest first. */
export const jobs = Effect.map(
  Ports.JobQueue.use((queue) => queue.list({}, { limit: 1_000 })),
  (all) => all.map(({ id }) => id).toReversed()
)

/** The kinds of the jobs that were offered, oldest first. */
export const kinds = Effect.map(jobs, (ids) => ids.map((id) => id.split(":")[0]))

export const refusedJob = (reason: string) => new Jobs.JobRefused({ reason })
