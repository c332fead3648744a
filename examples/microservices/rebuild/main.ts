/**
 * Builds a copy anew from what its source tells: asks the service that has the copy, as an
 * administrator, and waits until it is whole.
 *
 *     BEDSIDE_ADMIN_PASSWORD=... node --conditions=@bedside/source \\
 *       examples/microservices/rebuild/main.ts
 *
 * `BEDSIDE_URL` is the service with the copy, `BEDSIDE_SIGN_IN_URL` the one where people sign in, and
 * `BEDSIDE_COPY_OF` the source.
 */
import * as Events from "@bedside/core/Events"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Process from "../../server/Process.ts"
import * as Rebuilding from "../Rebuilding.ts"

const patients = Config.withDefault(new URL("http://localhost:3001"))

const Settings = Config.all({
  url: Config.URL("BEDSIDE_URL").pipe(patients),
  signInUrl: Config.URL("BEDSIDE_SIGN_IN_URL").pipe(patients),
  password: Config.Redacted("BEDSIDE_ADMIN_PASSWORD"),
  source: Config.schema(Events.Source, "BEDSIDE_COPY_OF").pipe(Config.withDefault("measurements"))
})

Process.main(Effect.flatMap(Settings, Rebuilding.run))
