/**
 * The server as one layer: store, workflows, worker, routes, the first accounts and the welcome.
 *
 * Nothing listens before the database is migrated and the ward is loaded, so whoever reaches the
 * server finds it ready.
 */
import * as Access from "@bedside/core/Access"
import * as Fitting from "@bedside/core/Fitting"
import * as Notifying from "@bedside/core/Notifying"
import * as Workflows from "@bedside/core/Workflows"
import * as Http from "@bedside/http-adapter/Http"
import * as PasswordHash from "@bedside/http-adapter/PasswordHash"
import * as ReadingsFiles from "@bedside/worker-adapter/ReadingsFiles"
import * as Worker from "@bedside/worker-adapter/Worker"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Composition from "./Composition.ts"
import * as Secrets from "./Secrets.ts"
import * as Ward from "./Ward.ts"
import * as Welcome from "./Welcome.ts"

/** What the environment says; `main.ts` names the variables. */
export interface Settings extends Composition.Place, Composition.Carrier, Composition.Advice {
  readonly port: number
  readonly host: string
  readonly adminPassword: Option.Option<Redacted.Redacted<string>>
  readonly tokenSecret: Option.Option<Redacted.Redacted<string>>
  readonly smtpUrl: Option.Option<Redacted.Redacted<string>>
  readonly publicUrl: Option.Option<URL>
  readonly registrationsPerMinute: number
  readonly proxies: number
  readonly demonstration: boolean
  readonly worker: boolean
}

const accounts = (settings: Settings, secrets: Secrets.Secrets) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const access = yield* Access.Access
      yield* access.openFirst({ user: "admin", password: secrets.adminPassword, roles: ["admin"] })
      if (settings.demonstration) yield* Ward.load(secrets)
    })
  )

/** As many jobs at once as are right beside the requests. */
const slots = 4

const worker = (settings: Settings) => {
  const publicUrl = Option.getOrElse(
    settings.publicUrl,
    () => new URL(`http://localhost:${settings.port}`)
  )
  return Worker.layer({ concurrency: slots }).pipe(
    Layer.provide(Composition.queue(settings, slots)),
    Layer.provide([Fitting.Fitting.layer, Notifying.Notifying.layer]),
    Layer.provide([ReadingsFiles.layer, Composition.channels({ ...settings, publicUrl })])
  )
}

const welcome = (settings: Settings, secrets: Secrets.Secrets) =>
  Layer.effectDiscard(
    HttpServer.HttpServer.use(({ address }) => Welcome.print(address, settings, secrets))
  )

/** Everything, ready to launch. */
export const layer = (settings: Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const secrets = yield* Secrets.load(settings.dataDirectory, settings)
      const http = Http.layer({
        tokens: { secret: secrets.tokenSecret },
        registrations: { limit: settings.registrationsPerMinute, proxies: settings.proxies },
        server: { port: settings.port, host: settings.host }
      })
      return welcome(settings, secrets).pipe(
        Layer.provideMerge(http),
        Layer.provideMerge(settings.worker ? worker(settings) : Layer.empty),
        Layer.provideMerge(accounts(settings, secrets)),
        Layer.provideMerge(Workflows.layer),
        Layer.provide(Composition.consultant(settings)),
        Layer.provide(Composition.store(settings)),
        Layer.provide(PasswordHash.layerNode)
      )
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
