import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { contract, contractApart } from "../../../../test/contract/index.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Ward from "./ward.ts"

contract("Memory", Memory.layer)

describe("Memory.layer", () => {
  it.effect("is a store of its own each time it is built", () =>
    Effect.gen(function* () {
      const admitted = Effect.andThen(
        Ward.admit(),
        Ports.Patients.use((patients) => patients.list({ limit: 10 }))
      )
      expect(yield* Ward.on(admitted)).toHaveLength(1)
      expect(yield* Ward.on(admitted)).toHaveLength(1)
    })
  )

  it.effect("pauses longer after each failure, and gives a job up after the tenth", () =>
    Ward.on(
      Effect.gen(function* () {
        const queue = yield* Ports.JobQueue
        const { id } = yield* Ward.admit()
        yield* Ports.Measurements.use((measurements) =>
          measurements.record({
            patientId: id,
            drafts: [Ward.draft],
            receivedAt: Ward.noon,
            jobs: [{ _tag: "assess-patient", patientId: id, batch: "only" }]
          })
        )
        const seconds: Array<number> = []
        for (let attempt = 1; attempt <= 10; attempt++) {
          const taker = yield* Effect.forkChild(
            Effect.flip(queue.take((_, { attempts }) => Effect.fail(attempts)))
          )
          let waited = 0
          yield* TestClock.adjust(0)
          while (taker.pollUnsafe() === undefined) {
            waited += 1
            yield* TestClock.adjust("1 second")
          }
          seconds.push(waited)
          expect(yield* Fiber.join(taker)).toBe(attempt)
        }
        expect(seconds).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256])
        const [job] = yield* queue.list({}, { limit: 10 })
        expect(job).toMatchObject({ state: "failed", attempts: 10, lastFailure: "failure" })
      })
    )
  )
})
contractApart("Memory, apart", Memory.layerOf)
