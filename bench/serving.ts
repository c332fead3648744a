/**
 * What it costs to have a value judged by the model of its sensor: over HTTP one by one and in batches,
 * and in the same process; and how long an alert takes to whoever listens.
 *
 *     node --conditions=@bedside/source bench/serving.ts [postgres://user:password@host:port/database]
 *
 * The example server runs as a process of its own, on a database of its own. 1,000 sensors are fitted by
 * an upload first, and how long that takes is told too.
 */
import * as Frame from "@bedside/core/Frame"
import * as Sensor from "@bedside/core/Sensor"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const url = new URL(process.argv[2] ?? "postgres://postgres@127.0.0.1:5432/postgres")
const port = 18_400 + Math.floor(Math.random() * 1_000)
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const sensors = Array.from({ length: 1_000 }, (_, number) => `pump-${number}`)
const password = "of the benchmark alone"

const send = (
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {}
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request({ agent, port, method, path, headers }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() })
      )
    })
    sent.on("error", reject)
    sent.end(body)
  })

const json = { "content-type": "application/json" }

const signIn = async (user: string): Promise<Readonly<Record<string, string>>> => {
  const { text } = await send("POST", "/token", JSON.stringify({ user, password }), json)
  return { ...json, authorization: `Bearer ${JSON.parse(text).access_token}` }
}

