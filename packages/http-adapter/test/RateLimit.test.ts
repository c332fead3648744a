import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RateLimit from "../src/RateLimit.ts"
import * as Trial from "./trial.ts"

describe("RateLimit", () => {
  it("takes the peer for the place, whatever a client writes into X-Forwarded-For", () => {
    expect(RateLimit.place("10.0.0.1", "1.1.1.1", 0)).toBe("10.0.0.1/32")
    expect(RateLimit.place("::ffff:10.0.0.1", undefined, 0)).toBe("10.0.0.1/32")
    expect(RateLimit.place(undefined, "1.1.1.1", 0)).toBe("unknown")
  })

  it("believes as many hops as there are trusted proxies, from the right", () => {
    const header = "6.6.6.6, 1.2.3.4, 10.0.0.2"
    expect(RateLimit.place("10.0.0.1", header, 1)).toBe("10.0.0.2/32")
    expect(RateLimit.place("10.0.0.1", header, 2)).toBe("1.2.3.4/32")
    expect(RateLimit.place("10.0.0.1", "1.2.3.4", 2)).toBe("1.2.3.4/32")
    expect(RateLimit.place("10.0.0.1", undefined, 2)).toBe("10.0.0.1/32")
    expect(RateLimit.place("10.0.0.1", "", 1)).toBe("unknown")
  })

  it("takes an IPv6 network of 64 bits for one place", () => {
    expect(RateLimit.place("2001:db8:0:1:aaaa::1", undefined, 0)).toBe(
      RateLimit.place("2001:db8:0:1:bbbb::2", undefined, 0)
    )
  })

  it.live("answers 429 with Retry-After beyond the limit, per place", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve({ rate: { limit: 2, window: "1 hour", proxies: 1 } })
      const post = (from: string) =>
        fetch("/registrations", {
          method: "POST",
          body: new FormData(),
          headers: { "x-forwarded-for": `6.6.6.6, ${from}` }
        })
      expect((yield* post("1.1.1.1")).status).toBe(422)
      expect((yield* post("1.1.1.1")).status).toBe(422)
      const refused = yield* post("1.1.1.1")
      expect(refused.status).toBe(429)
      expect(refused.headers.get("content-type")).toBe("application/problem+json")
      const { retryAfter, ...rest } = JSON.parse(refused.text)
      expect(refused.headers.get("retry-after")).toBe(String(retryAfter))
      expect(retryAfter).toBeGreaterThan(0)
      expect(rest).toEqual({
        type: "urn:bedside:problem:too-many-requests",
        status: 429,
        title: "Too many requests"
      })
      expect((yield* post("2.2.2.2")).status).toBe(422)
    })
  )

  it.live("does not believe X-Forwarded-For without trusted proxies", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve({ rate: { limit: 1, window: "1 hour" } })
      const post = (from: string) =>
        fetch("/registrations", {
          method: "POST",
          body: new FormData(),
          headers: { "x-forwarded-for": from }
        })
      expect((yield* post("1.1.1.1")).status).toBe(422)
      expect((yield* post("2.2.2.2")).status).toBe(429)
    })
  )
})
