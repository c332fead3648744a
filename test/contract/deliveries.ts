import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Given from "./given.ts"

const at = Given.instant("2026-03-01T10:00:00.000Z")

export const deliveries = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Deliveries", () => {
    it.effect("are done once they were told to be, and no others with them", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Deliveries
        const key = `registration:${Given.text()}:mail`
        expect(yield* port.isDone(key)).toBe(false)
        yield* port.done(key, at)
        expect(yield* port.isDone(key)).toBe(true)
        expect(yield* port.isDone(key.toUpperCase())).toBe(false)
        expect(yield* port.isDone(`${key}s`)).toBe(false)
      })
    )

    it.effect("may be told many times, and at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Deliveries
        const key = `assessment:${Given.text()}:sms`
        const results = yield* Given.atOnce(Given.times(10, () => port.done(key, at)))
        expect(Given.successes(results)).toHaveLength(10)
        yield* port.done(key, at)
        expect(yield* port.isDone(key)).toBe(true)
      })
    )
  })

  describe("Readiness", () => {
    it.effect("is there while the store answers", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Readiness
        expect(yield* port.check).toBe(true)
      })
    )
  })
}
