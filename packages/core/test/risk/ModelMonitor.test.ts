import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as ModelMonitor from "../../src/risk/ModelMonitor.ts"
import { normals, uniforms } from "../sensor/draws.ts"

const hour = 3_600_000

interface Patients {
  readonly features: ReadonlyArray<Float64Array>
  readonly probabilities: Float64Array
  readonly outcomes: ReadonlyArray<boolean>
}

/** Patients of one kind: normal, skewed and whole-numbered features, the fifth often missing. */
const patients = (seed: number, count: number, features = 5): Patients => {
  const random = uniforms(seed + 1_000_003)
  const kinds = [
    (z: number) => z,
    (z: number) => Math.exp(z),
    (z: number) => Math.round(2 * z),
    (z: number) => (z > 1.5 ? 1 : 0),
    (z: number) => (random() < 0.1 ? NaN : z)
  ]
  const columns = Array.from({ length: features }, (_, index) => {
    const kind = kinds[index % kinds.length] ?? Number
    return normals(seed + 104_729 * index, count).map((z) => kind(z))
  })
  const probabilities = Float64Array.from(
    columns[0] ?? [],
    (z) => 1 / (1 + Math.exp(-(1.2 * z - 1)))
  )
  const outcomes = Array.from(probabilities, (probability) => random() < probability)
  return { features: columns, probabilities, outcomes }
}

const freeze = ({ features, probabilities }: Patients): ModelMonitor.Reference =>
  Result.getOrThrow(
    ModelMonitor.freeze({
      model: "deterioration",
      version: "1.2.0",
      features: features.map((values, index) => ({ name: `feature ${index}`, values })),
      probabilities
    })
  )

const eventsOf = ({
  features,
  probabilities,
  outcomes
}: Patients): ReadonlyArray<ModelMonitor.Event> =>
  Array.from(probabilities, (probability, row) => ({
    patient: `patient ${row}`,
    scoredAt: Timestamp.at(row * 60_000),
    features: features.map((values) => values[row] ?? NaN),
    probability,
    outcome: outcomes[row] ?? null
  }))

const late = { now: Timestamp.at(10_000 * hour), horizon: "6 hours" } as const

const watch = (
  reference: ModelMonitor.Reference,
  events: ReadonlyArray<ModelMonitor.Event>,
  options: Parameters<typeof ModelMonitor.watch>[2] = late
): ModelMonitor.Report => Result.getOrThrow(ModelMonitor.watch(reference, events, options))

const alarmsOf = (report: ModelMonitor.Report): ReadonlyArray<string> =>
  report.alarms.map(({ of, reason }) => `${of}: ${reason}`)

describe("ModelMonitor.freeze", () => {
  it("names every column that cannot be frozen", () => {
    const refused = ModelMonitor.freeze({
      model: "deterioration",
      version: "1.2.0",
      features: [
        { name: "pulse", values: [NaN, 80] },
        { name: "score", values: [1, 2] },
        { name: "age", values: [1, 2] },
        { name: "age", values: [1, 2] }
      ],
      probabilities: []
    })
    expect(Result.getOrThrow(Result.flip(refused)).problems).toEqual([
      { name: "pulse", reason: "too-few-values" },
      { name: "score", reason: "name-taken" },
      { name: "age", reason: "name-taken" },
      { name: "score", reason: "too-few-values" }
    ])
  })

  it("survives JSON", () => {
    const reference = freeze(patients(1, 500))
    const stored: unknown = JSON.parse(JSON.stringify(reference))
    expect(Schema.decodeUnknownSync(ModelMonitor.Reference)(stored)).toEqual(reference)
  })
})

describe("ModelMonitor.firstOfEach", () => {
  it("keeps one event of each patient, the first in time", () => {
    const [event] = eventsOf(patients(1, 1))
    const at = (patient: string, hours: number) => ({
      ...event!,
      patient,
      scoredAt: Timestamp.at(hours * hour)
    })
    const events = [at("a", 3), at("b", 2), at("a", 1), at("b", 5)]
    expect(ModelMonitor.firstOfEach(events)).toEqual([events[2], events[1]])
    expect(ModelMonitor.firstOfEach([])).toEqual([])
  })
})

