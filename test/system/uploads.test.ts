/**
 * A file of many sensors, fitted by a worker that is killed in the middle of it: another goes on, and
 * every model is made once.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Caller from "./caller.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const sensors = 20_000

const mapping = encodeURIComponent('{"sensor":"id","columns":{"temp":"t"}}')

const line = (number: number, value: number) => `pump-${number},${value}\n`

const file = `id,t\n${Array.from({ length: sensors }, (_, number) => line(number, number) + line(number, number + 2)).join("")}`

const send = (caller: Caller.Caller, body: string) =>
  Effect.promise(() =>
    caller.send("POST", `/api/v1/sensors/uploads?mapping=${mapping}`, body, {
      "content-type": "text/csv"
    })
  )

const clinician = Effect.fnUntraced(function* (server: Processes.Server) {
  const admin = yield* server.as("admin")
  const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
  expect((yield* admin.post("/user", nurse)).status).toBe(201)
  return yield* server.as(nurse.user, nurse.password)
})

Postgres.live("an upload survives the worker that fits it, and no model is made twice", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const variables = {
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false",
      BEDSIDE_WORKER: "false",
      BEDSIDE_LEASE_SECONDS: "2"
    }
    const caller = yield* clinician(yield* Processes.server(variables))
    const sent = yield* send(caller, file)
    expect([sent.status, sent.body.size]).toEqual([202, file.length])
    const look = caller.get(`/api/v1/sensors/uploads/${sent.body.id}`)

    const first = yield* Processes.worker(variables)
    const between = yield* Caller.eventually(look, ({ body }) => body.models > 0)
    yield* first.stop("SIGKILL")
    expect(between.body.status).toBe("running")
    expect((yield* look).body.models).toBeLessThan(sensors)

    yield* Processes.worker(variables)
    const done = yield* Caller.eventually(look, ({ body }) => body.status === "completed")
    expect(done.body).toMatchObject({
      models: sensors,
      progress: { bytes: file.length, rows: 2 * sensors, malformed: 0 },
      errors: []
    })
    const models = yield* Postgres.rows(
      url,
      "select count(*)::int as count, max(version) as version, sum(mean)::float8 as sum from bedside_sensor_models"
    )
    expect(models).toEqual([{ count: sensors, version: 1, sum: (sensors * (sensors + 1)) / 2 }])
    expect(yield* Postgres.rows(url, "select from bedside_upload_pieces")).toEqual([])
  })
)

Postgres.live("a file that is cut off on its way leaves nothing behind", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const server = yield* Processes.server({
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false"
    })
    const caller = yield* clinician(server)
    const controller = new AbortController()
    const begun = fetch(`${server.url}/api/v1/sensors/uploads`, {
      method: "POST",
      headers: { "content-type": "text/csv", authorization: caller.authorization ?? "" },
      // A body that never ends.
      body: new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(3_000_000)) }),
      duplex: "half",
      signal: controller.signal
    })
    const uploads = caller.get("/api/v1/sensors/uploads")
    const open = yield* Caller.eventually(uploads, ({ body }) => body.items[0]?.size > 0)
    expect(open.body.items).toMatchObject([{ status: "receiving" }])
    controller.abort()
    yield* Effect.promise(() => begun.catch(() => undefined))
    yield* Caller.eventually(uploads, ({ body }) => body.items.length === 0)
    expect(yield* Postgres.rows(url, "select from bedside_upload_pieces")).toEqual([])
    expect((yield* server.anyone.get("/readyz")).status).toBe(200)
  })
)
