/**
 * What it costs to read a signal of 650,000 samples (30 minutes at 360 Hz) from a JSON body.
 *
 *     node --conditions=@bedside/source packages/core/bench/intake.ts
 */
import * as Recording from "@bedside/core/Recording"
import * as Base64 from "effect/encoding/Base64"
import * as Schema from "effect/Schema"
import * as Rounds from "./rounds.ts"

const signal = Array.from({ length: 650_000 }, (_, at) =>
  Math.round(200 * Math.sin(at / 30) + 30 * Math.sin(at / 3.7) + ((at * 7919) % 23))
)
const integers = JSON.stringify({ name: "II", signal })
const base64 = JSON.stringify({
  name: "II",
  signal: Base64.encode(Recording.toBytes(Recording.pack(signal)))
})

const lead = <S extends Schema.ConstraintDecoder<unknown>>(signal: S) =>
  Schema.decodeUnknownSync(Schema.Struct({ name: Recording.LeadName, signal }))

const decodeIntegers = lead(Recording.SamplesFromIntegers)
const decodeBase64 = lead(Recording.SamplesFromBase64)
const decodeEach = lead(Schema.Array(Schema.Int))

const medians = Rounds.medians({
  "JSON.parse alone": () => JSON.parse(integers),
  SamplesFromIntegers: () => decodeIntegers(JSON.parse(integers)),
  SamplesFromBase64: () => decodeBase64(JSON.parse(base64)),
  "a schema for each element": () => decodeEach(JSON.parse(integers))
})

Rounds.print(medians)
console.log(
  `\nintegers: ${Rounds.ratio(medians, "SamplesFromIntegers", "JSON.parse alone")} of JSON.parse alone (asked: at most 1.3)`
)
console.log(
  `base64: ${Rounds.ratio(medians, "SamplesFromBase64", "a schema for each element")} of a schema for each element (asked: at most 0.1)`
)
