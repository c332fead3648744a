/**
 * The two services behind nginx, configured by `deploy/microservices/nginx.conf`. Each is a server that
 * says which one it is and what it was asked.
 *
 * Needs nginx on Linux, as the test of the other configuration does.
 */
// This rule is for test files; here a test is registered where nginx is absent.
/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests */
import { Api, Apart } from "@bedside/http-adapter/Api"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Nginx from "./nginx.ts"

const id = "01890a5d-ac96-774b-bcce-b302099a8057"

/** The groups of the measurement service, as its example has them. */
const ofMeasurements = [
  "measurements",
  "compatMeasurements",
  "assessments",
  "risks",
  "scores",
  "ecgs",
  "sensors",
  "uploads",
  "campaigns"
]

const ofPatients = [
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
]

const pathsOf = <Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<"bedside", Groups>,
  groups: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const paths = new Set<string>()
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      if (groups.includes(group.identifier)) paths.add(endpoint.path.replaceAll(/:\w+/g, id))
    }
  })
  return [...paths]
}

const latest = `/api/v1/patients/${id}/measurements/latest`

const expected = new Map([
  ...[...pathsOf(Api, ofMeasurements), "/api/v1/measures/docs"].map(
    (path) => [path, "measurements"] as const
  ),
  ...[...pathsOf(Api, ofPatients), ...pathsOf(Apart, ofPatients), "/api/v1/patient/docs"].map(
    (path) => [path, "patients"] as const
  ),
  // Both have it, and the patient service answers from its copy.
  [latest, "patients"] as const
])

/** A server that answers with its name and the path that it was asked for. */
const service = (name: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(({ url }, response) => void response.end(`${name} ${url}`))
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return server
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  ).pipe(
    // A server that listens on a port has an address with one.
    Effect.map((server) => ({ server, port: (server.address() as AddressInfo).port }))
  )

const behind = Effect.fnUntraced(function* (binary: string) {
  const patients = yield* service("patients")
  const measurements = yield* service("measurements")
  const { port } = yield* Nginx.proxy(binary, "deploy/microservices/nginx.conf", {
    "patients:3000": patients.port,
    "measurements:3000": measurements.port
  })
  const get = (path: string) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: response.status, text: await response.text() }
    })
  return { get, measurements: measurements.server }
})

const describeProxy = (binary: string) =>
  describe("the services behind nginx", () => {
    it.live("are each asked for the routes of their groups, paths and queries as they are", () =>
      Effect.gen(function* () {
        const { get } = yield* behind(binary)
        expect(expected.size).toBeGreaterThan(60)
        for (const [path, name] of expected) {
          const { text } = yield* get(`${path}?limit=1`)
          expect(text).toBe(`${name} ${path}?limit=1`)
        }
      })
    )

    it.live("have each its own health, jobs and copies, by a name of the measurement service", () =>
      Effect.gen(function* () {
        const { get } = yield* behind(binary)
        for (const path of ["/readyz", "/metrics", "/docs", "/api/v1/copies/parked?limit=1"]) {
          const own = yield* get(`/measurement-service${path}`)
          expect(own.text).toBe(`measurements ${path}`)
        }
        const other = yield* get("/measurement-service/api/v1/users")
        expect(other.text).toBe("patients /measurement-service/api/v1/users")
      })
    )

    it.live("go on without each other: a page is shown while the measurement service is away", () =>
      Effect.gen(function* () {
        const { get, measurements } = yield* behind(binary)
        measurements.closeAllConnections()
        yield* Effect.promise(() => new Promise((closed) => measurements.close(closed)))
        expect((yield* get(`/api/v1/patient/${id}`)).status).toBe(200)
        expect((yield* get(latest)).status).toBe(200)
        const away = yield* get(`/api/v1/patients/${id}/measurements`)
        expect(away.status).toBe(503)
        expect(JSON.parse(away.text)).toMatchObject({ type: "urn:bedside:problem:unavailable" })
      })
    )
  })

if (Nginx.binary !== undefined) {
  describeProxy(Nginx.binary)
} else if (process.env["BEDSIDE_STRICT"] === "1") {
  it("the services behind nginx", () => expect.fail(Nginx.advice))
} else {
  process.stderr.write(`SKIPPED the services behind nginx: ${Nginx.advice}\n`)
  it.skip(`the services behind nginx (${Nginx.advice})`, () => {})
}
