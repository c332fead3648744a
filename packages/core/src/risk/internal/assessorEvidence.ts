/**
 * What an assessor is shown: numbers, ids that we made, and codes of closed lists. No field can hold a
 * text from outside.
 */
import * as Schema from "effect/Schema"
import * as Vital from "../../measurement/Vital.ts"

export const scoreCodes = [
  "news2",
  "news",
  "meows-send-0-2-8",
  "subbe-mews",
  "qsofa",
  "sirs",
  "sofa",
  "curb-65",
  "heart",
  "glasgow-coma-scale",
  "cha2ds2-va",
  "cha2ds2-vasc"
] as const

export const bandCodes = [
  "low",
  "low-medium",
  "medium",
  "high",
  "mild",
  "moderate",
  "intermediate",
  "severe",
  "critical",
  "positive",
  "negative",
  "met",
  "not-met"
] as const

/** The outcomes in our words, so that no model's own description is passed on. */
export const outcomes = {
  deterioration: "death in hospital",
  hypotension: "two mean pressures below 65 mm[Hg] or more within 6 hours"
} as const

const Id = Schema.String.check(Schema.isPattern(/^[osr][1-9]\d{0,2}$/))

export const longestBefore = 48 * 60

const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: longestBefore }))

const Band = Schema.NullOr(Schema.Literals(bandCodes))

const isPossible = Schema.makeFilter(
  ({ vital, value }: { readonly vital: Vital.NumericCode; readonly value: number }) =>
    Vital.within(Vital.get(vital).possible, value)
)

export const Quantity = Schema.Struct({
  id: Id,
  vital: Vital.NumericCode,
  value: Schema.Finite,
  minutesBefore: Minutes,
  implausible: Schema.Boolean
})
  .check(isPossible)
  .annotate({ identifier: "AssessorQuantity" })

export const Code = Schema.Struct({
  id: Id,
  vital: Vital.CodedCode,
  value: Schema.Literals([
    ...Vital.Consciousness.literals,
    ...Vital.OxygenDevice.literals,
    ...Vital.Flag.literals
  ]),
  minutesBefore: Minutes
}).annotate({ identifier: "AssessorCode" })

export const Total = Schema.Struct({
  id: Id,
  score: Schema.Literals(scoreCodes),
  total: Schema.NullOr(Schema.Finite),
  lowerBound: Schema.Finite,
  band: Band
}).annotate({ identifier: "AssessorTotal" })

export const Probability = Schema.Struct({
  id: Id,
  model: Schema.Literals(["deterioration", "hypotension"]),
  risk: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  band: Band
}).annotate({ identifier: "AssessorProbability" })

const sections = {
  observations: Schema.Array(Schema.Union([Quantity, Code])),
  scores: Schema.Array(Total),
  risks: Schema.Array(Probability)
}

interface Sections extends Schema.Schema.Type<Schema.Struct<typeof sections>> {}

export const idsOf = ({ observations, scores, risks }: Sections): ReadonlyArray<string> =>
  [...observations, ...scores, ...risks].map(({ id }) => id)

const saysSomethingOnce = Schema.makeFilter((evidence: Sections) => {
  const ids = idsOf(evidence)
  return ids.length > 0 && new Set(ids).size === ids.length
})

export const Evidence = Schema.Struct(sections)
  .check(saysSomethingOnce)
  .annotate({ identifier: "AssessorEvidence" })

export const decodeQuantity = Schema.decodeUnknownOption(Quantity)
export const decodeCode = Schema.decodeUnknownOption(Code)
export const decodeTotal = Schema.decodeUnknownOption(Total)
export const decodeProbability = Schema.decodeUnknownOption(Probability)

/** As it is sent: field by field, with units and outcomes out of our own tables. */
export const render = ({ observations, scores, risks }: Sections): string =>
  JSON.stringify({
    observations: observations.map((it) =>
      "implausible" in it ? { ...it, unit: Vital.get(it.vital).unit } : it
    ),
    scores,
    risks: risks.map((it) => ({ ...it, outcome: outcomes[it.model] }))
  })
