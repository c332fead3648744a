/**
 * The inner loops of prediction: one bit for each value, 1 where it reaches a threshold.
 *
 * Free of branches, so that they cost the same at any rate of alerts. Nothing reaches a threshold that
 * is NaN, and NaN reaches none.
 */
import * as Simd from "./frameSimd.ts"

/** Sets the bits of rows `[from, to)` and answers how many were set. The bits were 0. */
export const mark = (
  values: Float64Array,
  from: number,
  to: number,
  threshold: number,
  bits: Uint32Array
): number => {
  const firstWord = (from + 31) >>> 5
  const lastWord = to >>> 5
  if (lastWord <= firstWord) return markEach(values, from, to, threshold, bits)
  let marked = markEach(values, from, firstWord << 5, threshold, bits)
  for (let word = firstWord; word < lastWord; word += Simd.wordsInBlock) {
    const end = Math.min(word + Simd.wordsInBlock, lastWord)
    marked += kernelFor(end - word)(values, word, end, threshold, bits)
  }
  return marked + markEach(values, lastWord << 5, to, threshold, bits)
}

/** The last row in `[from, to)` whose bit is set, or -1. */
export const lastMarked = (bits: Uint32Array, from: number, to: number): number => {
  for (let word = (to - 1) >>> 5; word >= from >>> 5; word--) {
    const beyond = to - (word << 5)
    const set = bits[word]! & (beyond >= 32 ? -1 : (1 << beyond) - 1)
    if (set === 0) continue
    const row = (word << 5) + 31 - Math.clz32(set)
    return row >= from ? row : -1
  }
  return -1
}

// Below this many words, copying a block costs more than it saves.
const fewWords = 8

let fastest: Simd.Kernel | undefined

const kernelFor = (words: number): Simd.Kernel =>
  words < fewWords ? markWords : (fastest ??= Simd.make() ?? markWords)

const markEach = (
  values: Float64Array,
  from: number,
  to: number,
  threshold: number,
  bits: Uint32Array
): number => {
  let marked = 0
  for (let row = from; row < to; row++) {
    const bit = Number(values[row]! >= threshold)
    bits[row >>> 5]! |= bit << (row & 31)
    marked += bit
  }
  return marked
}

/** Where there is no WebAssembly: a comparison becomes the number 0 or 1 and is shifted in. */
export const markWords: Simd.Kernel = (values, from, to, threshold, bits) => {
  for (let word = from | 0; word < to; word = (word + 1) | 0) {
    const row = word << 5
    bits[word] =
      markEight(values, row, threshold) |
      (markEight(values, (row + 8) | 0, threshold) << 8) |
      (markEight(values, (row + 16) | 0, threshold) << 16) |
      (markEight(values, (row + 24) | 0, threshold) << 24)
  }
  return countWords(bits, from, to)
}

const markEight = (values: Float64Array, row: number, threshold: number): number => {
  let bits = Number(values[(row + 7) | 0]! >= threshold)
  bits = ((bits << 1) + Number(values[(row + 6) | 0]! >= threshold)) | 0
  bits = ((bits << 1) + Number(values[(row + 5) | 0]! >= threshold)) | 0
  bits = ((bits << 1) + Number(values[(row + 4) | 0]! >= threshold)) | 0
  bits = ((bits << 1) + Number(values[(row + 3) | 0]! >= threshold)) | 0
  bits = ((bits << 1) + Number(values[(row + 2) | 0]! >= threshold)) | 0
  bits = ((bits << 1) + Number(values[(row + 1) | 0]! >= threshold)) | 0
  return ((bits << 1) + Number(values[row]! >= threshold)) | 0
}

// Adds up bits in pairs, then fours, then bytes (Warren, Hacker's Delight, section 5-1).
const countWords = (bits: Uint32Array, from: number, to: number): number => {
  let count = 0
  for (let word = from; word < to; word++) {
    const all = bits[word]! | 0
    const pairs = all - ((all >>> 1) & 0x55555555)
    const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}
