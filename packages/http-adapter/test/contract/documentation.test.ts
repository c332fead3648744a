import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../../src/Api.ts"
import * as Server from "./server.ts"

interface Operation {
  readonly summary?: string
  readonly deprecated?: boolean
  readonly security: ReadonlyArray<object>
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
  readonly requestBody?: { readonly content: object }
}

const document = Effect.gen(function* () {
  const { anonymous } = yield* Server.serve()
  const { body } = yield* anonymous.get("/openapi.json")
  const operation = (method: string, path: string): Operation =>
    body.paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]
  return { body, operation }
})

const endpoints = (() => {
  const found: Array<{
    readonly name: string
    readonly group: string
    readonly method: string
    readonly path: string
    readonly middlewares: ReadonlyArray<string>
    readonly hasBody: boolean
  }> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      found.push({
        name: `${group.identifier}.${endpoint.identifier}`,
        group: group.identifier,
        method: endpoint.method,
        path: endpoint.path,
        middlewares: [...endpoint.middlewares].map(({ key }) => key),
        hasBody: endpoint.payload.size > 0
      })
    }
  })
  return found
})()

/** What one caller may do so much of, and no more. */
const bounded = ["registrations.register", "sensors.alerts"]

describe("/openapi.json", () => {
  it.live(
    "describes the signal of a lead as integers of 32 bits, though it is read in one pass",
    () =>
      Effect.gen(function* () {
        const { body } = yield* document
        expect(body.components.schemas.Lead.properties.signal).toEqual({
          type: "array",
          items: { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 }
        })
      })
  )

  it.live("is OpenAPI 3.1 of every endpoint, each with a summary, the old ones deprecated", () =>
    Effect.gen(function* () {
      const { body, operation } = yield* document
      expect(body.openapi).toBe("3.1.0")
      expect(body.info).toMatchObject({ title: "Bedside", version: "0.1.0" })
      for (const { name, group, method, path } of endpoints) {
        const { summary, deprecated = false } = operation(method, path)
        expect([name, summary === undefined, deprecated]).toEqual([
          name,
          false,
          group.startsWith("compat")
        ])
      }
      expect(
        body.tags.filter(({ description }: { description?: string }) => description === undefined)
      ).toEqual([])
    })
  )

  it.live("names the problems an operation can have, and no other", () =>
    Effect.gen(function* () {
      const { operation } = yield* document
      for (const { name, method, path, middlewares, hasBody } of endpoints) {
        const { responses, security } = operation(method, path)
        const has = (...statuses: ReadonlyArray<string>) => statuses.map((it) => it in responses)
        const guarded = middlewares.some((key) => key.endsWith("Bearer"))
        expect([name, ...has("500")]).toEqual([name, true])
        expect([name, ...has("400", "413", "415")]).toEqual([name, hasBody, hasBody, hasBody])
        if (hasBody) expect([name, ...has("422")]).toEqual([name, true])
        expect([name, ...has("403")]).toEqual([name, guarded])
        if (guarded) expect([name, ...has("401")]).toEqual([name, true])
        if (path.includes("/:")) expect([name, ...has("404")]).toEqual([name, true])
        expect([name, ...has("429")]).toEqual([name, bounded.includes(name)])
        expect([name, ...has("428")]).toEqual([name, method === "PATCH"])
        expect([name, security.length > 0]).toEqual([name, guarded])
        for (const [status, { content = {} }] of Object.entries(responses)) {
          if (Number(status) < 400) continue
          // What is wrong with a bundle, FHIR says in a form of its own.
          const own = name === "fhir.importBundle" && ["400", "422"].includes(status)
          expect([name, status, Object.keys(content).toSorted()]).toEqual([
            name,
            status,
            [...(own ? ["application/fhir+json"] : []), "application/problem+json"]
          ])
        }
      }
      expect(Object.keys(operation("GET", "/livez").responses)).toEqual(["200", "500"])
      expect(operation("POST", "/api/v1/registrations").security).toEqual([{}, { bearer: [] }])
    })
  )

  it.live("gives each schema one name, and every reference one that is there", () =>
    Effect.gen(function* () {
      const { body } = yield* document
      const names = Object.keys(body.components.schemas)
      expect(names.filter((name) => /_\d+$/.test(name))).toEqual([])
      expect(names).toContain("NotFound")
      const references = JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)
      const dangling = [...references]
        .map(([, name]) => name ?? "")
        .filter((name) => !names.includes(name))
      expect(dangling).toEqual([])
    })
  )

  it.live("describes what is sent: forms with files, rows, patches under both types", () =>
    Effect.gen(function* () {
      const { body, operation } = yield* document
      const { schemas } = body.components
      const content = (method: string, path: string) =>
        Object.keys(operation(method, path).requestBody?.content ?? {})
      expect(content("POST", "/api/v1/registrations")).toEqual(["multipart/form-data"])
      expect(schemas.RegistrationForm.required).toEqual([
        "givenName",
        "familyName",
        "email",
        "phoneCountryCode",
        "phoneNumber",
        "photo"
      ])
      expect(schemas.RegistrationForm.properties.photo).toEqual({
        type: "string",
        format: "binary"
      })
      expect(content("POST", "/api/v1/patients/import")).toEqual(["text/csv"])
      for (const path of ["/api/v1/patients/:id", "/api/v1/measurements/:id"]) {
        expect(content("PATCH", path)).toEqual(["application/json", "application/merge-patch+json"])
      }
      expect(schemas.Reading.properties.observedAt).toMatchObject({ format: "date-time" })
      const { parameters } = body.paths["/api/v1/patients"].get
      expect(parameters.map(({ name }: { name: string }) => name)).toEqual(["limit", "cursor"])
    })
  )
})

describe("the documentation pages", () => {
  const shown = (html: string): ReadonlyArray<string> =>
    Object.keys(
      JSON.parse(/<script id="swagger-spec"[^>]*>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "").paths
    )

  it.live("load nothing from anywhere, and show their part of the API", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      for (const [path, inside, outside] of [
        ["/docs", "/readyz", "/nowhere"],
        ["/api/v1/patient/docs", "/api/v1/patient/list", "/api/v1/measurements/list"],
        ["/api/v1/measures/docs", "/api/v1/measurements/list", "/api/v1/patient/list"]
      ] as const) {
        const { status, headers, text } = yield* anonymous.get(path)
        expect([status, headers.get("content-type")]).toEqual([200, "text/html"])
        const markup = text.replaceAll(
          /(<(script|style)\b[^>]*>)[\s\S]*?<\/\2>/g,
          (_, tag: string) => tag
        )
        expect(markup).not.toMatch(/\b(?:src|href|action|data)\s*=|https?:/i)
        const policy = headers.get("content-security-policy") ?? ""
        expect(policy).toContain("default-src 'none'")
        expect(policy).not.toMatch(/https?:|\*/)
        expect(shown(text)).toContain(inside)
        expect(shown(text)).not.toContain(outside)
      }
    })
  )
})
