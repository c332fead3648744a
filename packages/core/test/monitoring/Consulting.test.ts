import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Consulting from "../../src/monitoring/Consulting.ts"
import * as Assessor from "../../src/risk/Assessor.ts"

const evidence: Assessor.Evidence = {
  observations: [],
  scores: [{ id: "s1", score: "news2", total: 7, lowerBound: 7, band: "high" }],
  risks: []
}

const opinion: Assessor.Opinion = {
  abstain: false,
  level: "high",
  probability: 0.4,
  evidence: ["s1"],
  reasons: ["scores"],
  remark: ""
}

/** What is concluded of a patient whose rule says medium, with a consultant that answers so. */
const concluded = (
  consult: (evidence: Assessor.Evidence) => Effect.Effect<Assessor.Opinion, Consulting.NotConsulted>
) =>
  Consulting.conclude({ rule: "medium", model: null, evidence }).pipe(
    Effect.provideService(Consulting.Consultant, { model: "careful-1", consult })
  )

const fallback = { level: "medium", from: ["rule"], opinion: null, consultant: "careful-1" }

describe("Consulting.conclude", () => {
  it.effect("takes an opinion that stands, and says whose it is", () =>
    Effect.gen(function* () {
      expect(yield* concluded(() => Effect.succeed(opinion))).toEqual({
        level: "high",
        from: ["opinion"],
        rule: "medium",
        model: null,
        opinion,
        unused: null,
        consultant: "careful-1",
        instructions: Assessor.instructions.version
      })
    })
  )

  it.effect.each(Assessor.Unused.literals)("goes on without one: %s", (reason) =>
    Effect.gen(function* () {
      const failure = new Consulting.NotConsulted({ reason })
      const given = yield* concluded(() => Effect.fail(failure))
      expect(given).toMatchObject({ ...fallback, unused: reason })
    })
  )

  it.effect("goes on when the consultant breaks, at once or later", () =>
    Effect.gen(function* () {
      const broken = yield* concluded(() => Effect.die(new Error("Ada Byron")))
      expect(broken).toMatchObject({ ...fallback, unused: "defect" })
      const thrown = yield* concluded(() => {
        throw new Error("Ada Byron")
      })
      expect(thrown).toMatchObject({ ...fallback, unused: "defect" })
    })
  )

  it.effect("checks an opinion that the consultant did not", () =>
    Effect.gen(function* () {
      const foreign = yield* concluded(() => Effect.succeed({ ...opinion, evidence: ["s2"] }))
      expect(foreign).toMatchObject({ ...fallback, unused: "unknown-evidence" })
      const nonsense = yield* concluded(() => Effect.succeed(JSON.parse("null")))
      expect(nonsense).toMatchObject({ ...fallback, unused: "malformed" })
    })
  )

  it.effect("passes an interruption on", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(concluded(() => Effect.never))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      expect(Exit.hasInterrupts(yield* Fiber.await(fiber))).toBe(true)
    })
  )
})

describe("Consulting.off", () => {
  it.effect("asks nobody", () =>
    Effect.gen(function* () {
      const given = yield* Consulting.conclude({ rule: null, model: "high", evidence })
      expect(given).toMatchObject({
        level: "high",
        from: ["model"],
        unused: "off",
        consultant: null
      })
    }).pipe(Effect.provide(Consulting.off))
  )
})
