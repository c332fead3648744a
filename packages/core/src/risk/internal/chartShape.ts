/**
 * The shape of the definition of a chart, which `Chart` documents and offers.
 */
import * as Schema from "effect/Schema"

const line = {
  name: Schema.String,
  item: Schema.optionalKey(Schema.String),
  optional: Schema.optionalKey(Schema.Boolean)
}

export const NumberInput = Schema.Struct({
  kind: Schema.Literal("number"),
  ...line,
  unit: Schema.String,
  minimum: Schema.Finite,
  maximum: Schema.Finite,
  decimals: Schema.optionalKey(Schema.Finite),
  whole: Schema.optionalKey(Schema.Boolean),
  row: Schema.String
})

export interface NumberInput extends Schema.Schema.Type<typeof NumberInput> {}

export const CodeInput = Schema.Struct({
  kind: Schema.Literal("code"),
  ...line,
  points: Schema.Record(Schema.String, Schema.Finite)
})

export interface CodeInput extends Schema.Schema.Type<typeof CodeInput> {}

export const FlagInput = Schema.Struct({
  kind: Schema.Literal("flag"),
  ...line,
  points: Schema.Finite
})

export interface FlagInput extends Schema.Schema.Type<typeof FlagInput> {}

export const Input = Schema.Union([NumberInput, CodeInput, FlagInput])

export type Input = typeof Input.Type

export const Population = Schema.Struct({
  description: Schema.String,
  ageFrom: Schema.optionalKey(Schema.Finite),
  ageBelow: Schema.optionalKey(Schema.Finite),
  pregnancy: Schema.optionalKey(Schema.Literals(["excluded", "required"]))
})

export interface Population extends Schema.Schema.Type<typeof Population> {}

const advice = { band: Schema.String, response: Schema.optionalKey(Schema.String) }

export const Definition = Schema.Struct({
  id: Schema.String,
  version: Schema.String,
  citation: Schema.String,
  population: Schema.optionalKey(Population),
  points: Schema.Array(Schema.Finite),
  inputs: Schema.Array(Input),
  bands: Schema.Array(Schema.Struct({ from: Schema.Finite, ...advice })),
  single: Schema.optionalKey(
    Schema.Struct({ points: Schema.Finite, below: Schema.Finite, ...advice })
  )
}).annotate({ identifier: "ChartDefinition" })

export interface TotalBand<Band extends string = string> {
  readonly from: number
  readonly band: Band
  readonly response?: string
}

export interface SingleBand<Band extends string = string> {
  readonly points: number
  readonly below: number
  readonly band: Band
  readonly response?: string
}

export interface Definition<Band extends string = string> extends Omit<
  typeof Definition.Type,
  "bands" | "single"
> {
  readonly bands: ReadonlyArray<TotalBand<Band>>
  readonly single?: SingleBand<Band>
}

export const Problem = Schema.Struct({ at: Schema.String, problem: Schema.String })

export interface Problem extends Schema.Schema.Type<typeof Problem> {}
