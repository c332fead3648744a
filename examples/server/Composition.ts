/**
 * The parts that the server and the worker process have in common: where things are stored, what
 * carries jobs, how people are told, and who is asked.
 */
import * as Consulting from "@bedside/core/Consulting"
import type * as Events from "@bedside/core/Events"
import * as Notifying from "@bedside/core/Notifying"
import * as Ports from "@bedside/core/Ports"
import * as Embedded from "@bedside/postgres-adapter/Embedded"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Runner from "@bedside/postgres-adapter/Runner"
import * as Store from "@bedside/postgres-adapter/Store"
import * as Mail from "@bedside/worker-adapter/Mail"
import * as OpenAi from "@bedside/worker-adapter/OpenAi"
import * as Relay from "@bedside/worker-adapter/Relay"
import * as Sms from "@bedside/worker-adapter/Sms"
import * as WardLog from "@bedside/worker-adapter/WardLog"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import { join } from "node:path"

/** Where things are kept, how they are reached, and for how long a job stays with a worker that died. */
export interface Place {
  readonly databaseUrl: Option.Option<Redacted.Redacted<string>>
  readonly connections: number
  readonly prepare: boolean
  readonly dataDirectory: string
  readonly lease: Duration.Duration
  /** What other services are told of: nothing. */
  readonly events?: Events.Source
}

/** How often a process looks at the risk models without being asked. */
export interface Watchfulness {
  readonly betweenLooks: Duration.Duration
}

type DatabaseError =
  | Layer.Error<ReturnType<typeof Postgres.layer>>
  | Layer.Error<ReturnType<typeof Embedded.layer>>

/** A real Postgres when one is named, else the database in the data directory. */
export const database = ({
  databaseUrl,
  connections: maxConnections,
  prepare,
  dataDirectory
}: Place): Layer.Layer<SqlClient, DatabaseError> =>
  Option.match(databaseUrl, {
    onSome: (url): Layer.Layer<SqlClient, DatabaseError> =>
      Postgres.layer({ url, maxConnections, prepare }),
    onNone: () => Embedded.layer({ directory: dataDirectory })
  })

/** The ports on the database. Behind a pooler, which has no session to listen on, jobs are polled for. */
export const store = ({ databaseUrl, lease, events, prepare }: Place) =>
  Option.isSome(databaseUrl)
    ? Store.layer({ lease, renewal: Duration.times(lease, 1 / 3), events, wakeUp: prepare })
    : Store.layerAlone({ events })

/** What carries campaigns out: one of many runners on a server, the only one of an embedded database. */
export const runner = ({ databaseUrl, lease }: Place) =>
  Option.isSome(databaseUrl) ? Runner.layer({ lease }) : Runner.layerEmbedded

/** What carries jobs to the workers. */
export interface Carrier extends Pick<Place, "lease"> {
  readonly queueUrl: Option.Option<Redacted.Redacted<string>>
}

const noCarrier = new Relay.BrokerUnusable({
  address: "The queue of BEDSIDE_QUEUE_URL",
  reason: "its URL begins with none of redis:, rediss:, amqp: and amqps:"
})

/** The store's own queue, or a broker that its jobs are handed on to; `slots` take from it. */
export const queue = (
  { queueUrl, lease }: Carrier,
  slots: number
): Layer.Layer<Ports.JobQueue, Relay.BrokerUnusable, Ports.JobQueue> => {
  if (Option.isNone(queueUrl)) return Layer.effect(Ports.JobQueue, Ports.JobQueue)
  const url = queueUrl.value
  const scheme = Redacted.value(url).replace(/:.*/s, "")
  switch (scheme) {
    case "redis":
    case "rediss":
      return Layer.unwrap(
        Effect.map(
          Effect.promise(() => import("@bedside/worker-adapter/redis")),
          (Redis) => Redis.layer({ url, lease })
        )
      )
    case "amqp":
    case "amqps":
      return Layer.unwrap(
        Effect.map(
          Effect.promise(() => import("@bedside/worker-adapter/rabbitmq")),
          (RabbitMq) => RabbitMq.layer({ url, prefetch: slots })
        )
      )
    default:
      return Layer.effect(Ports.JobQueue, noCarrier)
  }
}

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

const keyAlone = Layer.effectDiscard(
  Effect.logWarning(
    "OPENAI_API_KEY is set and OPENAI_MODEL is not: no language model is asked for a second opinion"
  )
)

/** Nobody is asked without a key and the exact name of a model; half of it is said aloud. */
export const consultant = ({ openAiKey, openAiUrl, openAiModel }: Advice) =>
  Option.match(Option.all([openAiKey, openAiModel]), {
    onNone: () =>
      Option.isSome(openAiKey) ? Layer.merge(Consulting.off, keyAlone) : Consulting.off,
    onSome: ([apiKey, model]) =>
      OpenAi.layer({ apiKey, model, baseUrl: Option.getOrUndefined(openAiUrl) }).pipe(
        Layer.provide(FetchHttpClient.layer)
      )
  })
