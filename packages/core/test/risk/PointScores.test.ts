import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Cha2ds2Va from "../../src/risk/Cha2ds2Va.ts"
import * as Cha2ds2Vasc from "../../src/risk/Cha2ds2Vasc.ts"
import * as Curb65 from "../../src/risk/Curb65.ts"
import * as GlasgowComaScale from "../../src/risk/GlasgowComaScale.ts"
import * as HeartScore from "../../src/risk/HeartScore.ts"
import * as Meows from "../../src/risk/Meows.ts"
import * as News from "../../src/risk/News.ts"
import * as News2 from "../../src/risk/News2.ts"
import * as Qsofa from "../../src/risk/Qsofa.ts"
import * as Score from "../../src/risk/Score.ts"
import * as Sirs from "../../src/risk/Sirs.ts"
import * as Sofa from "../../src/risk/Sofa.ts"
import * as SubbeMews from "../../src/risk/SubbeMews.ts"
import type { PointScore } from "./pointScores.ts"

const between = (minimum: number, maximum: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

const whole = (minimum: number, maximum: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const avpu = ["alert", "voice", "pain", "unresponsive"] as const
const acvpu = Schema.Literals([...avpu, "confusion"])
const adult = between(18, 110)

// Everything that can be given to a score but its times: all of it, so that nothing is missing.
const Vitals = {
  respiratoryRate: between(0, 45),
  oxygenSaturation: between(75, 100),
  systolicPressure: between(60, 240),
  temperature: between(32, 42)
}
const StrokeFactors = {
  heartFailure: Schema.Boolean,
  hypertension: Schema.Boolean,
  age: adult,
  diabetes: Schema.Boolean,
  stroke: Schema.Boolean,
  vascularDisease: Schema.Boolean
}
const given = {
  news: Schema.Struct({
    ...Vitals,
    supplementalOxygen: Schema.Boolean,
    pulse: between(30, 150),
    consciousness: Schema.Literals(avpu),
    age: adult,
    pregnant: Schema.Literal(false)
  }),
  news2: Schema.Struct({
    ...Vitals,
    oxygenScale: Schema.Literals([1, 2]),
    supplementalOxygen: Schema.Boolean,
    pulse: between(30, 150),
    consciousness: acvpu,
    age: adult,
    pregnant: Schema.Literal(false)
  }),
  qsofa: Schema.Struct({
    respiratoryRate: between(15, 30),
    systolicPressure: between(90, 110),
    alteredMentation: Schema.Boolean,
    glasgowComaScale: whole(3, 15),
    age: adult
  }),
  sirs: Schema.Struct({
    temperature: between(35, 39),
    heartRate: between(80, 100),
    respiratoryRate: between(15, 25),
    arterialCarbonDioxide: between(28, 40),
    whiteBloodCells: between(2, 14),
    bandNeutrophils: between(0, 20),
    age: adult
  }),
  sofa: Schema.Struct({
    arterialOxygen: between(30, 150),
    inspiredOxygen: between(21, 100),
    respiratorySupport: Schema.Boolean,
    platelets: between(0, 200),
    bilirubin: between(0, 15),
    meanPressure: between(40, 100),
    dopamine: between(0, 20),
    dobutamine: between(0, 5),
    epinephrine: between(0, 0.3),
    norepinephrine: between(0, 0.3),
    glasgowComaScale: whole(3, 15),
    creatinine: between(0, 7),
    urineOutput: between(0, 800),
    age: adult
  }),
  subbeMews: Schema.Struct({
    systolicPressure: between(50, 230),
    heartRate: between(30, 150),
    respiratoryRate: between(0, 40),
    temperature: between(33, 40),
    consciousness: acvpu,
    age: adult
  }),
  meows: Schema.Struct({
    ...Vitals,
    systolicPressure: between(85, 240),
    diastolicPressure: between(30, 84),
    heartRate: between(30, 140),
    consciousness: acvpu,
    nurseConcern: Schema.Boolean,
    pregnant: Schema.Literal(true),
    postpartum: Schema.Boolean
  }),
  glasgowComaScale: Schema.Struct({ eyes: whole(1, 4), verbal: whole(1, 5), motor: whole(1, 6) }),
  heart: Schema.Struct({
    history: Schema.Literals(["slightly-suspicious", "moderately-suspicious", "highly-suspicious"]),
    electrocardiogram: Schema.Literals([
      "normal",
      "nonspecific-repolarisation",
      "significant-st-depression"
    ]),
    age: adult,
    riskFactors: whole(0, 6),
    atherosclerosis: Schema.Boolean,
    troponin: between(0, 5)
  }),
  curb65: Schema.Struct({
    newConfusion: Schema.Boolean,
    urea: between(0, 15),
    respiratoryRate: between(20, 40),
    systolicPressure: between(80, 110),
    diastolicPressure: between(40, 79),
    age: adult
  }),
  cha2ds2Va: Schema.Struct(StrokeFactors),
  cha2ds2Vasc: Schema.Struct({ ...StrokeFactors, sex: Schema.Literals(["female", "male"]) })
}

interface Listed {
  readonly about: Pick<Score.Assessment, "score" | "version" | "citation">
  score(given: object): ReturnType<PointScore<object>>
  readonly given: Schema.Codec<object>
  /** The worst that can be given, all of it, and what it comes to. */
  readonly worst: object
  readonly highest: number
  /** What is chosen and not observed: without it there is a default, and nothing is missing. */
  readonly chosen?: string
  /** What puts a patient outside the population, with the reason. */
  readonly outside: ReadonlyArray<readonly [circumstance: object, reason: string]>
}

const bad = { systolicPressure: 40, temperature: 30, respiratoryRate: 50, age: 80 }
const strokes = {
  heartFailure: true,
  hypertension: true,
  age: 75,
  diabetes: true,
  stroke: true,
  vascularDisease: true
}
const under16 = [{ age: 15.9 }, "under 16 years"] as const
const under18 = [{ age: 17.9 }, "under 18 years"] as const
const pregnant = [{ pregnant: true }, "pregnant"] as const

const scores: Readonly<Record<string, Listed>> = {
  News: {
    ...News,
    given: given.news,
    worst: {
      ...bad,
      oxygenSaturation: 80,
      supplementalOxygen: true,
      pulse: 150,
      consciousness: "pain",
      pregnant: false
    },
    highest: 20,
    outside: [under16, pregnant]
  },
  News2: {
    ...News2,
    given: given.news2,
    worst: {
      ...bad,
      oxygenSaturation: 80,
      oxygenScale: 2,
      supplementalOxygen: true,
      pulse: 150,
      consciousness: "confusion",
      pregnant: false
    },
    highest: 20,
    chosen: "oxygenScale",
    outside: [under16, pregnant]
  },
  Qsofa: {
    ...Qsofa,
    given: given.qsofa,
    worst: {
      respiratoryRate: 30,
      systolicPressure: 60,
      alteredMentation: true,
      glasgowComaScale: 3,
      age: 80
    },
    highest: 3,
    outside: [under18]
  },
  Sirs: {
    ...Sirs,
    given: given.sirs,
    worst: {
      temperature: 35,
      heartRate: 120,
      respiratoryRate: 30,
      arterialCarbonDioxide: 20,
      whiteBloodCells: 20,
      bandNeutrophils: 30,
      age: 80
    },
    highest: 4,
    outside: [under18]
  },
  Sofa: {
    ...Sofa,
    given: given.sofa,
    worst: {
      arterialOxygen: 50,
      inspiredOxygen: 100,
      respiratorySupport: true,
      platelets: 5,
      bilirubin: 20,
      meanPressure: 40,
      dopamine: 20,
      dobutamine: 10,
      epinephrine: 1,
      norepinephrine: 1,
      glasgowComaScale: 3,
      creatinine: 8,
      urineOutput: 0,
      age: 80
    },
    highest: 24,
    outside: [under18]
  },
  SubbeMews: {
    ...SubbeMews,
    given: given.subbeMews,
    worst: { ...bad, heartRate: 150, consciousness: "unresponsive" },
    highest: 14,
    outside: [under18]
  },
  Meows: {
    ...Meows,
    given: given.meows,
    worst: {
      respiratoryRate: 40,
      oxygenSaturation: 80,
      systolicPressure: 200,
      temperature: 40,
      heartRate: 150,
      diastolicPressure: 130,
      consciousness: "voice",
      nurseConcern: true,
      pregnant: false,
      postpartum: true
    },
    highest: 56,
    outside: [
      [{ pregnant: false, postpartum: false }, "neither pregnant nor postpartum"],
      [{ pregnant: false, postpartum: null }, "neither pregnant nor postpartum"]
    ]
  },
  GlasgowComaScale: {
    ...GlasgowComaScale,
    given: given.glasgowComaScale,
    worst: { eyes: 4, verbal: 5, motor: 6 },
    highest: 15,
    outside: []
  },
  HeartScore: {
    ...HeartScore,
    given: given.heart,
    worst: {
      history: "highly-suspicious",
      electrocardiogram: "significant-st-depression",
      age: 80,
      riskFactors: 6,
      atherosclerosis: true,
      troponin: 10
    },
    highest: 10,
    outside: [under18]
  },
  Curb65: {
    ...Curb65,
    given: given.curb65,
    worst: {
      newConfusion: true,
      urea: 20,
      respiratoryRate: 40,
      systolicPressure: 70,
      diastolicPressure: 40,
      age: 80
    },
    highest: 5,
    outside: [under18]
  },
  Cha2ds2Va: {
    ...Cha2ds2Va,
    given: given.cha2ds2Va,
    worst: strokes,
    highest: 8,
    outside: [under18]
  },
  Cha2ds2Vasc: {
    ...Cha2ds2Vasc,
    given: given.cha2ds2Vasc,
    worst: { ...strokes, sex: "female" },
    highest: 9,
    outside: [under18]
  }
}

describe("the scores of points", () => {
  it("are all held to what follows", () => {
    const folder = fileURLToPath(new URL("../../src/risk", import.meta.url).href)
    const modules = readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => /^export const score = /m.test(readFileSync(join(folder, file), "utf8")))
    expect(modules.toSorted()).toEqual(
      Object.keys(scores)
        .map((name) => `${name}.ts`)
        .toSorted()
    )
  })

  it("have an id each", () => {
    const ids = Object.values(scores).map(({ about }) => about.score)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe.each(Object.entries(scores))("%s", (_, listed) => {
  const { about, given, highest, outside, worst } = listed
  const assess = (inputs: object): Score.Assessment => Result.getOrThrow(listed.score(inputs))
  const refusal = (inputs: object): Score.OutsidePopulation | Score.ImpossibleInput =>
    Result.getOrThrow(Result.flip(listed.score(inputs)))
  const names = Object.keys(worst)
  const without = (inputs: object, mask: ReadonlyArray<boolean>): object =>
    Object.fromEntries(
      Object.entries(inputs).filter(([name], at) => mask[at] !== true || name === listed.chosen)
    )
  const Mask = Schema.Array(Schema.Boolean).check(
    Schema.isBetweenLength(names.length, names.length)
  )

  it("says what it is, in which version and after which source", () => {
    expect(about.score).toMatch(/^[a-z0-9-]+$/)
    expect(about.version).toBe("1")
    expect(about.citation).toMatch(/doi:10\.\d{4,}\/\S+|Royal College of Physicians/)
    expect(about.citation).toMatch(/19\d\d|20\d\d/)
    expect(assess(worst)).toMatchObject(about)
  })

  it("comes to its highest total", () => {
    expect(assess(worst)).toMatchObject({ total: highest, missing: [] })
  })

  it.each(outside)("refuses %o, who is outside its population", (patient, reason) => {
    const refused = refusal({ ...worst, ...patient })
    expect(refused).toMatchObject({ _tag: "OutsidePopulation", score: about.score })
    expect(refused).toHaveProperty("reasons", [reason])
  })

  it("names every input that cannot be true, all at once", () => {
    const nonsense = Object.fromEntries(names.map((name) => [name, "nonsense"]))
    const refused = refusal(nonsense)
    expect(refused).toMatchObject({ _tag: "ImpossibleInput", score: about.score })
    const refusedNames = "inputs" in refused ? refused.inputs.map(({ name }) => name) : []
    expect(refusedNames.toSorted()).toEqual(names.toSorted())
  })

  it("has no total, no band and everything missing when nothing is given", () => {
    expect(assess({})).toMatchObject({ total: null, lowerBound: 0, contributions: [], band: null })
    expect(assess({}).missing.length).toBeGreaterThan(0)
  })

  it.prop("the total is the sum of what the items add", { given }, ({ given }) => {
    const { contributions, lowerBound, total } = assess(given)
    const sum = contributions.reduce((sum, { points }) => sum + points, 0)
    return total === sum && lowerBound === sum && sum >= 0 && sum <= highest
  })

  it.prop(
    "the lower bound is one, whichever inputs are missing",
    { given, mask: Mask },
    ({ given, mask }) => {
      const partial = assess(without(given, mask))
      return partial.lowerBound <= assess(given).lowerBound
    }
  )

  it.prop(
    "a band that is given without a total is that of every completion",
    { given, mask: Mask },
    ({ given, mask }) => {
      const partial = assess(without(given, mask))
      return partial.total !== null || partial.band === null || partial.band === assess(given).band
    }
  )

  it.prop(
    "there is a total as soon as what is missing is given",
    { given, mask: Mask },
    ({ given, mask }) => {
      const all = new Map(Object.entries(given))
      const complete = (inputs: object): Score.Assessment => {
        const assessed = assess(inputs)
        if (assessed.missing.length === 0) return assessed
        const found = assessed.missing.map((name) => [name, all.get(name)])
        return complete({ ...inputs, ...Object.fromEntries(found) })
      }
      return complete(without(given, mask)).total !== null
    }
  )

  it.prop("null is as good as nothing", { given, mask: Mask }, ({ given, mask }) => {
    const nulls = Object.fromEntries(
      Object.entries(given).map(([name, value], at) => [
        name,
        mask[at] === true && name !== listed.chosen ? null : value
      ])
    )
    expect(assess(nulls)).toEqual(assess(without(given, mask)))
  })

  it.prop("the order of the inputs does not matter", { given }, ({ given }) => {
    const reversed = Object.fromEntries(Object.entries(given).toReversed())
    expect(assess(reversed)).toEqual(assess(given))
  })

  it.prop("the result is one that its schema accepts", { given, mask: Mask }, ({ given, mask }) =>
    Schema.is(Score.Assessment)(assess(without(given, mask)))
  )
})
