/**
 * Both hosts on a socket: what is theirs stays theirs, and what is Bedside's works as on a server of
 * its own.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { serve } from "@hono/node-server"
import express from "express"
import { Hono } from "hono"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import type { Server } from "node:http"
import { connect } from "node:net"
import * as Express from "./express.ts"
import * as InHono from "./hono.ts"

const photo = readFileSync(new URL("../data/photo.png", import.meta.url))

const portOf = (server: { address: Server["address"] }): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

/** A host that listens; `close` also ends the connections that a client keeps. */
const listening = async (server: Server) => {
  if (!server.listening) await once(server, "listening")
  return {
    port: portOf(server),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
}

const expressHost = (app: express.Express) => listening(app.listen(0, "127.0.0.1"))

// A server of HTTP/1.1, since no other is asked for.
const honoHost = (app: Hono) =>
  listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server)

const hosts = [
  { name: "Express", open: () => expressHost(Express.app), ...Express },
  { name: "Hono", open: () => honoHost(InHono.app), ...InHono }
]

afterAll(() => Promise.all(hosts.map(({ bedside }) => bedside.dispose())))

describe.each(hosts)("Bedside in $name", ({ open, password }) => {
  let host: Awaited<ReturnType<typeof open>>
  let token = ""

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${host.port}${path}`, init)

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers }
    })

  const authorized = (path: string, body: unknown) =>
    post(path, body, { authorization: `Bearer ${token}` })

  const read = async (path: string) =>
    (await ask(path, { headers: { authorization: `Bearer ${token}` } })).json()

  const register = (fields: Record<string, string | Blob>, forwardedFor = "192.0.2.1") => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    const headers = { "x-forwarded-for": forwardedFor }
    return ask("/api/v1/registrations", { method: "POST", body, headers })
  }

  beforeAll(async () => {
    host = await open()
    const answer = await post("/api/v1/token", { user: "admin", password })
    token = JSON.parse(await answer.text()).accessToken
  })

  afterAll(() => host.close())

  it("leaves the host its routes, before the mount and behind it", async () => {
    const before = await ask("/greeting")
    expect([before.status, await before.json()]).toEqual([200, { greeting: "from the host" }])
    const behind = await post("/notes", { text: "milk" })
    expect([behind.status, await behind.json()]).toEqual([201, { text: "milk" }])
  })

  it("leaves the host its 404", async () => {
    const unknown = { error: "The host has no such page" }
    for (const path of ["/", "/nowhere", "/api/v1/nowhere"]) {
      for (const answer of [await ask(path), await post(path, {})]) {
        expect([path, answer.status, await answer.json()]).toEqual([path, 404, unknown])
      }
    }
  })

  it("answers for its own paths, whatever the method", async () => {
    const wrong = await ask("/livez", { method: "DELETE" })
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"])
    expect(wrong.headers.get("content-type")).toBe("application/problem+json")
    const head = await ask("/docs", { method: "HEAD" })
    expect([head.status, await head.text()]).toEqual([200, ""])
    expect((await ask("/readyz")).status).toBe(200)
  })

  it("admits a patient and reads it back", async () => {
    const admitted = await authorized("/api/v1/patients", {
      givenName: "Ada",
      familyName: "Byron",
      birthDate: "1990-12-10"
    })
    expect(admitted.status).toBe(201)
    expect(admitted.headers.get("etag")).toBe('"1"')
    expect(await read(admitted.headers.get("location") ?? "")).toEqual(await admitted.json())
  })

  it("says 422 to a body that is invalid, and 400 to one that is empty or broken", async () => {
    const invalid = await authorized("/api/v1/patients", {})
    expect([invalid.status, JSON.parse(await invalid.text()).errors.length]).toEqual([422, 2])
    for (const body of ["", "{"]) {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      const answer = await ask("/api/v1/patients", { method: "POST", body, headers })
      expect([body, answer.status]).toEqual([body, 400])
    }
  })

  it("takes a registration with its photo", async () => {
    const answer = await register({
      givenName: "José",
      familyName: "O'Brien",
      email: "jose@example.org",
      phoneCountryCode: "+49",
      phoneNumber: "0151 1234 5678",
      photo: new File([photo], "photo.png", { type: "image/png" })
    })
    expect(answer.status).toBe(201)
  })

  it("takes an ECG of five megabytes and has it analysed", async () => {
    const signal = Array.from({ length: 700_000 }, (_, at) => (at % 2 === 0 ? 10_000 : -10_000))
    const ecg = { id: "10", date: "2026-03-01", leads: [{ name: "I", signal }] }
    expect(JSON.stringify(ecg).length).toBeGreaterThan(4.5e6)
    expect((await authorized("/ecg/process", ecg)).status).toBe(202)
    await expect
      .poll(() => read("/ecg/10"), { timeout: 30_000 })
      .toEqual({ id: "10", status: "completed", leads: [{ I: { zero_crossings: 699_999 } }] })
  })

  it("refuses a body beyond its bound, and goes on", async () => {
    const answer = await authorized("/api/v1/patients", { givenName: "x".repeat(17 * 1024 * 1024) })
    expect(answer.status).toBe(413)
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
    expect((await ask("/livez")).status).toBe(200)
  })

  it("goes on when a client leaves in the middle of its body", async () => {
    const socket = connect(host.port, "127.0.0.1")
    socket.write(
      `POST /api/v1/patients HTTP/1.1\r\nhost: bedside\r\nauthorization: Bearer ${token}\r\n` +
        'content-type: application/json\r\ncontent-length: 100000\r\n\r\n{"givenName":'
    )
    await once(socket, "connect")
    socket.destroy()
    await once(socket, "close")
    expect((await ask("/livez")).status).toBe(200)
  })

  it("counts registrations by the socket, whatever X-Forwarded-For says", async () => {
    const statuses = []
    for (let at = 0; at < 101; at++) statuses.push((await register({}, `192.0.2.${at}`)).status)
    expect(statuses.filter((status) => status === 422).length).toBeGreaterThan(90)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe("the mount", () => {
  it("counts registrations by the address that Express trusts its proxy for", async () => {
    const app = express()
    app.set("trust proxy", 1)
    app.use(Express.mount)
    const host = await expressHost(app)
    const register = async (from: string, spoofed: string) => {
      const answer = await fetch(`http://127.0.0.1:${host.port}/api/v1/registrations`, {
        method: "POST",
        body: new FormData(),
        headers: { "x-forwarded-for": `${spoofed}, ${from}` }
      })
      return answer.status
    }
    const statuses = []
    for (let at = 0; at < 101; at++) statuses.push(await register("192.0.2.1", `192.0.2.${at}`))
    expect(new Set(statuses.slice(0, 100))).toEqual(new Set([422]))
    expect(statuses.at(100)).toBe(429)
    expect(await register("192.0.2.2", "192.0.2.1")).toBe(422)
    await host.close()
  })

  it("says so when Express has read the body before it", async () => {
    const app = express()
    app.use(express.json(), Express.mount)
    const failures: Array<unknown> = []
    const remember: express.ErrorRequestHandler = (error, _request, response, _next) => {
      failures.push(error)
      response.sendStatus(500)
    }
    app.use(remember)
    const host = await expressHost(app)
    const answer = await fetch(`http://127.0.0.1:${host.port}/token`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" }
    })
    expect(answer.status).toBe(500)
    expect(failures).toEqual([new Error("Mount Bedside before what reads bodies")])
    await host.close()
  })

  it("says so when Hono has read the body before it", async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.raw.text()
      await next()
    })
    app.use(InHono.mount)
    app.onError((error, c) => c.text(error.message, 500))
    const host = await honoHost(app)
    const answer = await fetch(`http://127.0.0.1:${host.port}/token`, {
      method: "POST",
      body: "{}"
    })
    expect([answer.status, await answer.text()]).toEqual([
      500,
      "Mount Bedside before what reads bodies"
    ])
    await host.close()
  })
})
