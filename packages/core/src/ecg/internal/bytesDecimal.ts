/** Decimal numbers within a long text, read without cutting it up. */

// Whole numbers and powers of ten that a double holds exactly: one division of two of them is rounded
// once, and so correctly.
const exactDigits = 15
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, power) => Number(`1e${power}`))

const decimal = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/

// Longer than any number that a program writes; a double has at most 17 digits and an exponent.
const longest = 400

const minus = 45
const plus = 43
const point = 46
const zero = 48

/**
 * The decimal number between two places of a text, with or without a sign, a point, an exponent; NaN
 * for any other text, and for a number beyond the range of a double.
 */
export const parse = (text: string, from: number, to: number): number => {
  const sign = text.charCodeAt(from)
  const start = sign === minus || sign === plus ? from + 1 : from
  let whole = 0
  let digits = 0
  let places = -1
  for (let at = start; at < to; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit
      digits += 1
      if (places >= 0) places += 1
    } else if (digit === point - zero && places < 0) places = 0
    else return parseSlowly(text, from, to)
  }
  if (digits === 0 || digits > exactDigits) return parseSlowly(text, from, to)
  const value = places > 0 ? whole / powers[places]! : whole
  return sign === minus ? -value : value
}

const parseSlowly = (text: string, from: number, to: number): number => {
  if (to - from > longest) return NaN
  const part = text.slice(from, to)
  const value = decimal.test(part) ? Number(part) : NaN
  return Number.isFinite(value) ? value : NaN
}

/**
 * The decimal number of the fewest digits between two others, both included. The shortest one is
 * what was meant where a rate was given as its inverse.
 */
export const shortest = (low: number, high: number): number => {
  const middle = low + (high - low) / 2
  for (let digits = 1; digits <= 17; digits++) {
    const value = Number(middle.toPrecision(digits))
    if (value >= low && value <= high) return value
  }
  return middle
}

/** A number of at most 15 digits beside this one that passes for it too, or this one. */
export const simplest = (value: number, passes: (candidate: number) => boolean): number => {
  const simple = Number(value.toPrecision(exactDigits))
  return passes(simple) ? simple : value
}
