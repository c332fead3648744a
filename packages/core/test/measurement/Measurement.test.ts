import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import * as Measurement from "../../src/measurement/Measurement.ts"
import * as Vital from "../../src/measurement/Vital.ts"

const receivedAt = DateTime.makeUnsafe("2026-03-01T12:00:00Z")
const observedAt = Timestamp.at(Date.parse("2026-03-01T10:00:00Z"), 60)
const context = { receivedAt, source: "ward-3" }

const problems = <A>(result: Result.Result<A, Invalid.Invalid>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.issues.map((it) => `${it.path} ${it.code}`) : []

const canonical = (code: Vital.Code, value: Measurement.Value, unit?: string) =>
  Measurement.canonical(Vital.get(code), unit === undefined ? { value } : { value, unit })

describe("Measurement.Reading", () => {
  const decode = Invalid.decoder(Measurement.Reading)

  it("needs vital, value and a time with offset, and names all that are wrong", () => {
    expect(problems(decode({}))).toEqual(["vital missing", "value missing", "observedAt missing"])
    expect(
      problems(
        decode({ vital: "", value: null, observedAt: "2026-03-01T10:00:00", unit: "", source: "" })
      )
    ).toEqual(["vital length", "value type", "unit length", "observedAt format", "source length"])
  })

  it("takes no number that is not finite", () => {
    for (const value of [NaN, Infinity, -Infinity, "", true, [72]]) {
      const reading = { vital: "heart-rate", value, observedAt: "2026-03-01T10:00:00Z" }
      expect(problems(decode(reading))).toHaveLength(1)
    }
  })
})

describe("Measurement.canonical", () => {
  it("brings a value into the unit of its vital", () => {
    expect(canonical("temperature", 98.6, "[degF]")).toEqual(
      Result.succeed({ value: 37, implausible: false })
    )
    expect(canonical("glucose", 5, "mmol/L")).toEqual(
      Result.succeed({ value: 90.078, implausible: false })
    )
    expect(canonical("systolic-pressure", 120, "mmHg")).toEqual(
      Result.succeed({ value: 120, implausible: false })
    )
  })

  it("refuses a number without a unit, or with one of another kind, and lists those it takes", () => {
    for (const [unit, code] of [
      [undefined, "missing"],
      ["kg", "unit"],
      ["furlong", "unit"]
    ] as const) {
      const refused = canonical("temperature", 37, unit)
      expect(problems(refused)).toEqual([`unit ${code}`])
      expect(Result.isFailure(refused) && refused.failure.issues[0]?.expected).toBe(
        "one of the units Cel, [degF], K"
      )
    }
  })

  it("refuses what is outside the possible range, which it names in the canonical unit", () => {
    for (const [value, unit] of [
      [9.9, "Cel"],
      [50.1, "Cel"],
      [36.6, "K"],
      [98.6, "Cel"]
    ] as const) {
      const refused = canonical("temperature", value, unit)
      expect(problems(refused)).toEqual(["value range"])
      expect(Result.isFailure(refused) && refused.failure.issues[0]?.expected).toBe("10 to 50 Cel")
    }
  })

  it("keeps what is possible but not plausible, and says so", () => {
    for (const [value, implausible] of [
      [10, true],
      [24.9, true],
      [25, false],
      [45, false],
      [45.1, true],
      [50, true]
    ] as const) {
      expect(canonical("temperature", value, "Cel")).toEqual(Result.succeed({ value, implausible }))
    }
  })

  it("refuses a code where a number is due, and a number where a code is", () => {
    expect(problems(canonical("heart-rate", "fast", "/min"))).toEqual(["value type"])
    expect(problems(canonical("heart-rate", "72", "/min"))).toEqual(["value type"])
    for (const value of [1, "Alert", "asleep"]) {
      const refused = canonical("consciousness", value)
      expect(problems(refused)).toEqual(["value enum"])
      expect(Result.isFailure(refused) && refused.failure.issues[0]?.expected).toBe(
        "one of alert, confusion, voice, pain, unresponsive"
      )
    }
    expect(canonical("consciousness", "voice")).toEqual(
      Result.succeed({ value: "voice", implausible: false })
    )
  })

  const Possible = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 350 }))

  it.prop("never refuses a possible value", { value: Possible }, ({ value }) => {
    expect(canonical("heart-rate", value, "/min")).toEqual(
      Result.succeed({ value, implausible: value < 20 || value > 250 })
    )
  })
})

describe("Measurement.check", () => {
  const reading = { vital: "heart-rate", value: 72, unit: "/min", observedAt }

  it("gives a reading under the code of its vital, with the source of the context", () => {
    const checked = {
      vital: "heart-rate",
      value: 72,
      observedAt,
      source: "ward-3",
      implausible: false
    }
    expect(Measurement.check(reading, context)).toEqual(Result.succeed(checked))
    expect(Measurement.check({ ...reading, vital: "8867-4", source: "monitor" }, context)).toEqual(
      Result.succeed({ ...checked, source: "monitor" })
    )
  })

  it("refuses a vital it does not know, and lists those it does", () => {
    const refused = Measurement.check({ ...reading, vital: "pulse" }, context)
    expect(problems(refused)).toEqual(["vital enum"])
    const expected = Result.isFailure(refused) ? refused.failure.issues[0]?.expected : ""
    expect(expected).toContain("one of heart-rate, respiratory-rate, ")
  })

  it("takes an observation up to a day ahead of its arrival, for clocks that run fast", () => {
    const ahead = (millis: number) =>
      Measurement.check(
        { ...reading, observedAt: Timestamp.at(receivedAt.epochMilliseconds + millis, -300) },
        context
      )
    expect(problems(ahead(86_400_000))).toEqual([])
    expect(problems(ahead(86_400_001))).toEqual(["observedAt range"])
    expect(problems(ahead(-1e12))).toEqual([])
  })

  it("names everything that is wrong, and repeats no value", () => {
    const refused = Measurement.check(
      { ...reading, value: 351.25, observedAt: Timestamp.at(receivedAt.epochMilliseconds + 1e9) },
      context
    )
    expect(problems(refused)).toEqual(["value range", "observedAt range"])
    expect(JSON.stringify(refused)).not.toContain("351.25")
  })
})

