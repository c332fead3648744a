import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Client from "../../src/Client.ts"
import * as Server from "./server.ts"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

const place = "/api/v1/scores"

const observed = {
  respiratoryRate: 22,
  oxygenSaturation: 95,
  supplementalOxygen: false,
  systolicPressure: 105,
  pulse: 95,
  consciousness: "alert",
  temperature: 38.4
} as const

/** A request for each score that gives a number, and what the number is. */
const computed: ReadonlyArray<readonly [score: string, inputs: object, outcome: object]> = [
  ["news2", observed, { total: 6, band: "medium", missing: [] }],
  ["news", observed, { total: 6, band: "medium" }],
  [
    "qsofa",
    { respiratoryRate: 22, systolicPressure: 100, alteredMentation: false },
    { total: 2, band: "positive" }
  ],
  [
    "sirs",
    { temperature: 38.4, heartRate: 95, respiratoryRate: 22, whiteBloodCells: 8 },
    { total: 3 }
  ],
  ["sofa", { platelets: 40 }, { total: null, lowerBound: 3 }],
  [
    "subbe-mews",
    {
      systolicPressure: 75,
      heartRate: 105,
      respiratoryRate: 16,
      temperature: 37,
      consciousness: "voice"
    },
    { total: 5, band: "critical" }
  ],
  ["meows-send-0-2-8", { nurseConcern: true, heartRate: 121 }, { lowerBound: 8, band: "high" }],
  ["glasgow-coma-scale", { eyes: 4, verbal: 4, motor: 6 }, { total: 14, band: "mild" }],
  ["acvpu", { fullyConscious: true, newConfusion: true }, { consciousness: "confusion" }],
  [
    "heart",
    {
      history: "highly-suspicious",
      electrocardiogram: "normal",
      age: 65,
      riskFactors: 3,
      troponin: 4
    },
    { total: 8, band: "high" }
  ],
  [
    "curb-65",
    {
      newConfusion: true,
      urea: 8,
      respiratoryRate: 30,
      systolicPressure: 89,
      diastolicPressure: 60,
      age: 65
    },
    { total: 5, band: "severe" }
  ],
  [
    "cha2ds2-va",
    {
      heartFailure: true,
      hypertension: true,
      age: 75,
      diabetes: true,
      stroke: true,
      vascularDisease: true
    },
    { total: 8 }
  ],
  [
    "cha2ds2-vasc",
    {
      heartFailure: true,
      hypertension: true,
      age: 75,
      diabetes: true,
      stroke: true,
      vascularDisease: true,
      sex: "female"
    },
    { total: 9 }
  ],
  [
    "egfr-ckd-epi-2021",
    { creatinine: 1, age: 50, sex: "female" },
    { egfr: expect.closeTo(68.6, 0), band: "G2" }
  ],
  ["bmi", { weight: 90, height: 150 }, { bmi: 40, band: "obese-3" }],
  ["qtc", { qtInterval: 400, rrInterval: 1 }, { bazett: 400, fridericia: 400 }],
  ["shock-index", { heartRate: 60, systolicPressure: 120 }, { shockIndex: 0.5, band: "normal" }],
  [
    "derived-pressures",
    { systolicPressure: 120, diastolicPressure: 90 },
    { meanPressure: 100, pulsePressure: 30 }
  ],
  [
    "blood-pressure",
    { systolicPressure: 135, diastolicPressure: 75, guideline: "acc-aha-2017" },
    { category: "stage-1" }
  ],
  [
    "pressure-variability",
    {
      pressure: "systolic",
      readings: [120, 130, 110].map((value, hour) => ({
        observedAt: `2026-03-01T0${hour}:00:00Z`,
        value
      }))
    },
    { mean: 120, standardDeviation: 10, averageRealVariability: 15 }
  ],
  [
    "home-day-to-day-variability",
    {
      pressure: "systolic",
      readings: [120, 130, 110].map((value, day) => ({
        observedAt: `2026-03-0${day + 1}T08:00:00+01:00`,
        value
      }))
    },
    { days: 3, mean: 120, band: "not-increased" }
  ]
]

const patient = {
  age: 50,
  sex: "female",
  totalCholesterol: 200,
  hdlCholesterol: 45,
  systolicPressure: 160,
  treatedHypertension: true,
  diabetes: true,
  smoker: false
} as const

