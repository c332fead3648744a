/**
 * The patient service: patients, those who sign in, and the newest measurements from its copy.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Process from "../../server/Process.ts"
import * as Application from "../Application.ts"

const Settings = Config.all({
  port: Config.Port("PORT").pipe(Config.withDefault(3001)),
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  databaseUrl: Config.option(Config.Redacted("DATABASE_URL")),
  connections: Config.Int("BEDSIDE_DATABASE_CONNECTIONS").pipe(Config.withDefault(10)),
  prepare: Config.Boolean("BEDSIDE_DATABASE_PREPARE").pipe(Config.withDefault(true)),
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(Config.withDefault(".bedside/patients")),
  lease: Config.Int("BEDSIDE_LEASE_SECONDS").pipe(
    Config.withDefault(30),
    Config.map(Duration.seconds)
  ),
  tokenSecret: Config.Redacted("BEDSIDE_TOKEN_SECRET"),
  adminPassword: Config.Redacted("BEDSIDE_ADMIN_PASSWORD"),
  smtpUrl: Config.option(Config.Redacted("SMTP_URL")),
  publicUrl: Config.URL("BEDSIDE_PUBLIC_URL").pipe(
    Config.withDefault(new URL("http://localhost:3001"))
  ),
  registrationsPerMinute: Config.Int("BEDSIDE_REGISTRATIONS_PER_MINUTE").pipe(
    Config.withDefault(100)
  ),
  proxies: Config.Int("BEDSIDE_PROXIES").pipe(Config.withDefault(0)),
  brokerUrl: Config.Redacted("BEDSIDE_EVENTS_URL"),
  eventsName: Config.String("BEDSIDE_EVENTS_NAME").pipe(Config.withDefault("bedside"))
})

Process.main(Layer.launch(Layer.unwrap(Effect.map(Settings, Application.patients))))
