import * as Deterioration from "@bedside/core/Deterioration"
import * as Hypotension from "@bedside/core/Hypotension"
import * as Ports from "@bedside/core/Ports"
import * as Registry from "@bedside/core/Registry"
import * as RiskModel from "@bedside/core/RiskModel"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const hashes = { training: "a".repeat(64), features: "b".repeat(64), model: "c".repeat(64) }

const written = Schema.encodeSync(Registry.Entry)
const writtenModel = Schema.encodeSync(RiskModel.RiskModel)

/** Of this task the contract has one lineage, which its tests make longer; of the other, one entry. */
const task = "hypotension"

const draft = (version: string): Registry.Draft => ({
  task,
  model: { ...Hypotension.model, version },
  hashes
})

/** An hour of 2026, so that what a test does comes after what was done before. */
const by = (hour: number, reason = "tried"): Registry.Approval => ({
  approver: "ada",
  reason,
  now: DateTime.add(Given.instant("2026-03-01T10:00:00.123Z"), { hours: hour })
})

const append = <E>(decide: (lineage: Registry.Lineage) => Result.Result<Registry.Changes, E>) =>
  Ports.RiskModels.use((port) => port.append(task, decide))

const states = Effect.map(
  Ports.RiskModels.use((port) => port.lineage(task)),
  (lineage) => lineage.map(({ version, state }) => `${version} ${state}`)
)

const standing = Effect.map(
  Ports.RiskModels.use((port) => port.standing),
  (all) => all.filter((it) => it.task === task).map(({ version, role }) => `${version} ${role}`)
)