describe("GET /api/v1/scores", () => {
  it.live("is the catalogue: whose score, for whom, and what it asks for", () =>
    Effect.gen(function* () {
      const { get } = yield* clinician
      const { status, body } = yield* get(place)
      expect(status).toBe(200)
      expect(body.notice).toMatch(/^Not a medical device\./)
      const ids = body.items.map(({ score }: { score: string }) => score)
      expect(ids.toSorted()).toEqual(
        [...computed.map(([score]) => score), "prevent", "score2", "framingham-2008"].toSorted()
      )
      expect(body.items[0]).toMatchObject({
        score: "news2",
        version: "1",
        citation: expect.stringContaining("Royal College of Physicians"),
        population: "16 years and over, not pregnant",
        inputs: expect.arrayContaining<unknown>([
          {
            name: "temperature",
            kind: "number",
            expected: "10 to 50 Cel",
            unit: "Cel",
            minimum: 10,
            maximum: 50,
            decimals: 1
          },
          { name: "oxygenScale", kind: "code", expected: "1 or 2", codes: [1, 2] },
          { name: "pregnant", kind: "flag", expected: "true or false" }
        ])
      })
    })
  )
})

describe("POST /api/v1/scores/{score}", () => {
  it.live("computes every score of the catalogue", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      for (const [score, inputs, outcome] of computed) {
        const { status, body } = yield* post(`${place}/${score}`, inputs)
        expect([score, status, body]).toMatchObject([score, 200, { score, ...outcome }])
      }
    })
  )

  it.live("gives risks as fractions", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const more = { ...patient, egfr: 90, bmi: 35, statin: false }
      // The example that the authors of PREVENT publish with their equations.
      expect((yield* post(`${place}/prevent`, more)).body.tenYear).toMatchObject({
        total: expect.closeTo(0.147, 3),
        atherosclerotic: expect.closeTo(0.092, 3),
        heartFailure: expect.closeTo(0.081, 3)
      })
      const { body } = yield* post(`${place}/framingham-2008`, patient)
      expect([body.risk > 0.1, body.risk < 0.5]).toEqual([true, true])
      const european = {
        age: 50,
        sex: "male",
        smoker: true,
        systolicPressure: 140,
        totalCholesterol: 6.3,
        hdlCholesterol: 1.4,
        region: "low"
      }
      // The example of the supplement of the SCORE2 paper.
      const { risk } = (yield* post(`${place}/score2`, european)).body
      expect(risk).toBeCloseTo(0.063, 3)
    })
  )

  it.live("lists what is missing, without a total or a risk", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const { pulse: _, ...rest } = observed
      const one = yield* post(`${place}/news2`, { ...rest, temperature: null })
      expect([one.status, one.body.total, one.body.lowerBound]).toEqual([200, null, 4])
      expect(one.body.missing).toEqual(["pulse", "temperature"])
      const none = yield* post(`${place}/framingham-2008`, {})
      expect([none.status, none.body.risk, none.body.missing.length]).toEqual([200, null, 8])
    })
  )

  it.live("refuses what cannot be and what it does not know, all at once", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const sent = { ...observed, pulse: 995, consciousness: "asleep", heartRate: 80 }
      const answer = yield* post(`${place}/news2`, sent)
      expect(answer.status).toBe(422)
      expect(answer.body.type).toBe("urn:bedside:problem:invalid")
      expect(Server.problems(answer).toSorted()).toEqual([
        "consciousness: enum",
        "heartRate: unexpected",
        "pulse: range"
      ])
      const { errors } = answer.body
      expect(errors.find(({ path }: { path: string }) => path === "pulse").expected).toBe(
        "0 to 350 /min"
      )
      expect(answer.text).not.toMatch(/995|asleep/)
      const list = yield* post(`${place}/news2`, [observed])
      expect([list.status, Server.problems(list)]).toEqual([422, [": type"]])
    })
  )

  it.live("refuses a value that is nested without end, as it does any other", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const deep = `{"pulse":${"[".repeat(200_000)}${"]".repeat(200_000)}}`
      const answer = yield* post(`${place}/news2`, deep)
      expect([answer.status, Server.problems(answer)]).toEqual([422, ["pulse: type"]])
    })
  )

  it.live("refuses a patient whom the score is not for, and says why", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const { status, body } = yield* post(`${place}/news2`, {
        ...observed,
        age: 12,
        pregnant: true
      })
      expect(status).toBe(422)
      expect(body).toMatchObject({
        type: "urn:bedside:problem:outside-population",
        score: "news2",
        population: "16 years and over, not pregnant",
        reasons: ["under 16 years", "pregnant"],
        errors: [
          { path: "", code: "population" },
          { path: "", code: "population" }
        ]
      })
    })
  )

  it.live("knows no score of another name", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      for (const score of ["mews", "__proto__", "constructor"]) {
        expect([score, (yield* post(`${place}/${score}`, {})).status]).toEqual([score, 404])
      }
    })
  )

  it.live("is a typed call of the client", () =>
    Effect.gen(function* () {
      const { server, user } = yield* clinician
      const signedOut = yield* Client.make({ url: server.root })
      const { accessToken } = yield* signedOut.tokens.signIn({
        payload: { user, password: Redacted.make("password") }
      })
      const client = yield* Client.make({ url: server.root, token: Redacted.make(accessToken) })
      const payload = { ...observed, age: 12 }
      const refused = yield* Effect.flip(
        client.scores.compute({ params: { score: "news2" }, payload })
      )
      expect(refused).toMatchObject({ _tag: "OutsidePopulation", reasons: ["under 16 years"] })
      const result = yield* client.scores.compute({ params: { score: "news2" }, payload: observed })
      expect(result.band).toBe("medium")
    })
  )
})

