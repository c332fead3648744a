/**
 * Base64 of a long signal into bytes, two characters a step.
 *
 * Whatever is not plain groups of four characters of the alphabet is left to Effect's decoder, which
 * judges it.
 */
import * as Base64 from "effect/encoding/Base64"
import type { EncodingError } from "effect/encoding/EncodingError"
import * as Result from "effect/Result"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** Twelve bits for each pair of characters, -1 where one is not of the alphabet. */
const pairs = new Int32Array(128 * 128).fill(-1)
for (let first = 0; first < 64; first++) {
  for (let second = 0; second < 64; second++) {
    pairs[(alphabet.charCodeAt(first) << 7) | alphabet.charCodeAt(second)] = (first << 6) | second
  }
}

export const decode = (text: string): Result.Result<Uint8Array, EncodingError> => {
  const last = Base64.decode(text.slice(-4))
  if (text.length % 4 !== 0 || Result.isFailure(last)) return Base64.decode(text)
  const groups = Math.max(0, text.length / 4 - 1)
  const bytes = new Uint8Array(groups * 3 + last.success.length)
  let strange = 0
  for (let group = 0; group < groups; group++) {
    const at = group * 4
    const high = pairAt(text, at)
    const low = pairAt(text, at + 2)
    strange |= high | low
    bytes[group * 3] = high >> 4
    bytes[group * 3 + 1] = (high << 4) | (low >> 8)
    bytes[group * 3 + 2] = low
  }
  if (strange < 0) return Base64.decode(text)
  bytes.set(last.success, groups * 3)
  return Result.succeed(bytes)
}

const pairAt = (text: string, at: number): number => {
  const first = text.charCodeAt(at)
  const second = text.charCodeAt(at + 1)
  return (first | second) < 128 ? (pairs[(first << 7) | second] ?? -1) : -1
}
