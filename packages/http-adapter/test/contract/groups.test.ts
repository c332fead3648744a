import * as Admission from "@bedside/core/Admission"
import * as Events from "@bedside/core/Events"
import * as Memory from "@bedside/core/Memory"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Api, Apart } from "../../src/Api.ts"
import * as Http from "../../src/Http.ts"
import * as Server from "./server.ts"

interface Endpoint {
  readonly group: string
  readonly method: string
  readonly path: string
}

const endpointsOf = <Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<"bedside", Groups>
): ReadonlyArray<Endpoint> => {
  const found: Array<Endpoint> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      found.push({ group: group.identifier, method: endpoint.method, path: endpoint.path })
    }
  })
  return found
}

const endpoints = [...endpointsOf(Api), ...endpointsOf(Apart)]

const names = [...new Set(endpoints.map(({ group }) => group))] as ReadonlyArray<Http.Group>

const described = ({ body }: Server.Answer): ReadonlyArray<string> =>
  Object.entries<object>(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  )

const expected = (groups: ReadonlyArray<string>): ReadonlyArray<string> =>
  endpoints
    .filter(({ group }) => groups.includes(group))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)

const ada = { givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10" }

describe("a group of routes", () => {
  for (const name of names) {
    it.live(`is served and described alone: ${name}`, () =>
      Effect.gen(function* () {
        const { anonymous } = yield* Server.serve({ groups: [name] })
        const description = yield* anonymous.get("/openapi.json")
        expect(described(description).toSorted()).toEqual(expected([name]).toSorted())
        expect((yield* anonymous.get("/docs")).status).toBe(200)
        const of = (own: boolean) => endpoints.filter(({ group }) => (group === name) === own)
        for (const { method, path } of of(true)) {
          const { status } = yield* anonymous.send(method, path.replaceAll(/:\w+/g, Server.absent))
          expect([method, path, status]).not.toEqual([method, path, 405])
        }
        const others = of(false).filter(({ method }) => method === "PATCH" || method === "DELETE")
        for (const { method, path } of others) {
          const { status } = yield* anonymous.send(method, path.replaceAll(/:\w+/g, Server.absent))
          const taken = of(true).some((it) => it.method === method && it.path === path)
          if (!taken) expect([404, 405]).toContain(status)
        }
      })
    )
  }

  it.live("brings its documentation page, and no other group's", () =>
    Effect.gen(function* () {
      const pages = ["/api/v1/patient/docs", "/api/v1/measures/docs", "/strips", "/docs"]
      const shown = (groups: readonly [Http.Group, ...ReadonlyArray<Http.Group>]) =>
        Effect.gen(function* () {
          const { anonymous } = yield* Server.serve({ groups })
          return yield* Effect.forEach(pages, (page) =>
            Effect.map(anonymous.get(page), ({ status }) => status)
          )
        })
      expect(yield* shown(["compatPatients", "tokens"])).toEqual([200, 404, 404, 200])
      expect(yield* shown(["measurements", "jobs"])).toEqual([404, 200, 404, 200])
      expect(yield* shown(["ecgs"])).toEqual([404, 404, 200, 200])
    })
  )

  it("asks for no workflow that it does not call", async () => {
    const secret = Redacted.make("a secret of at least thirty-two bytes")
    const workflows = Admission.Admission.layer.pipe(
      Layer.provideMerge(Memory.layer),
      Layer.provide(SecureRandom.layerWebCrypto)
    )
    const { handler, dispose } = HttpRouter.toWebHandler(
      Http.routes({ tokens: { secret }, groups: ["patients"] }).pipe(
        Layer.provide(workflows),
        Layer.provideMerge(NodeHttpServer.layerHttpServices)
      ),
      { disableLogger: true }
    )
    const answer = await handler(new Request("http://localhost/api/v1/patients"))
    expect(answer.status).toBe(401)
    await dispose()
  })

  it.live("of another service's measurements stands in for the group that takes them in", () =>
    Effect.gen(function* () {
      const { as } = yield* Server.serve({ groups: ["patients", "latestMeasurements"] })
      const clinician = yield* as("clinician")
      const { body } = yield* clinician.post("/api/v1/patients", ada)
      const path = `/api/v1/patients/${body.id}/measurements/latest`
      const latest = yield* clinician.get(path)
      expect([latest.status, latest.body, latest.headers.get("age")]).toEqual([200, [], null])
      expect((yield* clinician.get(`/api/v1/patients/${body.id}/measurements`)).status).toBe(404)
      expect((yield* (yield* as("device")).get(path)).status).toBe(403)
    })
  )
})

describe("the age of a copy", () => {
  const pages = (id: string) => [
    `/api/v1/patient/${id}`,
    `/api/v1/patients/${id}/measurements/latest`
  ]

  const agesOf = Effect.fnUntraced(function* (
    copyAge?: (id: Patient.PatientId) => Effect.Effect<Duration.Duration | undefined>
  ) {
    const { as } = yield* Server.serve(copyAge === undefined ? {} : { copyAge })
    const clinician = yield* as("clinician")
    const { body } = yield* clinician.post("/api/v1/patients", ada)
    return yield* Effect.forEach([...pages(body.id), ...pages(Server.absent)], (page) =>
      Effect.map(clinician.get(page), ({ status, headers }) => [status, headers.get("age")])
    )
  })

  it.live("is in the header of a page, in whole seconds, and not of one that is not there", () =>
    Effect.gen(function* () {
      expect(yield* agesOf(() => Effect.succeed(Duration.millis(12_345)))).toEqual([
        [200, "13"],
        [200, "13"],
        [404, null],
        [404, null]
      ])
    })
  )

  it.live("is no header where nothing is a copy, or nothing was heard yet", () =>
    Effect.gen(function* () {
      const without = [
        [200, null],
        [200, null],
        [404, null],
        [404, null]
      ]
      expect(yield* agesOf()).toEqual(without)
      expect(yield* agesOf(() => Effect.succeed(undefined))).toEqual(without)
    })
  )

  it.live("is described", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      const { body } = yield* anonymous.get("/openapi.json")
      for (const path of ["/api/v1/patient/{id}", "/api/v1/patients/{id}/measurements/latest"]) {
        expect(body.paths[path].get.responses["200"].headers.Age.schema).toEqual({
          type: "integer",
          minimum: 0
        })
      }
    })
  )
})

