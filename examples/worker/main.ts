/**
 * A worker as a process of its own, on the Postgres that `DATABASE_URL` names. Start as many as the
 * work needs: each takes what no other has.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Process from "../server/Process.ts"
import * as Application from "./Application.ts"

const Settings = Config.all({
  databaseUrl: Config.Redacted("DATABASE_URL").pipe(Config.map(Option.some)),
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(Config.withDefault(".bedside")),
  lease: Config.Int("BEDSIDE_LEASE_SECONDS").pipe(
    Config.withDefault(30),
    Config.map(Duration.seconds)
  ),
  betweenLooks: Config.Int("BEDSIDE_WATCH_MINUTES").pipe(
    Config.withDefault(10),
    Config.map(Duration.minutes)
  ),
  queueUrl: Config.option(Config.Redacted("BEDSIDE_QUEUE_URL")),
  smtpUrl: Config.option(Config.Redacted("SMTP_URL")),
  publicUrl: Config.URL("BEDSIDE_PUBLIC_URL").pipe(
    Config.withDefault(new URL("http://localhost:3000"))
  ),
  concurrency: Config.Int("BEDSIDE_WORKER_CONCURRENCY").pipe(Config.withDefault(4)),
  // Unlike `Config.Port`, 0 too: any port that is free.
  metricsPort: Config.schema(Schema.Port, "BEDSIDE_METRICS_PORT").pipe(Config.withDefault(9464)),
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1"))
})

Process.main(Layer.launch(Layer.unwrap(Effect.map(Settings, Application.layer))))
