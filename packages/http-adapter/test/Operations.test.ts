import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Trial from "./trial.ts"

describe("Operations", () => {
  it.live("says that the process lives while what it needs is gone", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve({ ready: Effect.fail("no database") })
      const answer = yield* fetch("/livez")
      expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}'])
    })
  )

  it.live("says whether it is ready, and not why it is not", () =>
    Effect.gen(function* () {
      const ready = yield* Trial.serve()
      const answer = yield* ready.fetch("/readyz")
      expect([answer.status, answer.text]).toEqual([200, '{"status":"ready"}'])
      for (const check of [Effect.fail("password of Ada"), Effect.die(new Error("Ada"))]) {
        const { fetch } = yield* Trial.serve({ ready: check })
        const refused = yield* fetch("/readyz")
        expect(refused.status).toBe(503)
        expect(refused.headers.get("retry-after")).toBe("5")
        expect(JSON.parse(refused.text)).toEqual({
          type: "urn:bedside:problem:unavailable",
          status: 503,
          title: "The service is not ready",
          retryAfter: 5
        })
      }
    })
  )

  it.live("shows measurements by route and status to administrators, without ids", () =>
    Effect.gen(function* () {
      const { fetch, token } = yield* Trial.serve()
      const headers = { authorization: yield* token("admin") }
      yield* fetch("/api/v1/beds/01890a5d-ac96-774b-bcce-b302099a8057?name=Ada", { headers })
      yield* fetch("/nowhere/of/Ada")
      expect((yield* fetch("/metrics")).status).toBe(401)
      const answer = yield* fetch("/metrics", { headers })
      expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
      const count = (route: string, status: number) =>
        answer.text
          .split("\n")
          .find(
            (line) =>
              line.startsWith("http_request_duration_seconds_count") &&
              line.includes(`route="${route}"`) &&
              line.includes(`status="${status}"`)
          )
      expect(count("/api/v1/beds/:id", 403)).toMatch(/ \d+$/)
      expect(count("unmatched", 404)).toMatch(/ \d+$/)
      expect(answer.text).not.toContain("01890a5d")
      expect(answer.text).not.toContain("Ada")
    })
  )
})
