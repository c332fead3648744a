/**
 * The two services, each as one layer: its store, its worker, its side of the events, its routes.
 *
 * Both run the same workflows over the same stores. What differs is the groups of routes that are
 * served, what is told to the other and what is copied from it. Tokens are signed with one secret:
 * people sign in at the patient service, and the measurement service believes the signature.
 */
import * as Access from "@bedside/core/Access"
import * as Conducting from "@bedside/core/Conducting"
import * as Copying from "@bedside/core/Copying"
import type * as Events from "@bedside/core/Events"
import * as Fitting from "@bedside/core/Fitting"
import * as Notifying from "@bedside/core/Notifying"
import * as Publishing from "@bedside/core/Publishing"
import * as Workflows from "@bedside/core/Workflows"
import * as CopyAge from "@bedside/http-adapter/CopyAge"
import * as Http from "@bedside/http-adapter/Http"
import * as PasswordHash from "@bedside/http-adapter/PasswordHash"
import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
import * as ReadingsFiles from "@bedside/worker-adapter/ReadingsFiles"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as Console from "effect/Console"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Composition from "../server/Composition.ts"

/** What the environment says; each `main.ts` names the variables. */
export interface Settings extends Composition.Outlets {
  readonly port: number
  readonly host: string
  readonly tokenSecret: Redacted.Redacted<string>
  readonly brokerUrl: Redacted.Redacted<string>
  readonly eventsName: string
}

/** What only the service has where people register and sign in. */
export interface Entrance {
  readonly adminPassword: Redacted.Redacted<string>
  readonly registrationsPerMinute: number
  readonly proxies: number
}

/** Which of the two a service is: what it tells, and what it copies. */
interface Part<G extends Http.Group> {
  readonly tells: Events.Source
  readonly copies: Events.Source
  readonly groups: readonly [G, ...ReadonlyArray<G>]
  readonly registrations?: Http.Options["registrations"]
  /** Opens the first account, where people sign in. */
  readonly accounts?: Layer.Layer<never, never, Access.Access>
}

const worker = (settings: Settings) =>
  Worker.layer().pipe(
    Layer.provide([Conducting.Conducting.layer, Fitting.Fitting.layer, Notifying.Notifying.layer]),
    Layer.provide([ReadingsFiles.layer, Composition.channels(settings)]),
    Layer.provide(Composition.runner(settings))
  )

const ready = (tells: Events.Source) =>
  Layer.effectDiscard(
    HttpServer.HttpServer.use(({ address }) =>
      Console.log(
        `The service of ${tells} listens on port ${"port" in address ? address.port : "none"}`
      )
    )
  )

const service = <const G extends Http.Group>(
  settings: Settings,
  { tells, copies, groups, registrations, accounts = Layer.empty }: Part<G>
) => {
  const broker = { url: settings.brokerUrl, name: settings.eventsName }
  const http = Http.layer({
    tokens: { secret: settings.tokenSecret },
    ...(registrations === undefined ? {} : { registrations }),
    server: { port: settings.port, host: settings.host },
    groups
  })
  return ready(tells).pipe(
    Layer.provideMerge(http),
    Layer.provideMerge(
      Layer.mergeAll(
        accounts,
        worker(settings),
        RabbitEvents.layerSource({ ...broker, source: tells }),
        RabbitEvents.layerCopy({ ...broker, source: copies })
      )
    ),
    Layer.provide(copies === "measurements" ? CopyAge.layer(copies) : Layer.empty),
    Layer.provideMerge(
      Layer.mergeAll(Workflows.layer, Copying.Copying.layer, Publishing.Publishing.layer)
    ),
    Layer.provide(RabbitEvents.layerOutlet(broker)),
    Layer.provide(Composition.store({ ...settings, events: tells })),
    Layer.provide(Composition.database(settings)),
    Layer.provide([PasswordHash.layerNode, SecureRandom.layerWebCrypto])
  )
}

/** Patients, those who sign in, and each patient's newest measurements from the copy. */
export const patients = (settings: Settings & Entrance) => {
  const { adminPassword: password, registrationsPerMinute: limit, proxies } = settings
  const admin = { user: "admin", password, roles: ["admin"] } as const
  return service(settings, {
    tells: "patients",
    copies: "measurements",
    groups: [
      "tokens",
      "users",
      "compatToken",
      "patients",
      "registrations",
      "compatPatients",
      "latestMeasurements",
      "copies",
      "jobs",
      "operations"
    ],
    registrations: { limit, proxies },
    accounts: Layer.effectDiscard(Access.Access.use((access) => access.openFirst(admin)))
  })
}

/** Measurements and what follows from them; ECGs and sensors. */
export const measurements = (settings: Settings) =>
  service(settings, {
    tells: "measurements",
    copies: "patients",
    groups: [
      "measurements",
      "compatMeasurements",
      "assessments",
      "risks",
      "scores",
      "ecgs",
      "sensors",
      "uploads",
      "campaigns",
      "copies",
      "jobs",
      "operations"
    ]
  })
