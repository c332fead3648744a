/**
 * What a person reads after the first start: where the documentation is, who may sign in, and three
 * requests to paste.
 */
import * as Access from "@bedside/core/Access"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as HttpServer from "effect/http/HttpServer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Settings } from "./Application.ts"
import type { Secrets } from "./Secrets.ts"

/** A password, or what to call it, as long as it opens the account: it may have been changed. */
const current = (user: string, password: Redacted.Redacted<string>, name?: string) =>
  Access.Access.use((access) => access.signIn(user, password)).pipe(
    Effect.as(name ?? Redacted.value(password)),
    Effect.catchTag("SignInRefused", () => Effect.succeed("(changed since the first start)"))
  )

/** Prints the welcome once the server listens. */
export const print = Effect.fnUntraced(function* (
  address: HttpServer.HttpServer["Service"]["address"],
  settings: Settings,
  secrets: Secrets
) {
  const url = `http://localhost:${"port" in address ? address.port : settings.port}`
  const given = Option.isSome(settings.adminPassword)
    ? "the one in BEDSIDE_ADMIN_PASSWORD"
    : undefined
  const [admin, clinician, device] = yield* Effect.all(
    [
      current("admin", secrets.adminPassword, given),
      current("clinician", secrets.clinicianPassword),
      current("monitor-1", secrets.devicePassword)
    ],
    { concurrency: 3 }
  )
  const database = Option.isSome(settings.databaseUrl)
    ? "Postgres (DATABASE_URL)"
    : `embedded, in ${settings.dataDirectory}`
  const mail = Option.isSome(settings.smtpUrl)
    ? "by SMTP"
    : `files in ${settings.dataDirectory}/mail`
  yield* Console.log(`
Bedside listens on ${url}

  documentation   ${url}/docs
  ECG strips      ${url}/strips
  database        ${database}
  mail            ${mail}

Sign in as
  admin           ${admin}${
    settings.demonstration
      ? `
  clinician       ${clinician}
  monitor-1       ${device}   (a device)

Three requests to paste:

TOKEN=$(curl -s ${url}/api/v1/token -H 'content-type: application/json' \\
  -d '{"user":"clinician","password":"${clinician}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')

curl -s ${url}/api/v1/patients -H "authorization: Bearer $TOKEN"

curl -s ${url}/ecg/process -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"id":"10","date":"2026-03-01","leads":[{"name":"I","signal":[1,-1,1]}]}'`
      : ""
  }

Not a medical device. Stop with Ctrl-C.
`)
})
