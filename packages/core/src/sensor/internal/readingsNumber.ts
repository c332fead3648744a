/**
 * Numbers of a CSV, read from its bytes, to the very double that `Number` gives.
 *
 * Most are read without making a string. Where that could round differently, `Number` is asked.
 */
import { errorOfProduct, errorOfSum } from "./momentsTwofold.ts"
import { textOf } from "./readingsText.ts"

/** Where a number ended that `decimal` has read. */
export interface End {
  at: number
}

const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/**
 * Reads a decimal number at the start of `bytes[from, to)`; NaN where there is none, or none that is
 * surely exact. `end.at` is the first byte that does not belong to it.
 *
 * The first nine digits and the next nine are integers of 32 bits; both over a power of ten that is
 * exact too (up to 10^22) give the quotient and what it has lost, and so its rounding (Clinger 1990,
 * doi:10.1145/93542.93557, for the short ones).
 */
export const decimal = (bytes: Uint8Array, from: number, to: number, end: End): number => {
  let at = from | 0
  const negative = at < to && bytes[at] === 0x2d
  if (negative) at = (at + 1) | 0
  const start = at
  let point = -1
  while (at < to && (bytes[at] === 0x30 || (bytes[at] === 0x2e && point < 0))) {
    if (bytes[at] === 0x2e) point = at
    at = (at + 1) | 0
  }
  let digits = 0
  let high = 0
  let low = 0
  for (; at < to && digits < 9; at = (at + 1) | 0) {
    const digit = (bytes[at]! - 0x30) | 0
    if (digit >>> 0 <= 9) {
      high = (Math.imul(high, 10) + digit) | 0
      digits = (digits + 1) | 0
    } else if (digit === -2 && point < 0) point = at
    else break
  }
  for (; at < to; at = (at + 1) | 0) {
    const digit = (bytes[at]! - 0x30) | 0
    if (digit >>> 0 <= 9) {
      low = (Math.imul(low, 10) + digit) | 0
      digits = (digits + 1) | 0
    } else if (digit === -2 && point < 0) point = at
    else break
  }
  end.at = at
  if (at - start === (point < 0 ? 0 : 1) || digits > 18) return NaN
  let decimals = point < 0 ? 0 : at - point - 1
  if (at < to && (bytes[at]! | 0x20) === 0x65) {
    at += 1
    const minus = bytes[at] === 0x2d
    if (minus || bytes[at] === 0x2b) at += 1
    let exponent = 0
    const first = at
    while (at < to && at - first < 4 && isDigit(bytes[at]!)) {
      exponent = exponent * 10 + (bytes[at++]! - 0x30)
    }
    if (at === first) return NaN
    end.at = at
    decimals += minus ? exponent : -exponent
  }
  const value = scaled(high, low, digits, decimals)
  return negative ? -value : value
}

const scaled = (high: number, low: number, digits: number, decimals: number): number => {
  const shift = digits > 9 ? powers[digits - 9]! : 1
  const shifted = high * shift
  const mantissa = shifted + low
  if (mantissa <= Number.MAX_SAFE_INTEGER) {
    if (decimals >= 0 && decimals <= 22) return mantissa / powers[decimals]!
    return decimals < 0 && decimals >= -22 ? mantissa * powers[-decimals]! : NaN
  }
  if (decimals < 0 || decimals > 22) return NaN
  const rest = errorOfProduct(high, shift) + errorOfSum(shifted, low, mantissa)
  const by = powers[decimals]!
  const quotient = mantissa / by
  const left = (mantissa - quotient * by - errorOfProduct(quotient, by) + rest) / by
  const below = quotient + left * (1 - 1e-15)
  return below === quotient + left * (1 + 1e-15) ? below : NaN
}

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
