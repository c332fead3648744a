/**
 * Numbers of a CSV, read from its bytes four digits at a time, to the very double that `Number` gives.
 *
 * The digits become two integers that doubles hold exactly. Their sum times a power of ten, each with
 * what rounding has taken from it, is known to a hundred bits, and so is how it is rounded: but for
 * numbers next to the middle between two doubles, and those are left to `Number`.
 */
import { errorOfProduct } from "./momentsTwofold.ts"
import { textOf } from "./readingsText.ts"
import * as Word from "./readingsWord.ts"

/** As many bytes `decimal` may look at. */
export const longest = 48

// 10^22 is the largest power of ten that is a double.
const largest = 22
const tens = Float64Array.from({ length: largest + 1 }, (_, exponent) => Number(`1e${exponent}`))
const fives = tens.map((ten, exponent) => ten / 2 ** exponent)

/** Each power of ten from 10^-22 to 10^22, and what rounding has taken from it. */
const scales = new Float64Array(2 * (2 * largest + 1))
tens.forEach((ten, exponent) => {
  const inverse = 1 / ten
  const lost = (1 - inverse * ten - errorOfProduct(inverse, ten)) / ten
  scales.set([inverse, lost], 2 * (largest - exponent))
  scales.set([ten, 0], 2 * (largest + exponent))
})

const point = 0x2e - 0x30

/** More before the point are no exact double. */
const mostDigits = 16

/**
 * Reads a decimal number at `from`, where `longest` bytes follow, into `column[row]`, and answers the
 * first byte that does not belong to it: -1 where there is none, or none that is surely exact.
 *
 * A number that is returned would be put on the heap.
 */
export const decimal = (
  bytes: Uint8Array,
  view: DataView,
  from: number,
  column: Float64Array,
  row: number
): number => {
  const isNegative = bytes[from] === 0x2d
  const start = isNegative ? (from + 1) | 0 : from | 0
  let at = start
  let high = 0
  let digit = (bytes[at]! - 0x30) | 0
  while (digit >>> 0 <= 9 && at - start < mostDigits) {
    high = 10 * high + digit
    at = (at + 1) | 0
    digit = (bytes[at]! - 0x30) | 0
  }
  let low = 0
  let lowDigits = 0
  let exponent = 0
  if (digit === point) {
    const first = (at + 1) | 0
    at = first
    let digits = Word.digitsOf(view.getInt32(at, true))
    let others = Word.findOther(digits)
    if (others === 0) {
      high = high * 10_000 + Word.numberOf(digits)
      at = (at + 4) | 0
      digits = Word.digitsOf(view.getInt32(at, true))
      others = Word.findOther(digits)
    }
    const lowFirst = at
    while (others === 0 && at - lowFirst < 12) {
      low = low * 10_000 + Word.numberOf(digits)
      at = (at + 4) | 0
      digits = Word.digitsOf(view.getInt32(at, true))
      others = Word.findOther(digits)
    }
    if (others === 0) return -1
    const left = Word.placeOf(others)
    low = low * tens[left]! + Word.numberOfFirst(digits, left)
    at = (at + left) | 0
    lowDigits = (at - lowFirst) | 0
    exponent = (first - at) | 0
  }
  if (at - start === (digit === point ? 1 : 0)) return -1
  if ((bytes[at]! | 0x20) === 0x65) {
    const first = at + 1
    at = endOfExponent(bytes, first)
    if (at < 0) return -1
    exponent += exponentIn(bytes, first, at)
  }
  return store(high, low, lowDigits, exponent, isNegative, column, row) ? at : -1
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

const endOfExponent = (bytes: Uint8Array, from: number): number => {
  const isSigned = bytes[from] === 0x2d || bytes[from] === 0x2b
  const first = isSigned ? from + 1 : from
  let at = first
  while (at - first < 3 && isDigit(bytes[at]!)) at += 1
  return at === first ? -1 : at
}

const exponentIn = (bytes: Uint8Array, from: number, to: number): number => {
  let exponent = 0
  for (let at = from; at < to; at++) {
    if (isDigit(bytes[at]!)) exponent = 10 * exponent + (bytes[at]! - 0x30)
  }
  return bytes[from] === 0x2d ? -exponent : exponent
}

/** Stores `(high * 10^lowDigits + low) * 10^exponent`, or answers that its last bit is not sure. */
const store = (
  high: number,
  low: number,
  lowDigits: number,
  exponent: number,
  isNegative: boolean,
  column: Float64Array,
  row: number
): boolean => {
  if (exponent < -largest || exponent > largest) return false
  // 10^n has as many bits as 5^n: up to here the product is exact.
  if (high * fives[lowDigits]! > Number.MAX_SAFE_INTEGER) return false
  const shifted = high * tens[lowDigits]!
  const mantissa = shifted + low
  const rest = low - (mantissa - shifted)
  const place = 2 * (exponent + largest)
  const scale = scales[place]!
  const product = mantissa * scale
  const missing = errorOfProduct(mantissa, scale) + (mantissa * scales[place + 1]! + rest * scale)
  const doubt = product * doubtful
  const value = product + (missing - doubt)
  column[row] = isNegative ? -value : value
  return value === product + (missing + doubt)
}

// Eight errors of 2^-106 add up to less.
const doubtful = 2 ** -100

const grammar = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const infinite = /^[+-]?inf(?:inity)?$/i
const absent = /^(?:[+-]?nan|na|n\/a|null)?$/i

/**
 * The number in a whole cell: NaN where it is missing (empty, NaN, NA, N/A, null), `undefined` where it
 * is no number.
 */
export const cell = (bytes: Uint8Array, from: number, to: number): number | undefined => {
  if (from === to) return NaN
  const text = textOf(bytes, from, to).trim()
  if (grammar.test(text)) return Number(text)
  if (infinite.test(text)) return text.startsWith("-") ? -Infinity : Infinity
  return absent.test(text) ? NaN : undefined
}
