/**
 * How far a copy is behind its source, and what of it is lost, doubled or out of order when the broker
 * is away or the consumer dies.
 *
 *     node --conditions=@bedside/source bench/copy.ts lag|outage|kills [seconds or kills] \
 *       [postgres://user:password@host:port/database] [amqp://user:password@host:port]
 *
 * The two services of `examples/microservices` as processes, each on a database of its own; readings
 * come over HTTP. The broker is reached by a line that this process cuts.
 */
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Connection } from "rabbitmq-client"

const [mode = "lag", amount, database, broker] = process.argv.slice(2)
const postgres = database ?? "postgres://postgres@127.0.0.1:5432/postgres"
const rabbit = broker ?? "amqp://guest:guest@127.0.0.1:5672"
const name = `bedside-bench-${Date.now()}`
const folder = mkdtempSync(join(tmpdir(), "bedside-bench-"))

/** Readings a second, of how many patients; those of one moment come in one request. */
const rate = 200
const patients = 50
const vitals = [
  ["heart-rate", "/min", 60],
  ["respiratory-rate", "/min", 14],
  ["oxygen-saturation", "%", 96],
  ["temperature", "Cel", 36],
  ["systolic-pressure", "mm[Hg]", 120]
] as const

const query = <A extends object>(url: string, statement: string) =>
  Effect.runPromise(
    SqlClient.SqlClient.use((sql) => sql.unsafe<A>(statement)).pipe(
      Effect.provide(Postgres.layer({ url: Redacted.make(url), maxConnections: 1 }))
    )
  )

const withDatabase = (part: string) => {
  const url = new URL(postgres)
  url.pathname = `/${name.replaceAll("-", "_")}_${part}`
  return url.href
}

const databases = { patients: withDatabase("patients"), measurements: withDatabase("measurements") }

type Part = keyof typeof databases

const ports = {
  patients: 21_000 + (process.pid % 4_000),
  measurements: 26_000 + (process.pid % 4_000)
}
const urlOf = (part: Part) => `http://127.0.0.1:${ports[part]}`

/** A way to the broker that can be cut. */
const lineTo = async (url: string) => {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) return void near.destroy()
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket))
    }
    near.pipe(far).pipe(near)
    near.on("close", () => far.destroy())
    far.on("close", () => near.destroy())
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const through = new URL(url)
  // A server that listens on a port has an address with one.
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const set = (to: boolean) => {
    whole = to
    if (!to) for (const socket of sockets) socket.destroy()
  }
  return {
    url: through.href,
    cut: () => set(false),
    mend: () => set(true),
    close: () => {
      set(false)
      server.close()
    }
  }
}

const start = async (part: Part, line: string) => {
  const file = fileURLToPath(new URL(`../examples/microservices/${part}/main.ts`, import.meta.url))
  const child = spawn(
    process.execPath,
    ["--conditions=@bedside/source", "--disable-warning=ExperimentalWarning", file],
    {
      env: {
        PORT: String(ports[part]),
        DATABASE_URL: databases[part],
        BEDSIDE_DATA_DIR: join(folder, part),
        BEDSIDE_TOKEN_SECRET: "a secret of at least thirty-two bytes",
        BEDSIDE_ADMIN_PASSWORD: "a password of the bench",
        BEDSIDE_EVENTS_URL: line,
        BEDSIDE_EVENTS_NAME: name
      },
      stdio: ["ignore", "pipe", "inherit"]
    }
  )
  const lines = createInterface(child.stdout)
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (text) => text.includes("listens") && resolve())
    child.once("exit", () => reject(new Error(`the service of ${part} ended`)))
  })
  return {
    kill: async () => {
      child.kill("SIGKILL")
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
    }
  }
}

