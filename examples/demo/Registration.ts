/**
 * Scene 3: someone registers with a photo, and the confirmation mail arrives.
 */
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as Stage from "./Stage.ts"

const photo = new URL("../data/photo.png", import.meta.url)

const form = (email: string) => {
  const data = new FormData()
  data.append("givenName", "José")
  data.append("familyName", "O'Brien")
  data.append("email", email)
  data.append("phoneCountryCode", "+49")
  data.append("phoneNumber", "0151 1234 5678")
  data.append("photo", new File([readFileSync(photo)], "photo.png", { type: "image/png" }))
  return data
}

/** A mail as quoted-printable wraps it, in whole lines again. */
const unquoted = (mail: string) => mail.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=")

/** Registers, waits for the mail, and follows its link twice. */
export const show = Effect.fnUntraced(function* (stage: Stage.Stage) {
  yield* Stage.heading(
    "3. A registration with a photo, and the mail that confirms it",
    "POST /api/v1/registrations, GET /api/v1/registrations/{id}/confirm?token="
  )
  const email = `jose.${Date.now()}@example.org`
  const { body } = yield* stage.anyone.registrations.register({ payload: form(email) })
  yield* Stage.say(`registered: ${body.status}`)
  const again = yield* Effect.flip(
    stage.anyone.registrations.register({ payload: form(email.toUpperCase()) })
  )
  yield* Stage.say(
    `the same address in capitals: ${"title" in again ? `${again.status} ${again.title}` : again._tag}`
  )
  const mail = yield* stage.mailFor(body.id)
  const token = /[?&]token=([0-9a-f]+)/.exec(unquoted(mail ?? ""))?.[1]
  if (mail === undefined || token === undefined) {
    yield* Stage.say("The confirmation goes by the server's own mail and cannot be seen from here.")
    return
  }
  yield* Stage.say(`a mail arrived: ${/^Subject: (.*)$/m.exec(mail)?.[1]?.trim()}`)
  const confirm = stage.anyone.registrations.confirm({ params: body, query: { token } })
  yield* Stage.say(`its link, followed: ${(yield* confirm).status}`)
  yield* Stage.say(`its link, followed again: ${(yield* confirm).status}`)
  const bytes = yield* stage.clinician.patients.photo({ params: body })
  const sent = Stage.thousands(readFileSync(photo).length)
  const kept = Stage.thousands(bytes.length)
  yield* Stage.say(`the photo: ${sent} bytes of PNG sent, ${kept} of JPEG kept, without metadata`)
})
