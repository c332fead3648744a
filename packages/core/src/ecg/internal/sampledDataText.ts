/** The `data` of SampledData: numbers, `E`, `U` and `L` with a blank between them. */
import * as Decimal from "./bytesDecimal.ts"
import type { Channel } from "../formats/Waveform.ts"
import { missing } from "../Signal.ts"

/** What stands for the letters that are no numbers. */
export interface Letters {
  readonly above: number
  readonly below: number
}

const blank = 32

const isBlank = (code: number): boolean => code === blank || (code >= 9 && code <= 13)

/** How many values a text has. */
export const count = (text: string): number => {
  let values = 0
  let before = true
  for (let at = 0; at < text.length; at++) {
    const isGap = isBlank(text.charCodeAt(at))
    if (before && !isGap) values += 1
    before = isGap
  }
  return values
}

/**
 * The values of a text, turn by turn for each of its dimensions; or the place of the first value,
 * counted from 1, that is none.
 */
export const read = (
  text: string,
  dimensions: number,
  letters: Letters
): ReadonlyArray<Float64Array> | number => {
  const length = count(text) / dimensions
  const channels = Array.from({ length: dimensions }, () => new Float64Array(length))
  let index = 0
  for (let at = 0; at < text.length;) {
    if (isBlank(text.charCodeAt(at))) {
      at += 1
      continue
    }
    let end = at + 1
    while (end < text.length && !isBlank(text.charCodeAt(end))) end += 1
    const value = valueAt(text, at, end, letters)
    if (value === undefined) return index + 1
    channels[index % dimensions]![Math.floor(index / dimensions)] = value
    index += 1
    at = end
  }
  return channels
}

const valueAt = (
  text: string,
  from: number,
  to: number,
  { above, below }: Letters
): number | undefined => {
  if (to - from === 1) {
    const letter = text[from]
    if (letter === "E") return NaN
    if (letter === "U") return above
    if (letter === "L") return below
  }
  const value = Decimal.parse(text, from, to)
  return Number.isNaN(value) ? undefined : value
}

/** Whole numbers of 32 bits where all are, with missing ones; the values themselves otherwise. */
export const narrowed = (values: Float64Array): Int32Array | Float64Array => {
  const samples = new Int32Array(values.length)
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (Number.isNaN(value)) samples[index] = missing
    else if ((value | 0) === value && value !== missing) samples[index] = value
    else return values
  }
  return samples
}

/** The text of the digital samples of a channel. */
export const write = (samples: Channel["samples"]): string =>
  Array.from(samples, (sample) =>
    sample === missing || !Number.isFinite(sample) ? "E" : String(sample)
  ).join(" ")