describe("the copies of other services", () => {
  const events = (id: string) => [
    {
      _tag: "unfit" as const,
      envelope: {
        id: Events.EventId.make(id),
        patientId: Patient.PatientId.make(id),
        source: "measurements" as const,
        sequence: 1,
        at: DateTime.makeUnsafe("2026-03-01T10:00:00Z"),
        type: "measurement.forecast",
        version: 7
      },
      reason: "unknown" as const,
      content: { data: "Ada Byron" }
    }
  ]

  it.live("are for administrators: what was parked is shown, and not what it says", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Memory.layer)
      const store = Layer.succeedContext(context)
      const { as } = yield* Server.serve({ groups: ["copies"], store })
      const heard = Ports.Copies.use((copies) => copies.hear(events(Server.absent)))
      yield* Effect.provideContext(heard, context)
      const admin = yield* as("admin")
      const { status, body, text } = yield* admin.get("/api/v1/copies/parked")
      expect([status, text.includes("Byron")]).toEqual([200, false])
      expect(body).toMatchObject({
        items: [{ type: "measurement.forecast", version: 7, sequence: 1, reason: "unknown" }],
        next: null
      })
      for (const [role, expected] of [
        ["clinician", 403],
        ["device", 403]
      ] as const) {
        const caller = yield* as(role)
        for (const path of ["/api/v1/copies", "/api/v1/copies/parked"]) {
          expect((yield* caller.get(path)).status).toBe(expected)
        }
        expect((yield* caller.post("/api/v1/copies/patients/rebuild")).status).toBe(expected)
      }
    })
  )

  it.live("are rebuilt on command, and nothing else is one", () =>
    Effect.gen(function* () {
      const { as } = yield* Server.serve({ groups: ["copies"] })
      const admin = yield* as("admin")
      expect((yield* admin.get("/api/v1/copies")).body).toEqual([])
      const begun = yield* admin.post("/api/v1/copies/measurements/rebuild")
      expect([begun.status, begun.body]).toEqual([
        202,
        { source: "measurements", rebuilding: true }
      ])
      expect((yield* admin.get("/api/v1/copies")).body).toMatchObject([
        { source: "measurements", rebuilding: true, heardAt: null, parked: 0 }
      ])
      expect((yield* admin.post("/api/v1/copies/ecgs/rebuild")).status).toBe(404)
    })
  )
})
