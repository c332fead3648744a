/**
 * A worker as a process of its own, on the Postgres that `DATABASE_URL` names. Start as many as the
 * work needs: each takes what no other has.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Process from "../server/Process.ts"
import * as Application from "./Application.ts"

const Settings = Config.all({
  databaseUrl: Config.Redacted("DATABASE_URL").pipe(Config.map(Option.some)),
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(Config.withDefault(".bedside")),
  lease: Config.Int("BEDSIDE_LEASE_SECONDS").pipe(
    Config.withDefault(30),
    Config.map(Duration.seconds)
  ),
  queueUrl: Config.option(Config.Redacted("BEDSIDE_QUEUE_URL")),
  smtpUrl: Config.option(Config.Redacted("SMTP_URL")),
  publicUrl: Config.URL("BEDSIDE_PUBLIC_URL").pipe(
    Config.withDefault(new URL("http://localhost:3000"))
  ),
  concurrency: Config.Int("BEDSIDE_WORKER_CONCURRENCY").pipe(Config.withDefault(4))
})

Process.main(Layer.launch(Layer.unwrap(Effect.map(Settings, Application.layer))))
