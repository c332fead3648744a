/**
 * The parts that the server and the worker process have in common: where things are stored, how
 * people are told, and who is asked.
 */
import * as Consulting from "@bedside/core/Consulting"
import * as Notifying from "@bedside/core/Notifying"
import * as Embedded from "@bedside/postgres-adapter/Embedded"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Runner from "@bedside/postgres-adapter/Runner"
import * as Store from "@bedside/postgres-adapter/Store"
import * as Mail from "@bedside/worker-adapter/Mail"
import * as OpenAi from "@bedside/worker-adapter/OpenAi"
import * as Sms from "@bedside/worker-adapter/Sms"
import * as WardLog from "@bedside/worker-adapter/WardLog"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import { join } from "node:path"

/** Where things are kept, and for how long a job stays with a worker that died. */
export interface Place {
  readonly databaseUrl: Option.Option<Redacted.Redacted<string>>
  readonly dataDirectory: string
  readonly lease: Duration.Duration
}

type DatabaseError =
  | Layer.Error<ReturnType<typeof Postgres.layer>>
  | Layer.Error<ReturnType<typeof Embedded.layer>>

/** A real Postgres when one is named, else the database in the data directory. */
export const database = ({
  databaseUrl,
  dataDirectory
}: Place): Layer.Layer<SqlClient, DatabaseError> =>
  Option.match(databaseUrl, {
    onSome: (url): Layer.Layer<SqlClient, DatabaseError> => Postgres.layer({ url }),
    onNone: () => Embedded.layer({ directory: dataDirectory })
  })

/** The ports on the database. */
export const store = ({ databaseUrl, lease }: Place) =>
  Option.isSome(databaseUrl)
    ? Store.layer({ lease, renewal: Duration.times(lease, 1 / 3) })
    : Store.layer({ poll: "1 second", alone: true })

/** What carries campaigns out: one of many runners on a server, the only one of an embedded database. */
export const runner = ({ databaseUrl, lease }: Place) =>
  Option.isSome(databaseUrl) ? Runner.layer({ lease }) : Runner.layerEmbedded

/** How people are told. */
export interface Outlets extends Place {
  readonly smtpUrl: Option.Option<Redacted.Redacted<string>>
  readonly publicUrl: URL
}

/** Mail by SMTP when a server is named, else as files; text messages and alarms into the log. */
export const channels = ({ smtpUrl, dataDirectory, publicUrl }: Outlets) =>
  Layer.effect(
    Notifying.Channels,
    Effect.gen(function* () {
      const options = { from: "Bedside <bedside@localhost>", publicUrl }
      const mail = Option.isSome(smtpUrl)
        ? yield* Mail.smtp(smtpUrl.value, options)
        : Mail.directory(join(dataDirectory, "mail"), options)
      return [mail, Sms.channel, WardLog.channel]
    })
  )

/** Who is asked for a second opinion. */
export interface Advice {
  readonly openAiKey: Option.Option<Redacted.Redacted<string>>
  readonly openAiUrl: Option.Option<URL>
  readonly openAiModel: Option.Option<string>
}

/** Nobody is asked without a key and the exact name of a model. */
export const consultant = ({ openAiKey, openAiUrl, openAiModel }: Advice) =>
  Option.match(Option.all([openAiKey, openAiModel]), {
    onNone: () => Consulting.off,
    onSome: ([apiKey, model]) =>
      OpenAi.layer({ apiKey, model, baseUrl: Option.getOrUndefined(openAiUrl) }).pipe(
        Layer.provide(FetchHttpClient.layer)
      )
  })
