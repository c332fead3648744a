import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../test/data.ts"
import * as BloodPressure from "../../src/risk/BloodPressure.ts"
import * as Score from "../../src/risk/Score.ts"
import { casesOf } from "./cases.ts"

const category = (
  guideline: BloodPressure.Guideline,
  systolicPressure: number,
  diastolicPressure: number
): string | null =>
  Result.getOrThrow(BloodPressure.category({ systolicPressure, diastolicPressure, guideline }))
    .category

const refused = (systolicPressure: number, diastolicPressure: number): unknown =>
  Result.getOrThrow(
    Result.flip(
      BloodPressure.category({ systolicPressure, diastolicPressure, guideline: "esc-2024" })
    )
  )

const impossible = (inputs: Score.ImpossibleInput["inputs"]): Score.ImpossibleInput =>
  new Score.ImpossibleInput({ score: "blood-pressure", inputs })

describe("BloodPressure.category", () => {
  it.each([
    [90, 60, "normal"],
    [119, 79, "normal"],
    [120, 79, "elevated"],
    [129, 79, "elevated"],
    [130, 79, "stage-1"],
    [139, 89, "stage-1"],
    [119, 80, "stage-1"],
    [140, 79, "stage-2"],
    [119, 90, "stage-2"],
    [180, 120, "stage-2"],
    [181, 80, "crisis"],
    [150, 121, "crisis"]
  ] as const)("ACC/AHA 2017 calls %d/%d %s", (systolic, diastolic, expected) => {
    expect(category("acc-aha-2017", systolic, diastolic)).toBe(expected)
  })

  it.each([
    [90, 60, "non-elevated"],
    [119, 69, "non-elevated"],
    [120, 69, "elevated"],
    [119, 70, "elevated"],
    [139, 89, "elevated"],
    [140, 69, "hypertension"],
    [119, 90, "hypertension"],
    [200, 130, "hypertension"]
  ] as const)("ESC 2024 calls %d/%d %s", (systolic, diastolic, expected) => {
    expect(category("esc-2024", systolic, diastolic)).toBe(expected)
  })

  it.each([
    [90, 60, "optimal"],
    [119, 79, "optimal"],
    [120, 79, "normal"],
    [119, 80, "normal"],
    [129, 84, "normal"],
    [130, 84, "high-normal"],
    [129, 85, "high-normal"],
    [139, 89, "high-normal"],
    [140, 89, "grade-1"],
    [139, 90, "grade-1"],
    [159, 99, "grade-1"],
    [160, 99, "grade-2"],
    [159, 100, "grade-2"],
    [179, 109, "grade-2"],
    [180, 109, "grade-3"],
    [179, 110, "grade-3"]
  ] as const)("ESH 2023 calls %d/%d %s", (systolic, diastolic, expected) => {
    expect(category("esh-2023", systolic, diastolic)).toBe(expected)
  })

  it.each([
    [139, 89, null],
    [140, 89, "systolic"],
    [180, 89, "systolic"],
    [139, 90, "diastolic"],
    [140, 90, null]
  ] as const)(
    "ESH 2023 calls hypertension of %d/%d isolated: %s",
    (systolic, diastolic, expected) => {
      const reading = { systolicPressure: systolic, diastolicPressure: diastolic }
      const under = (guideline: BloodPressure.Guideline) =>
        Result.getOrThrow(BloodPressure.category({ ...reading, guideline })).isolated
      expect(under("esh-2023")).toBe(expected)
      expect(under("esc-2024")).toBeNull()
      expect(under("acc-aha-2017")).toBeNull()
    }
  )

  it("gives no category without one of the two, and lists it", () => {
    const guideline = "esc-2024"
    expect(
      Result.getOrThrow(BloodPressure.category({ systolicPressure: 190, guideline }))
    ).toMatchObject({ category: null, band: null, isolated: null, missing: ["diastolicPressure"] })
    expect(Result.getOrThrow(BloodPressure.category({ guideline })).missing).toEqual([
      "systolicPressure",
      "diastolicPressure"
    ])
  })

  it("is for adults of 18 and over", () => {
    const reading = { systolicPressure: 120, diastolicPressure: 70, guideline: "esc-2024" } as const
    expect(Result.getOrThrow(BloodPressure.category({ ...reading, age: 18 })).band).toBe("elevated")
    expect(
      Result.getOrThrow(Result.flip(BloodPressure.category({ ...reading, age: 17.99 })))
    ).toEqual(
      new Score.OutsidePopulation({
        score: "blood-pressure",
        population: "18 years and over",
        reasons: ["under 18 years"]
      })
    )
  })

  it("rounds half up first, and records both", () => {
    expect(category("acc-aha-2017", 129.4, 70)).toBe("elevated")
    expect(category("acc-aha-2017", 129.5, 70)).toBe("stage-1")
    expect(category("acc-aha-2017", 180.4, 70)).toBe("stage-2")
    const result = BloodPressure.category({
      systolicPressure: 129.5,
      diastolicPressure: 70,
      guideline: "acc-aha-2017"
    })
    expect(Result.getOrThrow(result).inputs).toEqual([
      { name: "systolicPressure", value: 129.5, unit: "mm[Hg]", rounded: 130 },
      { name: "diastolicPressure", value: 70, unit: "mm[Hg]", rounded: 70 }
    ])
  })

  it("names the guideline it went by", () => {
    const result = BloodPressure.category({
      systolicPressure: 120,
      diastolicPressure: 70,
      guideline: "esc-2024"
    })
    expect(Result.getOrThrow(result)).toMatchObject({ guideline: "esc-2024", version: "1" })
    expect(Result.getOrThrow(result).citation).toContain("ehae178")
  })

  it("refuses pressures outside their possible range, both at once, and NaN", () => {
    expect(refused(401, -1)).toEqual(
      impossible([
        { name: "systolicPressure", expected: "0 to 400 mm[Hg]" },
        { name: "diastolicPressure", expected: "0 to 300 mm[Hg]" }
      ])
    )
    expect(refused(NaN, 80)).toEqual(
      impossible([{ name: "systolicPressure", expected: "0 to 400 mm[Hg]" }])
    )
  })

  it("refuses a diastolic pressure that is not below the systolic one", () => {
    const expected = impossible([
      { name: "diastolicPressure", expected: "below the systolic pressure" }
    ])
    expect(refused(80, 80)).toEqual(expected)
    expect(refused(80, 120)).toEqual(expected)
  })

  const Pressure = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 300 }))
  const orders = {
    "acc-aha-2017": ["normal", "elevated", "stage-1", "stage-2", "crisis"],
    "esc-2024": ["non-elevated", "elevated", "hypertension"],
    "esh-2023": ["optimal", "normal", "high-normal", "grade-1", "grade-2", "grade-3"]
  } as const satisfies Record<BloodPressure.Guideline, ReadonlyArray<string>>

  it.prop(
    "never falls when the systolic pressure rises",
    {
      a: Pressure,
      b: Pressure,
      share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.99 }))
    },
    ({ a, b, share }) => {
      const [low, high] = [Math.min(a, b) + 1, Math.max(a, b) + 1]
      const diastolic = low * share
      return BloodPressure.Guideline.literals.every((guideline) => {
        const order: ReadonlyArray<string> = orders[guideline]
        const [below, above] = [low, high].map((systolic) =>
          order.indexOf(category(guideline, systolic, diastolic) ?? "")
        )
        return below! >= 0 && below! <= above!
      })
    }
  )
})

