import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Acvpu from "../../src/risk/Acvpu.ts"
import * as Score from "../../src/risk/Score.ts"

describe("Acvpu.fromFindings", () => {
  it("is the best response that was found", () => {
    expect(Acvpu.fromFindings({ fullyConscious: true })).toBe("alert")
    expect(Acvpu.fromFindings({ fullyConscious: false, respondsToVoice: true })).toBe("voice")
    expect(Acvpu.fromFindings({ respondsToVoice: false, respondsToPain: true })).toBe("pain")
    expect(Acvpu.fromFindings({ respondsToPain: false, unresponsive: true })).toBe("unresponsive")
  })

  it("is confusion where that is new in a patient who is awake", () => {
    expect(Acvpu.fromFindings({ fullyConscious: true, newConfusion: true })).toBe("confusion")
    expect(Acvpu.fromFindings({ newConfusion: true })).toBe("confusion")
    expect(Acvpu.fromFindings({ newConfusion: true, respondsToPain: true })).toBe("pain")
  })

  it("is unknown, and never alert, when nothing was found", () => {
    expect(Acvpu.fromFindings({})).toBeNull()
    expect(Acvpu.fromFindings({ fullyConscious: false })).toBeNull()
    expect(Acvpu.fromFindings({ fullyConscious: null, unresponsive: false })).toBeNull()
  })
})

describe("Acvpu.fromGlasgowComaScale", () => {
  it("maps every total, by the table of its source", () => {
    const totals = [3, 4, 9, 10, 13, 14, 15]
    expect(totals.map((total) => Result.getOrThrow(Acvpu.fromGlasgowComaScale(total)))).toEqual([
      "unresponsive",
      "pain",
      "pain",
      "voice",
      "voice",
      "alert",
      "alert"
    ])
  })

  it.each([2, 16, 9.5, NaN, Infinity])("refuses %d", (total) => {
    expect(Result.getOrThrow(Result.flip(Acvpu.fromGlasgowComaScale(total)))).toEqual(
      new Score.ImpossibleInput({
        score: "acvpu",
        inputs: [{ name: "glasgowComaScale", expected: "3 to 15 {score}, a whole number" }]
      })
    )
  })

  it("names the source of its mapping", () => {
    expect(Acvpu.about).toMatchObject({ score: "acvpu", version: "1" })
    expect(Acvpu.about.citation).toContain("ricu")
  })
})

const Choice = Schema.optionalKey(Schema.Struct({ ordinal: Schema.Int }))
const Case = Schema.Struct({
  id: Schema.String,
  input: Schema.Struct({
    1: Schema.Struct({
      "Is the patient fully conscious?": Choice,
      "Does the patient respond to verbal stimuli?": Choice,
      "Does the patient respond to painful stimuli?": Choice,
      "Is the patient unresponsive?": Choice
    })
  }),
  expected: Schema.Struct({
    1: Schema.Struct({ "AVPU Observation": Schema.Struct({ label: Schema.String }) })
  })
})

describeWithData("vectors/gdl2_avpu.json", "Acvpu against the openEHR guideline", (path) => {
  const { cases } = Schema.decodeUnknownSync(Schema.Struct({ cases: Schema.Array(Case) }))(
    readJson(path)
  )
  const answers = ({ input }: typeof Case.Type): ReadonlyArray<number | undefined> =>
    Object.values(input[1]).map(({ ordinal }) => ordinal)
  const level = ({ input }: typeof Case.Type): string | null =>
    Acvpu.fromFindings({
      fullyConscious: input[1]["Is the patient fully conscious?"]?.ordinal === 1,
      respondsToVoice: input[1]["Does the patient respond to verbal stimuli?"]?.ordinal === 1,
      respondsToPain: input[1]["Does the patient respond to painful stimuli?"]?.ordinal === 1,
      unresponsive: input[1]["Is the patient unresponsive?"]?.ordinal === 1
    })
  const answered = cases.filter((one) => answers(one).includes(1))

  it.each(answered)("$id", (one) => {
    expect(level(one)).toBe(one.expected[1]["AVPU Observation"].label.toLowerCase())
  })

  // Without a yes theirs falls back on Alert: nothing was answered, or every answer was no.
  it("knows no level without a yes, where theirs falls back on Alert", () => {
    const fallen = cases.filter((one) => !answered.includes(one))
    expect(fallen.map(({ id }) => id)).toEqual(["default", "Q1(0)-Q2(0)-Q3(0)-Q4(0)"])
    expect(fallen.map(({ expected }) => expected[1]["AVPU Observation"].label)).toEqual([
      "Alert",
      "Alert"
    ])
    expect(fallen.map(level)).toEqual([null, null])
  })
})
