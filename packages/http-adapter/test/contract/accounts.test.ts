import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"

const id = expect.stringMatching(/^[0-9a-f-]{36}$/)

describe("POST /api/v1/token", () => {
  it.live("gives a bearer token that opens doors", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { user } = yield* server.as("clinician")
      const answer = yield* server.anonymous.post("/api/v1/token", {
        user: user.toUpperCase(),
        password: "password"
      })
      expect([answer.status, answer.body]).toEqual([
        200,
        { accessToken: expect.any(String), tokenType: "Bearer", expiresIn: 3600 }
      ])
      const caller = server.claiming(`Bearer ${answer.body.accessToken}`)
      expect((yield* caller.get("/api/v1/patients")).status).toBe(200)
    })
  )

  it.live("says the same of a wrong password and of an unknown user", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { user } = yield* server.as("clinician")
      for (const path of ["/api/v1/token", "/token"]) {
        const wrong = yield* server.anonymous.post(path, { user, password: "passw0rd" })
        const unknown = yield* server.anonymous.post(path, { user: "nobody", password: "password" })
        expect([wrong.status, wrong.headers.get("www-authenticate")]).toEqual([
          401,
          'Bearer realm="bedside"'
        ])
        expect(wrong.body).toEqual(unknown.body)
      }
    })
  )

  it.live("names what is missing, and repeats no password", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      for (const path of ["/api/v1/token", "/token"]) {
        const refused = yield* anonymous.post(path, { user: "", password: ["hunter2"] })
        expect([refused.status, Server.problems(refused)]).toEqual([
          422,
          ["user: length", "password: type"]
        ])
        expect(refused.text).not.toContain("hunter2")
      }
    })
  )
})

describe("POST /token", () => {
  it.live("gives the shape of the replaced systems", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { user } = yield* server.as("clinician")
      const answer = yield* server.anonymous.post("/token", { user, password: "password" })
      expect([answer.status, answer.body]).toEqual([
        200,
        { access_token: expect.any(String), token_type: "bearer", expires_in: 3600 }
      ])
    })
  )
})

describe("users", () => {
  it.live("are opened with roles, listed without secrets, and never twice by one name", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const admin = yield* server.as("admin")
      const details = { user: "monitor.7", password: "long enough", roles: ["device", "device"] }
      const opened = yield* admin.post("/api/v1/users", details)
      expect([opened.status, opened.body]).toEqual([
        201,
        { id, user: "monitor.7", roles: ["device"], createdAt: expect.stringMatching(/Z$/) }
      ])
      const again = yield* admin.post("/api/v1/users", { ...details, user: "MONITOR.7" })
      expect([again.status, again.body.code]).toEqual([409, "user-taken"])
      const { body } = yield* admin.get("/api/v1/users?limit=1")
      const rest = yield* admin.get(`/api/v1/users?cursor=${body.next}`)
      expect([...body.items, ...rest.body.items]).toEqual(
        [
          JSON.parse(JSON.stringify({ ...admin.account, createdAt: expect.anything() })),
          opened.body
        ].map((account) => ({ ...account, createdAt: expect.any(String) }))
      )
      const { body: token } = yield* server.anonymous.post("/token", details)
      expect(token.access_token).toEqual(expect.any(String))
    })
  )

  it.live("are refused with every problem, and without the password in the answer", () =>
    Effect.gen(function* () {
      const admin = yield* (yield* Server.serve()).as("admin")
      const refused = yield* admin.post("/api/v1/users", {
        user: "a b",
        password: "s3cret!",
        roles: []
      })
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["user: pattern", "password: length", "roles[0]: missing"]
      ])
      expect(refused.text).not.toContain("s3cret!")
      const role = yield* admin.post("/api/v1/users", {
        user: "ok",
        password: "long enough",
        roles: ["clinician", "root"]
      })
      expect([role.status, Server.problems(role)]).toEqual([422, ["roles[1]: enum"]])
    })
  )

  it.live("change their own password, with the one in force", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const device = yield* server.as("device")
      const change = (currentPassword: string) =>
        device.post("/api/v1/users/me/password", { currentPassword, password: "another one" })
      const wrong = yield* change("not it at all")
      expect([wrong.status, Server.problems(wrong)]).toEqual([422, ["currentPassword: value"]])
      const changed = yield* change("password")
      expect([changed.status, changed.text]).toEqual([204, ""])
      const signIn = (password: string) =>
        Effect.map(
          server.anonymous.post("/api/v1/token", { user: device.user, password }),
          ({ status }) => status
        )
      expect(yield* signIn("password")).toBe(401)
      expect(yield* signIn("another one")).toBe(200)
    })
  )
})

describe("POST /user", () => {
  it.live("opens a clinician's account where no role is named, and knows the old names", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const admin = yield* server.as("admin")
      const plain = yield* admin.post("/user", { user: "ada", password: "x" })
      expect([plain.status, plain.body]).toEqual([201, { id, user: "ada", roles: ["user"] }])
      const both = yield* admin.post("/user", {
        user: "root",
        password: "x",
        roles: ["admin", "user", "admin"]
      })
      expect(both.body).toEqual({ id, user: "root", roles: ["admin", "user"] })
      const { body: accounts } = yield* admin.get("/api/v1/users")
      expect(accounts.items.map(({ roles }: { roles: unknown }) => roles)).toEqual([
        ["admin"],
        ["clinician"],
        ["admin", "clinician"]
      ])
      const { body } = yield* server.anonymous.post("/token", { user: "ada", password: "x" })
      const caller = server.claiming(`Bearer ${body.access_token}`)
      expect((yield* caller.get("/ecg/unknown")).status).toBe(404)
    })
  )

  it.live("refuses a taken name and roles it does not know", () =>
    Effect.gen(function* () {
      const admin = yield* (yield* Server.serve()).as("admin")
      const taken = yield* admin.post("/user", { user: admin.user, password: "x" })
      expect([taken.status, taken.body.code]).toEqual([409, "user-taken"])
      const role = yield* admin.post("/user", { user: "b", password: "x", roles: ["device"] })
      expect([role.status, Server.problems(role)]).toEqual([422, ["roles[0]: enum"]])
    })
  )
})
