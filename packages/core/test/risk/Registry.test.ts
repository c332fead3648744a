import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as Registry from "../../src/risk/Registry.ts"

const hash = (digit: string) => digit.repeat(64)
const hashes = { training: hash("a"), features: hash("b"), model: hash("c") }

const draft = (version: string): Registry.Draft => ({
  task: "hypotension",
  model: { ...Hypotension.model, version },
  hashes
})

const day = (number: number): DateTime.Utc =>
  DateTime.makeUnsafe(`2026-03-${String(number).padStart(2, "0")}T10:00:00Z`)

const by = (number: number, approver = "ada"): Registry.Approval => ({
  approver,
  reason: `day ${number}`,
  now: day(number)
})

/** What a store would have after the changes. */
const after = (
  lineage: Registry.Lineage,
  decided: Result.Result<Registry.Changes, unknown>
): Registry.Lineage => {
  const { entries } = Result.getOrThrow(decided)
  const standing = lineage.map((it) => entries.find(({ version }) => version === it.version) ?? it)
  const made = entries.filter(({ version }) => lineage.every((it) => it.version !== version))
  return [...standing, ...made]
}

const states = (lineage: Registry.Lineage) =>
  lineage.map(({ version, state }) => `${version} ${state}`)

const codeOf = (decided: Result.Result<Registry.Changes, Registry.Missing | Registry.Refused>) => {
  const error = Result.getOrThrow(Result.flip(decided))
  return error._tag === "RiskModelRefused" ? error.code : `missing ${error.version}`
}

const shipped = after([], Registry.ship([], draft("1.0.0"), by(1, "bedside")))
const proposed = after(shipped, Registry.propose(shipped, draft("1.1.0"), by(2)))
const shadowed = after(proposed, Registry.shadow(proposed, "1.1.0", by(3)))
const activated = after(shadowed, Registry.activate(shadowed, "1.1.0", by(4, "eve")))

describe("Registry", () => {
  it("leads a version from candidate over shadow to active, and retires the one before", () => {
    expect([shipped, proposed, shadowed, activated].map(states)).toEqual([
      ["1.0.0 active"],
      ["1.0.0 active", "1.1.0 candidate"],
      ["1.0.0 active", "1.1.0 shadow"],
      ["1.0.0 retired", "1.1.0 active"]
    ])
  })

  it("keeps who approved each step, when and why, in the order of the task", () => {
    expect(activated.map(({ steps }) => steps)).toEqual([
      [
        { nth: 1, state: "candidate", approver: "bedside", reason: "day 1", at: day(1) },
        { nth: 2, state: "active", approver: "bedside", reason: "day 1", at: day(1) },
        { nth: 5, state: "retired", approver: "eve", reason: "day 4", at: day(4) }
      ],
      [
        { nth: 3, state: "candidate", approver: "ada", reason: "day 2", at: day(2) },
        { nth: 4, state: "shadow", approver: "ada", reason: "day 3", at: day(3) },
        { nth: 6, state: "active", approver: "eve", reason: "day 4", at: day(4) }
      ]
    ])
  })

  it("keeps of a model all but what it computes with, and its hashes", () => {
    const [entry] = shipped
    expect(entry?.hashes).toEqual(hashes)
    expect(entry?.card.metrics).toEqual(Hypotension.model.metrics)
    expect(entry?.card).not.toHaveProperty("predictor")
    expect(entry?.card).not.toHaveProperty("definition")
    const written = Schema.encodeSync(Registry.Entry)(entry!)
    expect(Schema.decodeUnknownSync(Registry.Entry)(written)).toEqual(entry)
  })

  it.each(["1.0.0", "1.1.0", "1.0.9", "0.9.9", "01.1.0"])(
    "refuses version %s, which is not above all others",
    (version) => {
      expect(codeOf(Registry.propose(proposed, draft(version), by(5)))).toBe("version-not-above")
    }
  )

  it.each(["1.1.1", "1.10.0", "2.0.0", "99999999999999999999.0.0"])(
    "takes version %s, which is",
    (version) => {
      const decided = Registry.propose(proposed, draft(version), by(5))
      expect(states(after(proposed, decided)).at(-1)).toBe(`${version} candidate`)
    }
  )

  it("ships a model only where there is none, not even a retired one", () => {
    const off = after(shipped, Registry.retire(shipped, "1.0.0", by(2)))
    for (const lineage of [shipped, off]) {
      expect(codeOf(Registry.ship(lineage, draft("9.0.0"), by(5)))).toBe("not-the-first")
    }
  })

  it("refuses steps that leave one out, and versions that are not there", () => {
    const refusals = [
      Registry.activate(proposed, "1.1.0", by(5)),
      Registry.activate(activated, "1.0.0", by(5)),
      Registry.activate(activated, "1.1.0", by(5)),
      Registry.shadow(shadowed, "1.1.0", by(5)),
      Registry.shadow(activated, "1.0.0", by(5)),
      Registry.retire(activated, "1.0.0", by(5)),
      Registry.shadow(activated, "7.0.0", by(5)),
      Registry.activate(activated, "7.0.0", by(5)),
      Registry.retire(activated, "7.0.0", by(5))
    ]
    expect(refusals.map(codeOf)).toEqual([
      "not-the-shadow",
      "not-the-shadow",
      "not-the-shadow",
      "not-a-candidate",
      "not-a-candidate",
      "already-retired",
      "missing 7.0.0",
      "missing 7.0.0",
      "missing 7.0.0"
    ])
  })

  it("has one shadow at a time, and lets it be retired for another", () => {
    const two = after(shadowed, Registry.propose(shadowed, draft("1.2.0"), by(5)))
    expect(codeOf(Registry.shadow(two, "1.2.0", by(6)))).toBe("shadow-waits")
    const free = after(two, Registry.retire(two, "1.1.0", by(6)))
    const other = after(free, Registry.shadow(free, "1.2.0", by(7)))
    expect(states(other)).toEqual(["1.0.0 active", "1.1.0 retired", "1.2.0 shadow"])
  })
})