const until = async <A>(look: () => Promise<A>, holds: (found: A) => boolean): Promise<A> => {
  for (;;) {
    const found = await look()
    if (holds(found)) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** How many times as many values a second as by the first way; the median of seven rounds. */
const rates: Array<readonly [way: string, perSecond: number]> = []

const rate = async (way: string, values: number, work: () => Promise<unknown>): Promise<void> => {
  await work()
  const taken: Array<number> = []
  for (let round = 0; round < 7; round++) taken.push(await seconds(work))
  rates.push([way, values / median(taken)])
}

const readingsOf = (count: number) => ({
  sensorId: Array.from({ length: count }, (_, at) => sensors[at % sensors.length]),
  value: Array.from({ length: count }, (_, at) => (at * 7.31) % 10)
})

const overHttp = async (clinician: Readonly<Record<string, string>>): Promise<void> => {
  const one = (at: number) =>
    send("POST", `/api/v1/sensors/${sensors[at % 1_000]}/predict`, '{"value":5.5}', clinician)
  const concurrently = async (count: number, callers: number) => {
    let next = 0
    const call = async () => {
      while (next < count) await one(next++)
    }
    await Promise.all(Array.from({ length: callers }, call))
  }
  await rate("one by one, 1 connection", 1_000, () => concurrently(1_000, 1))
  await rate("one by one, 32 connections", 4_000, () => concurrently(4_000, 32))
  for (const count of [100, 1_000, 10_000, 100_000]) {
    const body = JSON.stringify(readingsOf(count))
    await rate(`batches of ${count}`, count, () =>
      send("POST", "/api/v1/sensors/predict", body, clinician)
    )
  }
}

const inProcess = async (): Promise<void> => {
  const count = 10_000_000
  const weights = Result.getOrThrow(Sensor.fit([10, 5, 6, 9]))
  const values = Float64Array.from({ length: count }, (_, at) => (at * 7.31) % 20)
  let alerts = 0
  await rate("in process, Sensor.predict", count, async () => {
    for (const value of values) if (Sensor.predict(weights, value)) alerts += 1
  })
  const codes = Int32Array.from({ length: count }, (_, at) => Math.floor(at / (count / 1_000)))
  const frame = Result.getOrThrow(Frame.make(sensors, codes, { value: values }))
  const fit = Frame.fit(frame)
  await rate("in process, Frame.predict", count, async () => Frame.predict(frame, fit))
  if (alerts === 0) throw new Error("no value was in alert")
}

/** From a request that finds one alert to the event at the other end, in ms. */
const streamed = async (clinician: Readonly<Record<string, string>>): Promise<void> => {
  const heard: Array<() => void> = []
  const listening = await new Promise<{ readonly close: () => void }>((resolve, reject) => {
    const stream = request(
      { port, path: "/api/v1/sensors/alerts", headers: clinician },
      (answer) => {
        answer.setEncoding("utf8")
        answer.on("data", (text: string) => {
          if (text.includes("event: listening")) resolve({ close: () => stream.destroy() })
          if (text.includes("event: alert")) heard.shift()?.()
        })
        answer.on("error", () => {})
      }
    )
    stream.on("error", reject)
    stream.end()
  })
  const waits: Array<number> = []
  for (let round = 0; round < 520; round++) {
    const start = performance.now()
    const came = new Promise<void>((resolve) => heard.push(resolve))
    await send("POST", "/api/v1/sensors/pump-1/predict", '{"value":1000}', clinician)
    await came
    if (round >= 20) waits.push(performance.now() - start)
  }
  listening.close()
  const at = (share: number) => waits.toSorted((a, b) => a - b)[Math.floor(waits.length * share)]
  console.log(
    `an alert, from request to event: p50 ${at(0.5)?.toFixed(1)} ms, p99 ${at(0.99)?.toFixed(1)} ms`
  )
}

/** Fits a million rows of 1,000 sensors by an upload. */
const upload = async (clinician: Readonly<Record<string, string>>): Promise<void> => {
  const rows = Array.from(
    { length: 1_000_000 },
    (_, at) => `${sensors[at % 1_000]},${(at * 7.31) % 10}`
  )
  const mapping = encodeURIComponent('{"sensor":"id","columns":{"value":"v"}}')
  const taken = await seconds(async () => {
    const { text } = await send(
      "POST",
      `/api/v1/sensors/uploads?mapping=${mapping}`,
      `id,v\n${rows.join("\n")}`,
      { ...clinician, "content-type": "text/csv" }
    )
    const place = `/api/v1/sensors/uploads/${JSON.parse(text).id}`
    const done = await until(
      async () => JSON.parse((await send("GET", place, undefined, clinician)).text),
      ({ status }) => status === "completed" || status === "failed"
    )
    if (done.models !== 1_000) throw new Error(`${done.models} models were made`)
  })
  console.log(`1,000,000 rows of 1,000 sensors, uploaded and fitted: ${taken.toFixed(2)} s`)
}

const measure = async (address: string): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "serving-"))
  const server = spawn(
    process.execPath,
    [
      "--conditions=@bedside/source",
      "--disable-warning=ExperimentalWarning",
      fileURLToPath(new URL("../examples/server/main.ts", import.meta.url))
    ],
    {
      env: {
        PORT: String(port),
        DATABASE_URL: address,
        BEDSIDE_DATA_DIR: directory,
        BEDSIDE_ADMIN_PASSWORD: password,
        BEDSIDE_DEMONSTRATION: "false"
      },
      stdio: ["ignore", "ignore", "inherit"]
    }
  )
  try {
    await until(
      () =>
        send("GET", "/readyz").then(
          ({ status }) => status,
          () => 0
        ),
      (status) => status === 200
    )
    const nurse = JSON.stringify({ user: "nurse", password, roles: ["clinician"] })
    await send("POST", "/api/v1/users", nurse, await signIn("admin"))
    const clinician = await signIn("nurse")
    await upload(clinician)
    await overHttp(clinician)
    await inProcess()
    await streamed(clinician)
    for (const [way, perSecond] of rates) {
      const times = (perSecond / (rates[0]?.[1] ?? NaN)).toFixed(0)
      console.log(
        `${way.padEnd(30)} ${Math.round(perSecond).toLocaleString("en").padStart(14)}/s ${times.padStart(9)} times`
      )
    }
  } finally {
    server.kill("SIGKILL")
    agent.destroy()
    rmSync(directory, { recursive: true, force: true })
  }
}

const administer = (statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe(statement)).pipe(
    Effect.provide(Layer.fresh(Postgres.layer({ url: Redacted.make(url.href) })))
  )

const database = `bedside_bench_${Date.now()}`
const address = new URL(url)
address.pathname = `/${database}`

await Effect.runPromise(
  Effect.acquireUseRelease(
    administer(`create database ${database}`),
    () => Effect.promise(() => measure(address.href)),
    () => administer(`drop database ${database} with (force)`)
  )
)
