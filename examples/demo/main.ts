/**
 * The demonstration: drives a whole server over HTTP with real input, and says what happened.
 *
 *     npm run demo                              on a server of its own, gone afterwards
 *     npm run demo -- --url http://host:3000    on a running one; BEDSIDE_ADMIN_PASSWORD lets it in
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import * as Process from "../server/Process.ts"
import * as Ecg from "./Ecg.ts"
import * as Observations from "./Observations.ts"
import * as Registration from "./Registration.ts"
import * as Roster from "./Roster.ts"
import * as Sensor from "./Sensor.ts"
import * as Stage from "./Stage.ts"
import * as Synthea from "./Synthea.ts"
import * as Upload from "./Upload.ts"
import * as Work from "./Work.ts"

const { values } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true })

const Settings = Config.all({
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(Config.withDefault(".bedside")),
  adminPassword: Config.option(Config.Redacted("BEDSIDE_ADMIN_PASSWORD")),
  dataFolder: Config.String("BEDSIDE_TEST_DATA").pipe(Config.withDefault("../shared/data"))
})

const demonstration = Effect.gen(function* () {
  const settings = yield* Settings
  const stage = yield* values.url === undefined
    ? Stage.own
    : Stage.running({ ...settings, url: values.url })
  yield* Roster.show(stage)
  yield* Synthea.show(stage, settings.dataFolder)
  yield* Registration.show(stage)
  yield* Observations.show(stage)
  yield* Ecg.show(stage)
  yield* Sensor.show(stage)
  yield* Upload.show(stage)
  yield* Work.show(stage)
  yield* Stage.say("", "All of this went over HTTP. Not a medical device.")
})

Process.main(
  demonstration.pipe(
    Effect.scoped,
    Effect.provide([SecureRandom.layerWebCrypto, NodeServices.layer])
  )
)
