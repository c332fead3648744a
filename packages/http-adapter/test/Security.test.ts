import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import * as Gate from "../src/Gate.ts"
import * as Trial from "./trial.ts"

const bed = "/api/v1/beds/01890a5d-ac96-774b-bcce-b302099a8057"

describe("Security", () => {
  it.live("answers 401 with a challenge to no token and to any that is not good", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const good = yield* token("clinician")
      const bad = [undefined, "", "Bearer", "Bearer x", "Basic YTpi", good.slice(0, -3), "x" + good]
      for (const authorization of bad) {
        const answer = yield* fetch(bed, {
          headers: authorization === undefined ? {} : { authorization }
        })
        expect(answer.status).toBe(401)
        expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="bedside"')
        expect(answer.headers.get("content-type")).toBe("application/problem+json")
        expect(JSON.parse(answer.text)).toEqual({
          type: "urn:bedside:problem:unauthorized",
          status: 401,
          title: "A valid bearer token is needed"
        })
      }
    })
  )

  it.live("lets in who has the permission, and tells the handler who it is", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const authorization = yield* token("clinician")
      expect(JSON.parse((yield* fetch(bed, { headers: { authorization } })).text).name).toBe("ada")
      const lower = authorization.replace("Bearer", "bearer")
      expect((yield* fetch(bed, { headers: { authorization: lower } })).status).toBe(200)
    })
  )

  it.live("answers 403 to roles without the permission, and joins those of several roles", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const status = Effect.fnUntraced(function* (
        path: string,
        ...roles: ReadonlyArray<"admin" | "clinician" | "device">
      ) {
        const answer = yield* fetch(path, { headers: { authorization: yield* token(...roles) } })
        return answer.status
      })
      expect(yield* status(bed)).toBe(403)
      expect(yield* status(bed, "admin")).toBe(403)
      expect(yield* status(bed, "device")).toBe(403)
      expect(yield* status(bed, "admin", "clinician")).toBe(200)
      expect(yield* status("/api/v1/beds", "device")).toBe(200)
      expect(yield* status("/api/v1/beds", "admin")).toBe(403)
      expect(yield* status("/metrics", "admin")).toBe(200)
      expect(yield* status("/metrics", "clinician")).toBe(403)
    })
  )

  it.live("looks at the token before it looks at the body", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const post = (authorization: string) =>
        fetch("/api/v1/beds", { method: "POST", headers: { authorization }, body: "{" })
      expect((yield* post("")).status).toBe(401)
      expect((yield* post(yield* token("admin"))).status).toBe(403)
    })
  )

  it.live(
    "lets callers without a token in where that is said, but not one with a wrong token",
    () =>
      Effect.gen(function* () {
        const { fetch, token } = yield* Trial.serve()
        const post = (headers: Record<string, string>) =>
          fetch("/registrations", { method: "POST", body: new FormData(), headers })
        expect((yield* post({})).status).toBe(422)
        expect((yield* post({ authorization: "Bearer x" })).status).toBe(401)
        expect((yield* post({ authorization: "x" })).status).toBe(401)
        expect((yield* post({ authorization: yield* token("device") })).status).toBe(403)
        expect((yield* post({ authorization: yield* token("admin") })).status).toBe(422)
      })
  )
})

describe("Gate", () => {
  const endpoint = HttpApiEndpoint.get("read", "/secrets")
  const faults = (one: HttpApiEndpoint.Constraint) =>
    Gate.faults(HttpApi.make("api").add(HttpApiGroup.make("secrets").add(one)))

  it("finds no fault in the trial's API", () => {
    expect(Gate.faults(Trial.Api)).toEqual([])
  })

  it("finds endpoints that do not say who may use them, whatever the group and API say", () => {
    expect(faults(endpoint)).toEqual(["secrets.read does not say who may use it"])
    const group = HttpApiGroup.make("secrets").add(endpoint).annotate(Gate.Rule, Gate.open)
    expect(Gate.faults(HttpApi.make("api").add(group).annotate(Gate.Rule, Gate.open))).toEqual([
      "secrets.read does not say who may use it"
    ])
  })

  it("finds endpoints whose middleware does not enforce what they say", () => {
    const closed = endpoint.annotate(Gate.Rule, Gate.needs("patients:read"))
    const either = endpoint.annotate(Gate.Rule, Gate.orAnonymous(Gate.needs("patients:read")))
    const open = endpoint.annotate(Gate.Rule, Gate.open)
    expect(faults(closed.middleware(Gate.Bearer))).toEqual([])
    expect(faults(either.middleware(Gate.OptionalBearer))).toEqual([])
    expect(faults(open)).toEqual([])
    const faulty = [
      closed,
      closed.middleware(Gate.OptionalBearer),
      either,
      either.middleware(Gate.Bearer),
      open.middleware(Gate.Bearer),
      open.middleware(Gate.OptionalBearer)
    ]
    for (const one of faulty) expect(faults(one).length).toBe(1)
  })

  it.effect("stops the start of an API with a fault", () =>
    Effect.gen(function* () {
      const api = HttpApi.make("api").add(HttpApiGroup.make("secrets").add(endpoint))
      const started = yield* Effect.exit(Effect.scoped(Layer.build(Gate.verified(api))))
      expect(Exit.isFailure(started) && String(started.cause)).toContain("secrets.read")
    })
  )
})
