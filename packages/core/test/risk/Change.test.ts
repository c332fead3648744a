import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Change from "../../src/risk/Change.ts"
import { normals, uniforms } from "../sensor/draws.ts"

const methods: ReadonlyArray<Change.Options> = [
  Change.adwin,
  { ...Change.adwin, afterChange: "shrink" },
  Change.ddm,
  Change.pageHinkley,
  { ...Change.pageHinkley, sides: "above" },
  Change.cusum
]

/** Errors, more of them from the middle on. */
const errors = (seed: number, length: number): ReadonlyArray<number> => {
  const random = uniforms(seed)
  return Array.from({ length }, (_, index) => Number(random() < (index < length / 2 ? 0.2 : 0.6)))
}

describe.each(methods.map((options) => [options.method, options] as const))(
  "Change, %s",
  (_, it_) => {
    const detector = Change.make(it_)

    it("has seen nothing before the first value", () => {
      expect(detector.scan([])).toEqual({ changes: [], warnings: [], state: detector.initial })
      expect(detector.estimate(detector.initial)).toEqual({ n: 0, mean: NaN })
    })

    it("knows one value", () => {
      const { state, verdict } = detector.step(detector.initial, 1)
      expect(verdict).toBe("none")
      expect(detector.estimate(state)).toEqual({ n: 1, mean: 1 })
    })

    it("takes what is not finite for missing", () => {
      const values = errors(1, 3000)
      const gaps = values.flatMap((value) => [NaN, value, Infinity])
      const scanned = detector.scan(values)
      expect(detector.scan(gaps)).toEqual({
        changes: scanned.changes.map((index) => 3 * index + 1),
        warnings: scanned.warnings.map((index) => 3 * index + 1),
        state: scanned.state
      })
      expect(detector.step(scanned.state, NaN)).toEqual({ state: scanned.state, verdict: "none" })
    })

    it("finds nothing in what stays the same", () => {
      const { changes, warnings } = detector.scan(Array.from({ length: 5000 }, () => 0))
      expect({ changes, warnings }).toEqual({ changes: [], warnings: [] })
    })

    it("finds that errors triple, soon after they do", () => {
      for (let seed = 0; seed < 20; seed++) {
        const { changes } = detector.scan(errors(seed, 2000))
        const late = changes.find((index) => index >= 1000)
        expect(late).toBeLessThan(1300)
      }
    })

    it("gives the same step by step, and changes nothing that it is given", () => {
      const values = errors(3, 2000)
      const changes: Array<number> = []
      let state = detector.initial
      for (const [index, value] of values.entries()) {
        const next = detector.step(Object.freeze([...state]), value)
        if (next.verdict === "change") changes.push(index)
        state = next.state
      }
      const scanned = detector.scan(values)
      expect(changes).toEqual(scanned.changes)
      expect(state).toEqual(scanned.state)
      expect(detector.initial).toEqual(Change.make(it_).initial)
    })

    it("goes on from a state that was stored as JSON, wherever it was", () => {
      const values = errors(4, 2000)
      const whole = detector.scan(values)
      for (const cut of [1, 29, 30, 31, 700, 1030, 1999]) {
        const first = detector.scan(values.slice(0, cut))
        const stored: unknown = JSON.parse(JSON.stringify(first.state))
        const rest = detector.scan(
          values.slice(cut),
          Schema.decodeUnknownSync(Change.State)(stored)
        )
        expect([...first.changes, ...rest.changes.map((index) => cut + index)]).toEqual(
          whole.changes
        )
        expect(rest.state).toEqual(whole.state)
      }
    })

    it("is made of settings that survive JSON", () => {
      const stored: unknown = JSON.parse(JSON.stringify(it_))
      expect(Schema.decodeUnknownSync(Change.Options)(stored)).toEqual(it_)
    })
  }
)

describe("Change, adwin", () => {
  it("keeps the number and the mean of all values, in ever fewer sums", () => {
    const values = normals(1, 20_000)
    const detector = Change.make({ ...Change.adwin, delta: 1e-9 })
    const { changes, state } = detector.scan(values)
    const { n, mean } = detector.estimate(state)
    expect(changes).toEqual([])
    expect(n).toBe(20_000)
    expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 20_000, 12)
    expect(state.length).toBeLessThan(200)
  })

  it("changes nothing in 1,000 streams of 1,000 values more often than delta says", () => {
    const detector = Change.make(Change.adwin)
    let changed = 0
    for (let seed = 0; seed < 1000; seed++) {
      if (detector.scan(normals(seed, 1000)).changes.length > 0) changed += 1
    }
    expect(changed).toBeLessThanOrEqual(10)
  })

  it("drops what came before a change, and no more, where it shrinks", () => {
    const values = Array.from({ length: 3000 }, (_, index) => (index < 2000 ? 0 : 1))
    const detector = Change.make({ ...Change.adwin, afterChange: "shrink" })
    const { n, mean } = detector.estimate(detector.scan(values).state)
    expect(n).toBeGreaterThanOrEqual(1000)
    expect(n).toBeLessThan(1100)
    expect(mean).toBeGreaterThan(0.95)
  })

  it("stays right far from zero", () => {
    const near = normals(2, 3000).map((value, index) => value + (index < 1500 ? 0 : 2))
    const far = near.map((value) => value + 1e6)
    const detector = Change.make(Change.adwin)
    expect(detector.scan(far).changes).toEqual(detector.scan(near).changes)
  })
})

interface Vectors {
  readonly streaming_detectors: {
    readonly streams: Readonly<Record<string, ReadonlyArray<number>>>
    readonly expected: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
}

const methodsOf: Readonly<Record<string, Change.Options>> = {
  "ADWIN(delta=.002,clock=32,maxBuckets=5,minWindow=5,grace=10)": Change.adwin,
  "DDM(30,2,3)": Change.ddm,
  "PageHinkley one-sided (30,.005,50,.9999)": { ...Change.pageHinkley, sides: "above" },
  "PageHinkley two-sided min/max form (30,.005,50,.9999)": Change.pageHinkley,
  "CUSUM(min=30,k=.5,h=5, sample std frozen)": Change.cusum
}

describeWithData("vectors/ml-metrics.json", "Change beside river", (path) => {
  // The shape is that of the file.
  const { streams, expected } = (readJson(path) as Vectors).streaming_detectors
  const cases = Object.entries(expected).flatMap(([method, results]) =>
    Object.entries(results).flatMap(([stream, changes]) =>
      Array.isArray(changes) ? [{ method, stream, changes }] : []
    )
  )

  it("has every method of the file", () => {
    expect(Object.keys(methodsOf)).toEqual(Object.keys(expected))
  })

  it.each(cases)("agrees on every index: $method, $stream", ({ method, stream, changes }) => {
    const [, name = "", which] = /^(.*?)(?:_(noreset|first_warning))?$/.exec(stream) ?? []
    const options = methodsOf[method] ?? Change.adwin
    const shrinking: Change.Options = { ...Change.adwin, afterChange: "shrink" }
    const detector = Change.make(which === "noreset" ? shrinking : options)
    const scan = detector.scan(streams[name] ?? [])
    expect(which === "first_warning" ? scan.warnings.slice(0, 1) : scan.changes).toEqual(changes)
  })

  it("agrees on the window that is left", () => {
    const adwin = Change.make(Change.adwin)
    const { n, mean } = adwin.estimate(adwin.scan(streams["s1"] ?? []).state)
    const results = Object.values(expected)[0]
    expect(n).toBe(results?.["final_width_s1"])
    expect(mean).toBeCloseTo(Number(results?.["final_mean_s1"]), 9)
  })
})