const call = async (part: Part, path: string, token: string, body?: unknown) => {
  const response = await fetch(`${urlOf(part)}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
}

const tokenOf = async (user: string, password: string): Promise<string> =>
  (await call("patients", "/api/v1/token", "", { user, password })).body.accessToken

const clinician = async () => {
  const admin = await tokenOf("admin", "a password of the bench")
  const nurse = { user: "nurse", password: "a long night", roles: ["clinician"] }
  await call("patients", "/api/v1/users", admin, nurse)
  return tokenOf(nurse.user, nurse.password)
}

const admit = async (token: string) => {
  const ids: Array<string> = []
  for (let number = 0; number < patients; number++) {
    const ada = { givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" }
    ids.push((await call("patients", "/api/v1/patients", token, ada)).body.id)
  }
  for (const id of ids) {
    const path = `/api/v1/patients/${id}/measurements`
    while ((await call("measurements", path, token)).status !== 200) await setTimeout(20)
  }
  return ids
}

/** Each reading has a time of its own, so none corrects another. */
let seconds = 0

/** Sends readings at the rate until told to stop, and counts the requests that were taken. */
const load = (token: string, ids: ReadonlyArray<string>) => {
  let going = true
  let taken = 0
  let failed = 0
  let sent = 0
  const begun = performance.now()
  const pending = new Set<Promise<void>>()
  const send = async (number: number) => {
    const at = new Date(Date.UTC(2026, 0, 1) + seconds++ * 1_000).toISOString()
    const readings = vitals.map(([vital, unit, value]) => ({
      vital,
      unit,
      value: value + (number % 4),
      observedAt: at
    }))
    const path = `/api/v1/patients/${ids[number % ids.length]}/measurements`
    const answer = await call("measurements", path, token, readings).catch(() => undefined)
    if (answer?.status === 200) taken++
    else failed++
  }
  const run = (async () => {
    while (going) {
      const due = ((performance.now() - begun) / 1_000) * (rate / vitals.length)
      for (; sent < due; sent++) {
        const one = send(sent).finally(() => pending.delete(one))
        pending.add(one)
      }
      await setTimeout(5)
    }
    await Promise.all(pending)
  })()
  return {
    stop: async () => {
      going = false
      await run
      return { taken, failed, seconds: (performance.now() - begun) / 1_000 }
    }
  }
}

const record = `
  select coalesce(md5(string_agg(row::text, e'\\n' order by row.id)), '') as hash, count(*)::int as count
  from (select id, patient_id, vital, number, observed_at, received_at, recorded_at, source, version
    from bedside_measurements) as row`

interface Record {
  readonly hash: string
  readonly count: number
}

/** Waits until the copy is what the source has, and says how long that took. */
const whole = async () => {
  const begun = performance.now()
  for (;;) {
    const [original] = await query<Record>(databases.measurements, record)
    const [copy] = await query<Record>(databases.patients, record)
    if (original !== undefined && original.hash === copy?.hash) {
      return { count: original.count, seconds: (performance.now() - begun) / 1_000 }
    }
    if (performance.now() - begun > 300_000) throw new Error("the copy never became whole")
    await setTimeout(100)
  }
}

const troubles = async () => {
  const [found] = await query<object>(
    databases.patients,
    `select (select count(*)::int from bedside_parked_events) as parked,
       (select count(*)::int from bedside_waiting_events) as waiting,
       (select count(*)::int from bedside_copies where gap_since is not null) as gaps,
       (select sum(sequence)::int from bedside_copies where source = 'measurements') as applied`
  )
  const [told] = await query<object>(
    databases.measurements,
    "select sum(last)::int as told from bedside_streams"
  )
  return { ...told, ...found }
}

/** Has the database of the copy note each row's lag when its transaction commits. */
const watch = async () => {
  for (const statement of [
    "create table bench_lag (ms float8)",
    `create function bench_note() returns trigger language plpgsql as $$ begin
       insert into bench_lag
       values (extract(epoch from clock_timestamp() - new.received_at) * 1000);
       return null; end $$`,
    `create constraint trigger bench_note after insert on bedside_measurements
     deferrable initially deferred for each row execute function bench_note()`
  ]) {
    await query(databases.patients, statement)
  }
}

const lag = async (token: string, ids: ReadonlyArray<string>, duration: number) => {
  await watch()
  const warm = load(token, ids)
  await setTimeout(5_000)
  await warm.stop()
  await whole()
  await query(databases.patients, "truncate bench_lag")
  const loading = load(token, ids)
  await setTimeout(duration * 1_000)
  const { taken, failed, seconds: took } = await loading.stop()
  await whole()
  const [found] = await query<{
    count: number
    p50: number
    p95: number
    p99: number
    most: number
  }>(
    databases.patients,
    `select count(*)::int as count, max(ms) as most,
       percentile_cont(0.5) within group (order by ms) as p50,
       percentile_cont(0.95) within group (order by ms) as p95,
       percentile_cont(0.99) within group (order by ms) as p99
     from bench_lag`
  )
  const [intake] = await query<{ p50: number; p99: number }>(
    databases.measurements,
    `select percentile_cont(0.5) within group (order by ms) as p50,
       percentile_cont(0.99) within group (order by ms) as p99
     from (
       select extract(epoch from at - (data #>> '{measurements,0,receivedAt}')::timestamptz) * 1000 as ms
       from bedside_events
       where type = 'measurement.recorded' order by at desc limit ${Math.ceil(taken)}
     ) as event`
  )
  if (found === undefined || intake === undefined) throw new Error("no lag was noted")
  const { count, p50, p95, p99, most } = found
  const perSecond = ((taken * vitals.length) / took).toFixed(0)
  console.log(`${perSecond} readings/s, ${count} rows, ${failed} requests failed`)
  console.log(
    `from the receipt to the statement that writes the event: p50 ${intake.p50.toFixed(0)} ms, p99 ${intake.p99.toFixed(0)} ms`
  )
  console.log(
    Object.entries({ p50, p95, p99, most })
      .map(([share, ms]) => `${share} ${ms.toFixed(0)} ms`)
      .join(", ")
  )
}

const outage = async (
  token: string,
  ids: ReadonlyArray<string>,
  line: Awaited<ReturnType<typeof lineTo>>,
  duration: number
) => {
  const loading = load(token, ids)
  await setTimeout(5_000)
  line.cut()
  await setTimeout(duration * 1_000)
  line.mend()
  await setTimeout(5_000)
  const { taken } = await loading.stop()
  const { count, seconds: after } = await whole()
  console.log(
    `broker away for ${duration} s: ${taken} requests taken, ${count} readings on both sides, whole ${after.toFixed(1)} s after the last`,
    await troubles()
  )
}

const kills = async (token: string, ids: ReadonlyArray<string>, line: string, times: number) => {
  let service = await start("patients", line)
  const loading = load(token, ids)
  for (let kill = 0; kill < times; kill++) {
    await setTimeout(1_000 + Math.random() * 1_000)
    await service.kill()
    service = await start("patients", line)
  }
  const { taken } = await loading.stop()
  const { count, seconds: after } = await whole()
  console.log(
    `consumer killed ${times} times: ${taken} requests taken, ${count} readings on both sides, whole ${after.toFixed(1)} s after the last`,
    await troubles()
  )
  return service
}

const line = await lineTo(rabbit)
const running: Array<{ readonly kill: () => Promise<void> }> = []
try {
  for (const url of Object.values(databases)) {
    await query(postgres, `create database ${new URL(url).pathname.slice(1)}`)
  }
  let service = await start("patients", line.url)
  running.push({ kill: () => service.kill() }, await start("measurements", line.url))
  const token = await clinician()
  const ids = await admit(token)
  if (mode === "outage") await outage(token, ids, line, Number(amount ?? 60))
  else if (mode === "kills") {
    await service.kill()
    service = await kills(token, ids, line.url, Number(amount ?? 20))
  } else await lag(token, ids, Number(amount ?? 60))
} finally {
  for (const { kill } of running) await kill()
  line.close()
  rmSync(folder, { recursive: true, force: true })
  for (const url of Object.values(databases)) {
    await query(postgres, `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`)
  }
  const { events, copy, requests, dead } = RabbitEvents.names(name)
  const connection = new Connection(rabbit)
  await connection.exchangeDelete({ exchange: events })
  for (const part of ["patients", "measurements"] as const) {
    await connection.queueDelete({ queue: copy(part) })
    await connection.queueDelete({ queue: requests(part) })
  }
  await connection.queueDelete({ queue: dead })
  await connection.close()
}
