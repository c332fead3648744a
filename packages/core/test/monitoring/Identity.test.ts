import * as Identity from "@bedside/core/Identity"
import * as Patient from "@bedside/core/Patient"
import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

describe("many ids", () => {
  it.effect("are ascending ids of version 7, as many as were asked for", () =>
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      for (const count of [0, 1, 2, 3, 1_000, 65_536]) {
        const ids = yield* Identity.many<string>(random, count)
        expect(ids).toHaveLength(count)
        expect(ids.filter((id) => !Schema.is(Patient.PatientId)(id))).toEqual([])
        expect(new Set(ids).size).toBe(count)
        expect(ids.toSorted()).toEqual(ids)
      }
    }).pipe(Effect.provide(SecureRandom.layerWebCrypto))
  )

  it.effect("lie between those made before and after them", () =>
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      const before = yield* Identity.next<string>(random)
      const many = yield* Identity.many<string>(random, 100)
      const more = yield* Identity.many<string>(random, 100)
      const after = yield* Identity.next<string>(random)
      const all = [before, ...many, ...more, after]
      expect(all.toSorted()).toEqual(all)
    }).pipe(Effect.provide(SecureRandom.layerWebCrypto))
  )

  it.effect("leave distances between each other that cannot be foreseen", () =>
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      const tails = (yield* Identity.many<string>(random, 1_000)).map((id) =>
        Number.parseInt(id.slice(-8), 16)
      )
      const steps = new Set(tails.map((tail, index) => tail - (tails[index - 1] ?? 0)))
      expect(steps.size).toBeGreaterThan(900)
    }).pipe(Effect.provide(SecureRandom.layerWebCrypto))
  )
})