describe("POST /api/v1/scores/chart", () => {
  const definition = {
    id: "st-elsewhere-fever",
    version: "1",
    citation: "St Elsewhere Hospital, fever chart, 2026",
    population: { description: "16 years and over", ageFrom: 16 },
    points: [3, 0, 1, 3],
    inputs: [
      {
        kind: "number",
        name: "temperature",
        unit: "Cel",
        decimals: 1,
        minimum: 10,
        maximum: 50,
        row: "<=34.9 | 35.0-37.9 | 38.0-38.9 | >=39.0"
      },
      { kind: "flag", name: "rigors", points: 1 }
    ],
    bands: [
      { from: 0, band: "calm" },
      { from: 2, band: "alarm", response: "Call the doctor on duty." }
    ]
  }

  it.live("scores by the definition that came with the inputs", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const send = (inputs: object) => post(`${place}/chart`, { definition, inputs })
      const { status, body } = yield* send({ temperature: 38.95, rigors: false })
      expect([status, body.score, body.total, body.band]).toEqual([
        200,
        "st-elsewhere-fever",
        3,
        "alarm"
      ])
      expect((yield* send({ temperature: 38.2 })).body).toMatchObject({
        total: null,
        missing: ["rigors"]
      })
      const refused = yield* send({ temperature: 51, rigours: true })
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["inputs.rigours: unexpected", "inputs.temperature: range"]
      ])
      expect((yield* send({ age: 9 })).body.reasons).toEqual(["under 16 years"])
    })
  )

  it.live("tells every problem of a definition", () =>
    Effect.gen(function* () {
      const { post } = yield* clinician
      const torn = { ...definition, citation: "", points: [3, 0, 1] }
      const refused = yield* post(`${place}/chart`, { definition: torn, inputs: {} })
      expect([refused.status, Server.problems(refused)]).toEqual([
        422,
        ["definition.citation: chart", "definition.inputs.temperature: chart"]
      ])
      const missing = yield* post(`${place}/chart`, { inputs: {} })
      expect(Server.problems(missing)).toEqual(["definition: missing"])
    })
  )
})

describe("the documentation of the scores", () => {
  it.live("has the inputs of each score with their units and ranges", () =>
    Effect.gen(function* () {
      const { server } = yield* clinician
      const { body } = yield* server.anonymous.get("/openapi.json")
      const operation = body.paths["/api/v1/scores/{score}"].post
      const { anyOf } = operation.requestBody.content["application/json"].schema
      expect(anyOf.length).toBe(24)
      const [news2] = anyOf
      expect([news2.title, news2.additionalProperties]).toEqual(["news2", false])
      expect(JSON.stringify(news2.properties.pulse)).toContain("/min")
      expect(JSON.stringify(news2.properties.pulse)).toContain("350")
      expect(JSON.stringify(anyOf)).not.toContain("$ref")
    })
  )
})