const reading = (
  vital: Vital.Code,
  value: number,
  details: Partial<Measurement.Checked> = {}
): Measurement.Checked => ({
  vital,
  value,
  observedAt,
  source: "cuff",
  implausible: false,
  ...details
})

const systolic = (value: number, details?: Partial<Measurement.Checked>) =>
  reading("systolic-pressure", value, details)
const diastolic = (value: number, details?: Partial<Measurement.Checked>) =>
  reading("diastolic-pressure", value, details)

const verdicts = (
  readings: ReadonlyArray<Measurement.Checked>,
  stored: ReadonlyArray<Measurement.Pressure> = []
) =>
  Measurement.checkPressures(readings.map(Result.succeed), stored).map((it) =>
    Result.isSuccess(it) ? "good" : problems(it).join()
  )

describe("Measurement.unpaired", () => {
  it("is empty without pressures", () => {
    expect(Measurement.unpaired([])).toEqual([])
    expect(Measurement.unpaired([reading("heart-rate", 72)])).toEqual([])
  })

  it("has the pressures whose other half is not at the same time from the same source", () => {
    const later = Timestamp.at(observedAt.epochMilliseconds + 1)
    const same = Timestamp.at(observedAt.epochMilliseconds, -300)
    const alone = [systolic(120, { source: "line" }), diastolic(80, { observedAt: later })]
    const pair = [systolic(120), diastolic(80, { observedAt: same })]
    expect(Measurement.unpaired([...pair, ...alone, reading("heart-rate", 72)])).toEqual(alone)
    expect(Measurement.unpaired([systolic(120), systolic(121)])).toHaveLength(2)
  })
})

describe("Measurement.checkPressures", () => {
  it("leaves an empty batch, single pressures and other vitals as they are", () => {
    expect(verdicts([])).toEqual([])
    expect(verdicts([systolic(50)])).toEqual(["good"])
    expect(verdicts([diastolic(250), reading("heart-rate", 30)])).toEqual(["good", "good"])
  })

  it("refuses both halves of a pair whose diastolic pressure is not below the systolic one", () => {
    expect(verdicts([systolic(120), diastolic(80)])).toEqual(["good", "good"])
    expect(verdicts([systolic(120), diastolic(119.9)])).toEqual(["good", "good"])
    expect(verdicts([systolic(120), diastolic(120)])).toEqual(["value range", "value range"])
    expect(verdicts([diastolic(281), reading("pain", 1), systolic(120)])).toEqual([
      "value range",
      "good",
      "value range"
    ])
  })

  it("compares only what belongs to the same time and source", () => {
    const later = Timestamp.at(observedAt.epochMilliseconds + 1)
    expect(verdicts([systolic(80), diastolic(120, { source: "line" })])).toEqual(["good", "good"])
    expect(verdicts([systolic(80), diastolic(120, { observedAt: later })])).toEqual([
      "good",
      "good"
    ])
  })

  it("compares a single pressure with its other half on record", () => {
    expect(verdicts([diastolic(80)], [systolic(120)])).toEqual(["good"])
    expect(verdicts([diastolic(120)], [systolic(120)])).toEqual(["value range"])
    expect(verdicts([systolic(80)], [diastolic(80)])).toEqual(["value range"])
    expect(verdicts([systolic(80)], [diastolic(80, { source: "line" })])).toEqual(["good"])
  })

  it("takes a pressure of the batch in place of the one on record, which it corrects", () => {
    expect(verdicts([systolic(130), diastolic(110)], [systolic(100)])).toEqual(["good", "good"])
    expect(verdicts([diastolic(90)], [diastolic(130), systolic(100)])).toEqual(["good"])
  })

  it("leaves what was refused before as it is, and its other half good", () => {
    const refused = Invalid.fail(["value"], "range", "0 to 400 mm[Hg]")
    const checked = Measurement.checkPressures([refused, Result.succeed(diastolic(120))])
    expect(checked).toEqual([refused, Result.succeed(diastolic(120))])
  })

  const Pressure = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))

  it.prop(
    "agrees with itself whichever half comes first, or is on record",
    { high: Pressure, low: Pressure },
    ({ high, low }) => {
      const verdict = low < high ? "good" : "value range"
      expect(verdicts([systolic(high), diastolic(low)])).toEqual([verdict, verdict])
      expect(verdicts([diastolic(low), systolic(high)])).toEqual([verdict, verdict])
      expect(verdicts([diastolic(low)], [systolic(high)])).toEqual([verdict])
      expect(problems(Measurement.checkPressure(systolic(high), [diastolic(low)]))).toEqual(
        verdict === "good" ? [] : [verdict]
      )
    }
  )
})

describe("Measurement.describe", () => {
  it("gives every vital the unit of the catalogue, and a flag only when it is implausible", () => {
    for (const vital of Vital.catalogue) {
      const { unit, flag } = Measurement.describe(vital.code, true)
      expect(unit).toBe(vital.kind === "numeric" ? vital.unit : undefined)
      expect(flag?.code).toBe(vital.kind === "numeric" ? "implausible" : undefined)
      expect(Measurement.describe(vital.code, false).flag).toBe(null)
    }
  })
})