describe("Registry.rollback", () => {
  it("goes back in one step, and back again", () => {
    const back = after(activated, Registry.rollback(activated, by(5)))
    expect(states(back)).toEqual(["1.0.0 active", "1.1.0 retired"])
    const again = after(back, Registry.rollback(back, by(6)))
    expect(states(again)).toEqual(["1.0.0 retired", "1.1.0 active"])
  })

  it("is refused where no other version was active before", () => {
    for (const lineage of [[], shipped, shadowed]) {
      expect(codeOf(Registry.rollback(lineage, by(5)))).toBe("none-before")
    }
  })

  it("goes to the version before the one that was retired and not replaced", () => {
    const off = after(activated, Registry.retire(activated, "1.1.0", by(5)))
    expect(states(after(off, Registry.rollback(off, by(6))))).toEqual([
      "1.0.0 active",
      "1.1.0 retired"
    ])
  })

  it("leaves the shadow where it is", () => {
    const next = after(activated, Registry.propose(activated, draft("1.2.0"), by(5)))
    const watched = after(next, Registry.shadow(next, "1.2.0", by(6)))
    expect(states(after(watched, Registry.rollback(watched, by(7))))).toEqual([
      "1.0.0 active",
      "1.1.0 retired",
      "1.2.0 shadow"
    ])
  })
})

describe("Registry.activeAt", () => {
  const off = after(activated, Registry.retire(activated, "1.1.0", by(6)))
  const back = after(off, Registry.rollback(off, by(8)))

  it("tells the version of each time: from the start of a stretch on, and not at its end", () => {
    const found = [1, 2, 4, 5, 6, 7, 8, 9].map(
      (number) => Registry.activeAt(back, day(number))?.version
    )
    expect(found).toEqual([
      "1.0.0",
      "1.0.0",
      "1.1.0",
      "1.1.0",
      undefined,
      undefined,
      "1.0.0",
      "1.0.0"
    ])
    expect(Registry.activeAt(back, DateTime.subtract(day(1), { milliseconds: 1 }))).toBeUndefined()
  })

  it("has stretches that follow one another although a clock goes back", () => {
    const early = after(shadowed, Registry.activate(shadowed, "1.1.0", by(1)))
    expect(Registry.stretches(early)).toEqual([
      { version: "1.0.0", from: day(1), until: day(3) },
      { version: "1.1.0", from: day(3), until: null }
    ])
  })
})
