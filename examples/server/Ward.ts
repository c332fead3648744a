/**
 * A small demonstration ward, loaded once: six patients with a day of observations, five minutes of
 * an ECG, a clinician and a device to sign in as.
 *
 * The device's account is opened last and marks the ward as loaded, so a start that was cut off begins
 * again where it was, and a patient that someone deleted stays deleted.
 */
import * as Account from "@bedside/core/Account"
import * as Access from "@bedside/core/Access"
import * as Admission from "@bedside/core/Admission"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import type * as Measurement from "@bedside/core/Measurement"
import * as Monitoring from "@bedside/core/Monitoring"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import type * as Recording from "@bedside/core/Recording"
import * as Timestamp from "@bedside/core/Timestamp"
import * as Waveform from "@bedside/core/Waveform"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import type { Secrets } from "./Secrets.ts"

interface Bed {
  readonly patient: Patient.NewPatient
  /** Rate of breath, saturation, systolic, diastolic, pulse, temperature: first and last of the day. */
  readonly first: ReadonlyArray<number>
  readonly last: ReadonlyArray<number>
  readonly oxygen?: boolean
}

const bed = (
  number: string,
  givenName: string,
  familyName: string,
  birthDate: string,
  condition: string,
  rest: Omit<Bed, "patient">
): Bed => ({
  patient: {
    identifiers: [{ system: "urn:bedside:demonstration", value: number }],
    givenName,
    familyName,
    birthDate,
    conditions: [condition]
  },
  ...rest
})

// prettier-ignore
const beds: ReadonlyArray<Bed> = [
  bed("1", "Ada", "Byron", "1990-12-10", "Observation after a fall", {
    first: [14, 98, 124, 78, 72, 36.8], last: [15, 97, 121, 76, 70, 36.7] }),
  bed("2", "José", "O'Brien", "1951-04-02", "Pneumonia", {
    first: [20, 95, 118, 72, 92, 38.2], last: [26, 91, 98, 60, 118, 39.3], oxygen: true }),
  bed("3", "Μαρία", "Παπαδοπούλου", "1978-07-19", "Hypertension", {
    first: [16, 97, 168, 96, 80, 36.9], last: [16, 97, 142, 86, 76, 36.8] }),
  bed("4", "Ngozi", "Adichie", "1996-01-30", "Asthma", {
    first: [24, 93, 122, 80, 108, 37.1], last: [18, 97, 118, 76, 84, 36.9] }),
  bed("5", "Anne-Marie", "Lindqvist", "1942-11-05", "Heart failure", {
    first: [19, 94, 112, 68, 88, 36.4], last: [22, 93, 104, 62, 96, 36.2], oxygen: true }),
  bed("6", "李", "小龙", "1963-09-27", "Atrial fibrillation", {
    first: [15, 98, 132, 84, 102, 36.6], last: [14, 98, 128, 80, 78, 36.6] })
]

const vitals = [
  ["respiratory-rate", "/min"],
  ["oxygen-saturation", "%"],
  ["systolic-pressure", "mm[Hg]"],
  ["diastolic-pressure", "mm[Hg]"],
  ["heart-rate", "/min"],
  ["temperature", "Cel"]
] as const

const rounds = 7
const betweenRounds = 4 * 3_600_000

/** A day of rounds that leads in equal steps from the first values to the last. */
const observations = ({ first, last, oxygen }: Bed, now: number): Array<Measurement.Reading> =>
  Array.from({ length: rounds }, (_, round) => {
    const observedAt = Timestamp.at(now - (rounds - 1 - round) * betweenRounds)
    const at = { observedAt, source: "demonstration" }
    return [
      ...vitals.map(([vital, unit], index) => {
        const from = first[index] ?? 0
        const to = last[index] ?? 0
        const value = Math.round((from + ((to - from) * round) / (rounds - 1)) * 10) / 10
        return { vital, value: unit === "Cel" ? value : Math.round(value), unit, ...at }
      }),
      { vital: "consciousness", value: "alert", ...at },
      { vital: "oxygen-device", value: oxygen === true ? "nasal-cannula" : "air", ...at }
    ]
  }).flat()

/** Loads the ward, unless it was loaded before. */
export const load = Effect.fn("Ward.load")(function* (secrets: Secrets) {
  const accounts = yield* Ports.Accounts
  const access = yield* Access.Access
  const admission = yield* Admission.Admission
  const monitoring = yield* Monitoring.Monitoring
  const electrocardiography = yield* Electrocardiography.Electrocardiography
  const known = yield* Effect.option(accounts.findByUser("monitor-1"))
  if (known._tag === "Some") return
  const loader: Account.Actor = {
    id: Account.AccountId.make("00000000-0000-7000-8000-000000000000"),
    user: "demonstration",
    roles: ["clinician"]
  }
  const now = yield* Clock.currentTimeMillis
  yield* Effect.forEach(beds, (it) =>
    admission.admit(it.patient).pipe(
      Effect.flatMap(({ id }) =>
        monitoring.record(loader, id, observations(it, now).map(Result.succeed))
      ),
      Effect.catchTag("Conflict", () => Effect.void)
    )
  )
  yield* access.openFirst({
    user: "clinician",
    password: secrets.clinicianPassword,
    roles: ["clinician"]
  })
  const clinician = yield* accounts.findByUser("clinician")
  yield* electrocardiography.submit(clinician, excerpt())
  yield* access.openFirst({
    user: "monitor-1",
    password: secrets.devicePassword,
    roles: ["device"]
  })
})

const folder = new URL("../data/ecg208/", import.meta.url)

/** Five minutes of record 208 of the MIT-BIH Arrhythmia Database. */
const excerpt = (): Recording.Recording => {
  const read = (name: string) => readFileSync(new URL(name, folder))
  const files = { "ecg208.dat": read("ecg208.dat") }
  return Result.getOrThrow(
    Result.flatMap(Wfdb.decode({ header: read("ecg208.hea"), files }), (record) =>
      Waveform.recording(record, { id: "ecg208", date: "2026-03-01" })
    )
  )
}
