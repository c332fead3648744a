/** What the tests send: people, forms with pictures, readings, ECGs. */
import * as Effect from "effect/Effect"
import Sharp from "sharp"
import type * as Server from "./server.ts"

export const ada = { givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" }

/** Puts someone on record and gives the patient as answered. */
export const admit = (caller: Server.Caller, details: object = {}) =>
  Effect.map(caller.post("/api/v1/patients", { ...ada, ...details }), ({ body }) => body)

export const pulse = (value: number, observedAt = "2026-03-01T10:00:00+02:00") => ({
  vital: "heart-rate",
  value,
  unit: "/min",
  observedAt
})

const observedAt = "2026-03-01T10:00:00+02:00"

/** Every input of a NEWS2: a pulse of 112 alone gives points, two of them. */
export const observations = [
  { vital: "respiratory-rate", value: 16, unit: "/min", observedAt },
  { vital: "oxygen-saturation", value: 97, unit: "%", observedAt },
  { vital: "oxygen-device", value: "air", observedAt },
  { vital: "temperature", value: 37, unit: "Cel", observedAt },
  { vital: "systolic-pressure", value: 120, unit: "mm[Hg]", observedAt },
  { vital: "heart-rate", value: 112, unit: "/min", observedAt },
  { vital: "consciousness", value: "alert", observedAt }
]

export const ecg = (details: object = {}) => ({
  id: "10",
  date: "2026-03-01",
  leads: [{ name: "I", signal: [1, -1, 1] }],
  ...details
})

/** A PNG with a comment in it, which a re-encoded picture has no more. */
export const picture = Effect.promise(async () => {
  const create = { width: 40, height: 30, channels: 3, background: "#3355aa" } as const
  const bytes = await Sharp({ create })
    .withExif({ IFD0: { ImageDescription: "taken at home" } })
    .png()
    .toBuffer()
  return new File([new Uint8Array(bytes)], "portrait.png", { type: "image/png" })
})

const registration = {
  givenName: "José",
  familyName: "O'Brien",
  email: "jose@example.org",
  phoneCountryCode: "+49",
  phoneNumber: "0151 1234 5678"
}

/** The form of a registration; a field given as undefined is left out. */
export const form = Effect.fnUntraced(function* (
  fields: Readonly<Record<string, string | File | undefined>> = {}
) {
  const data = new FormData()
  const all = { ...registration, photo: yield* picture, ...fields }
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) data.append(name, value)
  }
  return data
})

export const roster = (...lines: ReadonlyArray<string>): string =>
  ["patient_id,first_name,last_name,age,condition", ...lines, ""].join("\n")
