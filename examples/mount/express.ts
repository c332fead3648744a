/**
 * Bedside inside an Express application, over the memory of the process.
 *
 *     node --conditions=@bedside/source examples/mount/express.ts
 *
 * Bedside brings its own paths, without a prefix. A route that the host has before the mount wins; a
 * path that Bedside does not have goes on to the host. Bedside reads bodies itself, as streams with
 * bounds of their own, so it stands before every body parser, and says so where it does not.
 */
import * as Access from "@bedside/core/Access"
import * as Conducting from "@bedside/core/Conducting"
import * as Fitting from "@bedside/core/Fitting"
import * as Memory from "@bedside/core/Memory"
import * as Notifying from "@bedside/core/Notifying"
import * as Workflows from "@bedside/core/Workflows"
import * as Http from "@bedside/http-adapter/Http"
import * as PasswordHash from "@bedside/http-adapter/PasswordHash"
import * as WardLog from "@bedside/worker-adapter/WardLog"
import * as Worker from "@bedside/worker-adapter/Worker"
import { getRequestListener } from "@hono/node-server"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import express, { type RequestHandler } from "express"
import { randomBytes } from "node:crypto"

/** The password of the first account. */
export const password = randomBytes(12).toString("base64url")

const account = Layer.effectDiscard(
  Access.Access.use((access) =>
    access.openFirst({
      user: "admin",
      password: Redacted.make(password),
      roles: ["admin", "clinician"]
    })
  )
)

const worker = Worker.layer().pipe(
  Layer.provide([Conducting.Conducting.layer, Fitting.Fitting.layer, Notifying.Notifying.layer]),
  Layer.provide(WorkflowEngine.layerMemory),
  Layer.provide([Fitting.layerCsv, Layer.succeed(Notifying.Channels, [WardLog.channel])])
)

/** Bedside as one function from a request to a response. */
export const bedside = Http.toWebHandler(
  { tokens: { secret: Redacted.make(randomBytes(32).toString("base64url")) } },
  Layer.mergeAll(account, worker).pipe(
    Layer.provideMerge(Workflows.layer),
    Layer.provideMerge(Memory.layer),
    Layer.provide([PasswordHash.layerNode, SecureRandom.layerWebCrypto])
  )
)

/** `request.ip` is who registers, as the `trust proxy` setting of the host has it. */
export const mount: RequestHandler = (request, response, next) => {
  if (!bedside.serves(request.url)) return next()
  if (request.readableDidRead) return next(new Error("Mount Bedside before what reads bodies"))
  const listener = getRequestListener((it) => bedside.handler(it, request.ip), {
    overrideGlobalObjects: false,
    errorHandler: next
  })
  return listener(request, response)
}

/** The application: the middle line is all that Bedside adds. */
export const app = express()
app.get("/greeting", (_, response) => response.json({ greeting: "from the host" }))
app.use(mount)
app.use(express.json())
app.post("/notes", (request, response) => response.status(201).json(request.body))
app.use((_, response) => response.status(404).json({ error: "The host has no such page" }))

if (import.meta.main) {
  const server = app.listen(3000, "127.0.0.1", () => {
    console.log(`http://127.0.0.1:3000/docs, sign in as admin with ${password}`)
  })
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => server.close(() => void bedside.dispose()))
  }
}