const Vector = Schema.Struct({
  input: Schema.Struct({ sbp: Schema.Finite, dbp: Schema.Finite }),
  expected: Schema.Struct({
    acc_aha_2017: Schema.String,
    esc_2024: Schema.String,
    esh_2023: Schema.Struct({
      grade: Schema.String,
      isolated: Schema.optionalKey(Schema.String)
    })
  })
})

// The vectors write stage1 and grade1, without the hyphen.
const bare = (category: string | null): string | undefined => category?.replace(/-(?=\d)/, "")

describeWithData(
  "vectors/closed_form_vectors.json",
  "BloodPressure on the derived cases",
  (path) => {
    const vectors = casesOf(path, "fn", "bp_category", Vector)

    it("are nineteen", () => expect(vectors).toHaveLength(19))

    it.each(vectors)("agrees for $input.sbp/$input.dbp", ({ expected, input }) => {
      expect(bare(category("acc-aha-2017", input.sbp, input.dbp))).toBe(expected.acc_aha_2017)
      expect(category("esc-2024", input.sbp, input.dbp)).toBe(expected.esc_2024)
      const european = BloodPressure.category({
        systolicPressure: input.sbp,
        diastolicPressure: input.dbp,
        guideline: "esh-2023"
      })
      const found = Result.getOrThrow(european)
      expect(bare(found.category)).toBe(expected.esh_2023.grade)
      expect(found.isolated).toBe(expected.esh_2023.isolated ?? null)
    })
  }
)