describe("ModelMonitor.watch", () => {
  const reference = freeze(patients(1, 2000))

  it("says nothing of no event", () => {
    const report = watch(reference, [])
    expect(report).toMatchObject({
      model: "deterioration",
      version: "1.2.0",
      from: null,
      until: null,
      events: 0,
      pending: 0,
      matured: 0,
      unknown: 0,
      alarms: []
    })
    expect(report.calibration).toEqual({
      n: 0,
      observed: 0,
      expected: 0,
      observedToExpected: null,
      brier: null,
      summary: null
    })
  })

  it("tells what it can of one event", () => {
    const report = watch(reference, eventsOf(patients(2, 1)))
    expect(report).toMatchObject({ events: 1, matured: 1, alarms: [] })
    expect(report.calibration.n).toBe(1)
    expect(report.calibration.summary).toBeNull()
  })

  it("refuses events of another model, and probabilities that are none, and counts both", () => {
    const [first, second, third] = eventsOf(patients(2, 3))
    const refused = ModelMonitor.watch(
      reference,
      [
        { ...first!, features: [1] },
        { ...second!, probability: 1.2 },
        { ...third!, probability: -Infinity }
      ],
      late
    )
    expect(Result.getOrThrow(Result.flip(refused))).toEqual(
      new ModelMonitor.UnusableEvents({ features: 1, probabilities: 2 })
    )
  })

  it("survives JSON", () => {
    for (const count of [0, 1, 300]) {
      const report = watch(reference, eventsOf(patients(3, count)))
      const encoded = Schema.encodeUnknownSync(ModelMonitor.Report)(report)
      const stored: unknown = JSON.parse(JSON.stringify(encoded))
      expect(Schema.decodeUnknownSync(ModelMonitor.Report)(stored)).toEqual(report)
    }
  })

  it("does not depend on the order of events", () => {
    const events = eventsOf(patients(4, 300))
    const { features, pending, alarms, from, until } = watch(reference, events.toReversed())
    expect({ features, pending, alarms, from, until }).toMatchObject({
      features: watch(reference, events).features.map(({ name, comparison }) => ({
        name,
        comparison: { psi: comparison.psi, chances: comparison.chances }
      })),
      pending: 0,
      alarms: [],
      from: Timestamp.at(0),
      until: Timestamp.at(299 * 60_000)
    })
  })

  describe("outcomes", () => {
    const events = eventsOf(patients(5, 400)).map((event, index) => ({
      ...event,
      scoredAt: Timestamp.at((index < 300 ? 0 : 10) * hour),
      outcome: index < 50 ? null : event.outcome
    }))
    const at = (hours: number) =>
      watch(reference, events, { now: Timestamp.at(hours * hour), horizon: "6 hours" })

    it("count once their horizon has passed, also those known before", () => {
      expect(at(5)).toMatchObject({ pending: 400, matured: 0, unknown: 0 })
      expect(at(6)).toMatchObject({ pending: 100, matured: 250, unknown: 50 })
      expect(at(16)).toMatchObject({ pending: 0, matured: 350, unknown: 50 })
    })

    it("are not those of events that had no probability", () => {
      const silent = events.map((event) => ({ ...event, probability: NaN }))
      const report = watch(reference, silent)
      expect(report).toMatchObject({ matured: 0, unknown: 400 })
      expect(alarmsOf(report)).toEqual(["score: missing"])
    })

    it("are summed up as they are", () => {
      const { n, observed, expected, observedToExpected, summary } = at(16).calibration
      const counted = events.slice(50)
      expect(n).toBe(350)
      expect(observed).toBe(counted.filter(({ outcome }) => outcome === true).length)
      expect(expected).toBeCloseTo(
        counted.reduce((sum, { probability }) => sum + probability, 0),
        9
      )
      expect(observedToExpected).toBeCloseTo(observed / expected, 12)
      expect(summary?.rows).toBe(350)
    })
  })

  it("alarms about the feature that moved, and no other", () => {
    const moved = patients(6, 300)
    const features = moved.features.with(
      2,
      moved.features[2]!.map((value) => value + 2)
    )
    expect(alarmsOf(watch(reference, eventsOf({ ...moved, features })))).toEqual([
      "feature 2: bins",
      "feature 2: kolmogorov-smirnov"
    ])
  })

  it("alarms about a feature that is lost, with how many", () => {
    const lost = patients(7, 200)
    const features = lost.features.with(
      0,
      lost.features[0]!.map(() => NaN)
    )
    const { alarms } = watch(reference, eventsOf({ ...lost, features }))
    expect(alarms.map(({ of, reason, n, distance }) => ({ of, reason, n, distance }))).toEqual([
      { of: "feature 0", reason: "missing", n: 200, distance: 1 }
    ])
  })

  it("alarms about probabilities that are half of what comes true", () => {
    const half = patients(8, 600)
    const alarms = alarmsOf(
      watch(
        reference,
        eventsOf(half).map((event) => ({ ...event, probability: event.probability / 2 }))
      )
    )
    expect(alarms).toContain("outcome: calibration-in-the-large")
    expect(alarms).toContain("score: bins")
  })

  it("alarms about outcomes that are foretold and do not come", () => {
    const events = eventsOf(patients(9, 300)).map((event) => ({ ...event, outcome: false }))
    const { alarms, calibration } = watch(reference, events)
    expect(alarms.map(({ reason }) => reason)).toEqual(["calibration-in-the-large"])
    expect(calibration).toMatchObject({ observed: 0, observedToExpected: 0, summary: null })
  })

  it("alarms about probabilities that are too extreme", () => {
    const extreme = eventsOf(patients(10, 800)).map((event) => {
      const logit = Math.log(event.probability / (1 - event.probability))
      return { ...event, probability: 1 / (1 + Math.exp(-2.5 * logit)) }
    })
    expect(alarmsOf(watch(reference, extreme))).toContain("outcome: calibration-slope")
  })

  it("does not judge outcomes before there are enough of both", () => {
    const few = eventsOf(patients(11, 40)).map((event) => ({
      ...event,
      probability: 0.01,
      outcome: true
    }))
    const [many, fewer] = [few, few.slice(0, 19)].map((events) =>
      alarmsOf(watch(reference, events))
    )
    expect(many).toContain("outcome: calibration-in-the-large")
    expect(fewer).not.toContain("outcome: calibration-in-the-large")
  })

  it("takes certain probabilities that come true for right, and those that do not for wrong", () => {
    const certain = (comesTrue: boolean) =>
      eventsOf(patients(12, 100)).map((event, index) => ({
        ...event,
        probability: index % 2,
        outcome: comesTrue ? index % 2 === 1 : true
      }))
    const of = (comesTrue: boolean) =>
      watch(reference, certain(comesTrue)).alarms.filter((alarm) => alarm.of === "outcome")
    expect(of(true)).toEqual([])
    expect(of(false)).toMatchObject([
      { reason: "calibration-in-the-large", distance: 1, chance: 0 }
    ])
  })

  it("alarms by the rule that it is given", () => {
    const moved = patients(6, 300)
    const features = moved.features.with(
      2,
      moved.features[2]!.map((value) => value + 2)
    )
    const strict = { ...ModelMonitor.defaultRule, alpha: 0 }
    const stored: unknown = JSON.parse(JSON.stringify(strict))
    const rule = Schema.decodeUnknownSync(ModelMonitor.Rule)(stored)
    expect(watch(reference, eventsOf({ ...moved, features }), { ...late, rule }).alarms).toEqual([])
  })

  it.each([
    { features: 1, events: 400 },
    { features: 20, events: 60 },
    { features: 10, events: 250 }
  ])(
    "alarms in at most 5 % of 1,000 windows of the same patients, $features features, $events events",
    ({ features, events }) => {
      let alarmed = 0
      for (let draw = 0; draw < 1000 / 20; draw++) {
        const frozen = freeze(patients(7919 * draw + events, 800, features))
        for (let window = 0; window < 20; window++) {
          const drawn = patients(7919 * draw + 100 * window + 17 + features, events, features)
          if (watch(frozen, eventsOf(drawn)).alarms.length > 0) alarmed += 1
        }
      }
      expect(alarmed).toBeLessThanOrEqual(50)
    }
  )
})