export const riskModels = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("RiskModels", () => {
    it.effect("are not found where none was registered", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        const at = Given.instant("2020-01-01T00:00:00Z")
        const refused = Given.notFound("risk-model")
        expect(yield* Given.refusal(port.model(task, "0.0.1"))).toEqual(refused)
        expect(yield* Given.refusal(port.activeAt(task, at))).toEqual(refused)
        expect(yield* port.lineage(task)).toEqual([])
        expect(yield* standing).toEqual([])
      })
    )

    it.effect("are shipped once, however many servers start at the same time", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        const model = Deterioration.model
        const shipped = yield* Given.atOnce(
          Given.times(8, () =>
            port.append("deterioration", (lineage) =>
              Registry.ship(lineage, { task: "deterioration", model, hashes }, by(0))
            )
          )
        )
        expect(Given.successes(shipped)).toHaveLength(1)
        expect(Given.failures(shipped).map(({ code }) => code)).toEqual(
          Given.times(7, () => "not-the-first")
        )
        expect(yield* port.lineage("deterioration")).toHaveLength(1)
      })
    )

    it.effect("come back as they were registered, with every step, and to the last digit", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        const made = yield* append((lineage) => Registry.ship(lineage, draft("1.0.0"), by(1)))
        const [entry] = yield* port.lineage(task)
        expect(entry && written(entry)).toEqual(written(made))
        expect(made.steps.map(({ nth, state }) => [nth, state])).toEqual([
          [1, "candidate"],
          [2, "active"]
        ])
        const model = yield* port.model(task, "1.0.0")
        expect(writtenModel(model)).toEqual(writtenModel(draft("1.0.0").model))
        expect(yield* standing).toEqual(["1.0.0 active"])
        expect(model.reference).toEqual(Hypotension.model.reference)
        expect(entry?.card).not.toHaveProperty("reference")
      })
    )

    it.effect("go from candidate over shadow to active, one step at a time, and back in one", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        yield* append((lineage) => Registry.propose(lineage, draft("1.10.0"), by(2)))
        yield* append((lineage) => Registry.shadow(lineage, "1.10.0", by(3)))
        expect(yield* standing).toEqual(["1.0.0 active", "1.10.0 shadow"])
        const active = yield* append((lineage) => Registry.activate(lineage, "1.10.0", by(4)))
        expect(active.state).toBe("active")
        expect(yield* states).toEqual(["1.0.0 retired", "1.10.0 active"])
        const back = yield* append((lineage) => Registry.rollback(lineage, by(5, "alarms")))
        expect(back.version).toBe("1.0.0")
        expect(yield* states).toEqual(["1.0.0 active", "1.10.0 retired"])
        const steps = (yield* port.lineage(task)).map((entry) =>
          entry.steps.map(({ nth, state, reason }) => `${nth} ${state}: ${reason}`)
        )
        expect(steps).toEqual([
          ["1 candidate: tried", "2 active: tried", "5 retired: tried", "8 active: alarms"],
          ["3 candidate: tried", "4 shadow: tried", "6 active: tried", "7 retired: alarms"]
        ])
      })
    )

    it.effect("tell which version was active at a time, from its start on and not at its end", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        yield* append((lineage) => Registry.retire(lineage, "1.0.0", by(6)))
        yield* append((lineage) => Registry.rollback(lineage, by(8)))
        const lineage = yield* port.lineage(task)
        for (const milliseconds of [-1, 0, 1]) {
          for (const hour of [0, 1, 2, 4, 5, 6, 7, 8, 9]) {
            const at = DateTime.add(by(hour).now, { milliseconds })
            const found = yield* Effect.option(port.activeAt(task, at))
            const expected = Registry.activeAt(lineage, at)
            expect(found._tag === "Some" ? written(found.value) : undefined).toEqual(
              expected && written(expected)
            )
          }
        }
        const versionAt = (hour: number) =>
          Effect.map(port.activeAt(task, by(hour).now), ({ version }) => version)
        expect(yield* Effect.forEach([1, 4, 5, 8], versionAt)).toEqual([
          "1.0.0",
          "1.10.0",
          "1.0.0",
          "1.10.0"
        ])
        expect(yield* Given.refusal(port.activeAt(task, by(7).now))).toEqual(
          Given.notFound("risk-model")
        )
      })
    )

    it.effect("stay as they are when the decision fails", () =>
      Effect.gen(function* () {
        const before = yield* states
        const refused = append((lineage) => Registry.activate(lineage, "1.0.0", by(9)))
        expect(yield* Given.refusal(refused)).toMatchObject({ code: "not-the-shadow" })
        expect(yield* states).toEqual(before)
      })
    )

    it.effect("have one shadow and one active version, whoever asks at the same time", () =>
      Effect.gen(function* () {
        const versions = Given.times(6, (index) => `2.0.${index}`)
        for (const version of versions) {
          yield* append((lineage) => Registry.propose(lineage, draft(version), by(10)))
        }
        const shadows = yield* Given.atOnce(
          versions.map((version) => append((lineage) => Registry.shadow(lineage, version, by(11))))
        )
        const [shadow] = Given.successes(shadows)
        expect(Given.successes(shadows)).toHaveLength(1)
        expect((yield* standing).toSorted()).toEqual(
          ["1.10.0 active", `${shadow?.version} shadow`].toSorted()
        )
        const activated = yield* Given.atOnce(
          Given.times(4, () =>
            append((lineage) => Registry.activate(lineage, shadow?.version ?? "", by(12)))
          )
        )
        expect(Given.successes(activated)).toHaveLength(1)
        expect(yield* standing).toEqual([`${shadow?.version} active`])
      })
    )

    it.effect("come back without a reference where they came with none", () =>
      Effect.gen(function* () {
        const port = yield* Ports.RiskModels
        const { reference: _, ...bare } = draft("3.0.0").model
        const without = { ...draft("3.0.0"), model: bare }
        yield* append((lineage) => Registry.propose(lineage, without, by(13)))
        expect(writtenModel(yield* port.model(task, "3.0.0"))).toEqual(writtenModel(bare))
        expect((yield* port.lineage(task)).map(({ version }) => version)).toContain("3.0.0")
      })
    )
  })
}
