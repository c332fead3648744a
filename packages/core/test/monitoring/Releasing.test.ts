import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Releasing from "../../src/monitoring/Releasing.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Ward from "./ward.ts"

const ada = Ward.actor("admin")
const eve = Ward.actor("admin")

const next = { ...Hypotension.model, version: "1.1.0" }

describe("Releasing", () => {
  it.effect("has who asks for a step as its approver", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        yield* releasing.propose(ada, "hypotension", next, "refitted")
        yield* releasing.shadow(eve, "hypotension", "1.1.0", "to be watched")
        const active = yield* releasing.activate(ada, "hypotension", "1.1.0", "better")
        expect(
          active.steps.map(({ state, approver, reason }) => [state, approver, reason])
        ).toEqual([
          ["candidate", ada.user, "refitted"],
          ["shadow", eve.user, "to be watched"],
          ["active", ada.user, "better"]
        ])
        expect((yield* releasing.list).map(({ task, version }) => `${task} ${version}`)).toEqual([
          "deterioration 1.0.0",
          "hypotension 1.1.0",
          "hypotension 1.0.0"
        ])
      })
    )
  )

  it.effect("tells the active version, now and at a time", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        yield* TestClock.adjust("1 hour")
        yield* releasing.propose(ada, "hypotension", next, "refitted")
        yield* releasing.shadow(ada, "hypotension", "1.1.0", "to be watched")
        yield* releasing.activate(ada, "hypotension", "1.1.0", "better")
        expect((yield* releasing.active("hypotension")).version).toBe("1.1.0")
        expect((yield* releasing.active("hypotension", Ward.noon)).version).toBe("1.0.0")
        yield* releasing.retire(ada, "hypotension", "1.1.0", "not trusted")
        expect(yield* Effect.flip(releasing.active("hypotension"))).toEqual(
          new Ports.NotFound({ what: "risk-model" })
        )
        expect((yield* releasing.rollback(ada, "hypotension", "the one before")).version).toBe(
          "1.0.0"
        )
      })
    )
  )

  it.effect("refuses a model that cannot be asked, with every problem", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        const features = Hypotension.model.definition.features.slice(1)
        const broken = { ...next, definition: { ...next.definition, features } }
        const refused = yield* Effect.flip(
          releasing.propose(ada, "deterioration", broken, "refitted")
        )
        expect(refused).toMatchObject({
          issues: [
            { path: "id", code: "task", expected: "deterioration" },
            { path: "definitionSha256", code: "hash" },
            { path: "predictor.model", code: "features" },
            { path: "reference.features[0].name", code: "feature" }
          ]
        })
        expect(yield* releasing.list).toHaveLength(2)
      })
    )
  )

  it.effect("refuses what the lineage does not allow as a conflict, and what is not there", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        const conflict = (code: Ports.Conflict["code"]) =>
          new Ports.Conflict({ code, path: "version" })
        const { model } = Deterioration
        expect(yield* Effect.flip(releasing.propose(ada, "deterioration", model, "again"))).toEqual(
          conflict("version-not-above")
        )
        expect(
          yield* Effect.flip(releasing.activate(ada, "deterioration", "1.0.0", "again"))
        ).toEqual(conflict("not-the-shadow"))
        expect(yield* Effect.flip(releasing.rollback(ada, "deterioration", "back"))).toEqual(
          conflict("none-before")
        )
        expect(
          yield* Effect.flip(releasing.shadow(ada, "deterioration", "9.9.9", "which"))
        ).toEqual(new Ports.NotFound({ what: "risk-model" }))
      })
    )
  )

  it.effect("refuses a reference of features that the model has not, or that has one twice", () =>
    Ward.on(
      Effect.gen(function* () {
        const { reference } = Hypotension.model
        if (reference === undefined) return expect.fail("there is no reference")
        const [first, second, third] = reference.features
        if (!first || !second || !third) return expect.fail("there are too few features")
        const features = [first, { ...second, name: "lactate" }, third, first]
        const refused = yield* Effect.flip(
          Releasing.Releasing.use((it) =>
            it.propose(
              ada,
              "hypotension",
              { ...next, reference: { ...reference, features } },
              "refitted"
            )
          )
        )
        expect(refused).toMatchObject({
          issues: [
            { path: "reference.features[1].name", code: "feature" },
            { path: "reference.features[3].name", code: "feature" }
          ]
        })
      })
    )
  )

  it.effect("hashes the reference with the model, and leaves it out of the card", () =>
    Effect.gen(function* () {
      const { reference: _, ...bare } = next
      const propose = (model: RiskModel.RiskModel) =>
        Ward.on(Releasing.Releasing.use((it) => it.propose(ada, "hypotension", model, "refitted")))
      const [first, again, without] = yield* Effect.all([
        propose(next),
        propose(next),
        propose(bare)
      ])
      expect(again.hashes).toEqual(first.hashes)
      expect(without.hashes.model).not.toBe(first.hashes.model)
      expect(without.hashes).toEqual({ ...first.hashes, model: without.hashes.model })
      expect(first.card).not.toHaveProperty("reference")
      expect(first.card).toEqual(without.card)
    })
  )

  it.effect("gives a model the same hashes whatever the order of its fields", () =>
    Ward.on(
      Effect.gen(function* () {
        const releasing = yield* Releasing.Releasing
        const reversed: unknown = JSON.parse(JSON.stringify(next), (_, value: unknown) =>
          typeof value === "object" && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).toReversed())
            : value
        )
        const decoded = yield* Schema.decodeUnknownEffect(RiskModel.RiskModel)(reversed)
        const first = yield* releasing.propose(ada, "hypotension", next, "refitted")
        const again = { ...decoded, version: "1.1.0" }
        expect(JSON.stringify(reversed)).not.toBe(JSON.stringify(next))
        const ports = yield* Ports.RiskModels
        expect(first.hashes.features).toBe(next.definitionSha256)
        yield* releasing.retire(ada, "hypotension", "1.1.0", "to compare")
        const second = yield* releasing.propose(
          ada,
          "hypotension",
          { ...again, version: "1.2.0" },
          "refitted"
        )
        expect(second.hashes.features).toBe(first.hashes.features)
        expect(second.hashes.training).toBe(first.hashes.training)
        expect(second.hashes.model).not.toBe(first.hashes.model)
        expect(yield* ports.lineage("hypotension")).toHaveLength(3)
      })
    )
  )
})
