/**
 * The measurement service: measurements of the patients that the patient service tells of.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Process from "../../server/Process.ts"
import * as Application from "../Application.ts"

const Settings = Config.all({
  port: Config.Port("PORT").pipe(Config.withDefault(3002)),
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  databaseUrl: Config.option(Config.Redacted("DATABASE_URL")),
  connections: Config.Int("BEDSIDE_DATABASE_CONNECTIONS").pipe(Config.withDefault(10)),
  prepare: Config.Boolean("BEDSIDE_DATABASE_PREPARE").pipe(Config.withDefault(true)),
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(
    Config.withDefault(".bedside/measurements")
  ),
  lease: Config.Int("BEDSIDE_LEASE_SECONDS").pipe(
    Config.withDefault(30),
    Config.map(Duration.seconds)
  ),
  tokenSecret: Config.Redacted("BEDSIDE_TOKEN_SECRET"),
  smtpUrl: Config.option(Config.Redacted("SMTP_URL")),
  publicUrl: Config.URL("BEDSIDE_PUBLIC_URL").pipe(
    Config.withDefault(new URL("http://localhost:3002"))
  ),
  brokerUrl: Config.Redacted("BEDSIDE_EVENTS_URL"),
  eventsName: Config.String("BEDSIDE_EVENTS_NAME").pipe(Config.withDefault("bedside"))
})

Process.main(Layer.launch(Layer.unwrap(Effect.map(Settings, Application.measurements))))
