/**
 * The example server: HTTP and worker in one process, on an embedded database unless `DATABASE_URL`
 * names a real one. `npm start` runs it.
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Application from "./Application.ts"
import * as Process from "./Process.ts"

const Settings = Config.all({
  port: Config.Port("PORT").pipe(Config.withDefault(3000)),
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  databaseUrl: Config.option(Config.Redacted("DATABASE_URL")),
  dataDirectory: Config.String("BEDSIDE_DATA_DIR").pipe(Config.withDefault(".bedside")),
  lease: Config.Int("BEDSIDE_LEASE_SECONDS").pipe(
    Config.withDefault(30),
    Config.map(Duration.seconds)
  ),
  adminPassword: Config.option(Config.Redacted("BEDSIDE_ADMIN_PASSWORD")),
  tokenSecret: Config.option(Config.Redacted("BEDSIDE_TOKEN_SECRET")),
  queueUrl: Config.option(Config.Redacted("BEDSIDE_QUEUE_URL")),
  smtpUrl: Config.option(Config.Redacted("SMTP_URL")),
  openAiKey: Config.option(Config.Redacted("OPENAI_API_KEY")),
  openAiUrl: Config.option(Config.URL("OPENAI_BASE_URL")),
  openAiModel: Config.option(Config.String("OPENAI_MODEL")),
  publicUrl: Config.option(Config.URL("BEDSIDE_PUBLIC_URL")),
  registrationsPerMinute: Config.Int("BEDSIDE_REGISTRATIONS_PER_MINUTE").pipe(
    Config.withDefault(100)
  ),
  proxies: Config.Int("BEDSIDE_PROXIES").pipe(Config.withDefault(0)),
  demonstration: Config.Boolean("BEDSIDE_DEMONSTRATION").pipe(Config.withDefault(true)),
  worker: Config.Boolean("BEDSIDE_WORKER").pipe(Config.withDefault(true))
})

Process.main(Layer.launch(Layer.unwrap(Effect.map(Settings, Application.layer))))
