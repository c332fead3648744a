/**
 * The sample formats of WFDB signal files, as signal(5) of the WFDB Applications Guide describes
 * them: how many bytes a number of samples takes, and how they are packed.
 *
 * Samples are packed and unpacked as the raw codes of the file, in its order. What a code means
 * (a difference, a missing sample) is for the caller.
 */

/** A way of writing samples; `bits` of the numbers it can hold, `missing` its code for no sample. */
export interface Format {
  readonly bits: number
  readonly missing: number | undefined
  /** The bytes that `count` samples take. */
  readonly size: (count: number) => number
  /** The samples that `bytes` bytes hold. */
  readonly capacity: (bytes: number) => number
  /** Reads the first `into.length` samples of bytes that hold as many. */
  readonly unpack: (bytes: Uint8Array, into: Int32Array) => void
  /** Writes samples that fit into bytes of their `size`. */
  readonly pack: (samples: Int32Array, into: Uint8Array) => void
}

const whole = (width: number) => ({
  size: (count: number) => count * width,
  capacity: (bytes: number) => Math.floor(bytes / width)
})

const eightBits = (offset: number): Pick<Format, "size" | "capacity" | "unpack" | "pack"> => ({
  ...whole(1),
  unpack: (bytes, into) => {
    const shift = offset === 0 ? 24 : 0
    for (let i = 0; i < into.length; i++) into[i] = ((bytes[i]! << shift) >> shift) - offset
  },
  pack: (samples, into) => {
    for (let i = 0; i < samples.length; i++) into[i] = samples[i]! + offset
  }
})

// `low` and `high` are the places of the two bytes.
const sixteenBits = (
  low: 0 | 1,
  high: 0 | 1,
  offset: number
): Pick<Format, "size" | "capacity" | "unpack" | "pack"> => ({
  ...whole(2),
  unpack: (bytes, into) => {
    const shift = offset === 0 ? 16 : 0
    for (let i = 0, at = 0; i < into.length; i++, at += 2) {
      const code = bytes[at + low]! | (bytes[at + high]! << 8)
      into[i] = ((code << shift) >> shift) - offset
    }
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i++, at += 2) {
      const code = samples[i]! + offset
      into[at + low] = code
      into[at + high] = code >> 8
    }
  }
})

const format24: Format = {
  bits: 24,
  missing: -8_388_608,
  ...whole(3),
  unpack: (bytes, into) => {
    for (let i = 0, at = 0; i < into.length; i++, at += 3) {
      into[i] = ((bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24)) >> 8
    }
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i++, at += 3) {
      const code = samples[i]!
      into[at] = code
      into[at + 1] = code >> 8
      into[at + 2] = code >> 16
    }
  }
}

const format32: Format = {
  bits: 32,
  missing: -2_147_483_648,
  ...whole(4),
  unpack: (bytes, into) => {
    for (let i = 0, at = 0; i < into.length; i++, at += 4) {
      into[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    }
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i++, at += 4) {
      const code = samples[i]!
      into[at] = code
      into[at + 1] = code >> 8
      into[at + 2] = code >> 16
      into[at + 3] = code >> 24
    }
  }
}

// Two samples in three bytes: the low bits of each in a byte of their own, the high bits of both in
// the byte between, those of the first below.
const format212: Format = {
  bits: 12,
  missing: -2048,
  size: (count) => Math.ceil(count * 1.5),
  capacity: (bytes) => Math.floor(bytes / 1.5),
  unpack: (bytes, into) => {
    const pairs = into.length >> 1
    for (let pair = 0, at = 0; pair < pairs; pair++, at += 3) {
      const shared = bytes[at + 1]!
      into[2 * pair] = ((bytes[at]! << 20) | (shared << 28)) >> 20
      into[2 * pair + 1] = ((bytes[at + 2]! << 20) | ((shared & 0xf0) << 24)) >> 20
    }
    const at = pairs * 3
    if (into.length % 2 === 1) into[2 * pairs] = ((bytes[at]! << 20) | (bytes[at + 1]! << 28)) >> 20
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i += 2, at += 3) {
      const first = samples[i]!
      const second = i + 1 < samples.length ? samples[i + 1]! : 0
      into[at] = first
      into[at + 1] = ((first >> 8) & 0x0f) | ((second >> 4) & 0xf0)
      if (i + 1 < samples.length) into[at + 2] = second
    }
  }
}

// Three samples in two 16-bit words: two in bits 1 to 10 of a word each, the third in the five bits
// above them, its low half in the first word. Bit 0 is not used.
const format310: Format = {
  bits: 10,
  missing: -512,
  size: (count) => Math.floor(count / 3) * 4 + (count % 3) * 2,
  capacity: (bytes) => Math.floor(bytes / 4) * 3 + ((bytes % 4) >> 1),
  unpack: (bytes, into) => {
    for (let i = 0, at = 0; i < into.length; i += 3, at += 4) {
      const first = bytes[at]! | (bytes[at + 1]! << 8)
      const second = i + 1 < into.length ? bytes[at + 2]! | (bytes[at + 3]! << 8) : 0
      into[i] = (first << 21) >> 22
      if (i + 1 < into.length) into[i + 1] = (second << 21) >> 22
      if (i + 2 < into.length) into[i + 2] = (((first >> 11) | ((second >> 11) << 5)) << 22) >> 22
    }
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i += 3, at += 4) {
      const third = i + 2 < samples.length ? samples[i + 2]! : 0
      const first = ((samples[i]! << 1) & 0x7fe) | ((third & 0x1f) << 11)
      into[at] = first
      into[at + 1] = first >> 8
      if (i + 1 >= samples.length) continue
      const second = ((samples[i + 1]! << 1) & 0x7fe) | (((third >> 5) & 0x1f) << 11)
      into[at + 2] = second
      into[at + 3] = second >> 8
    }
  }
}

// Three samples one after the other in the low 30 bits of a 32-bit word.
const format311: Format = {
  bits: 10,
  missing: -512,
  size: (count) => Math.floor(count / 3) * 4 + [0, 2, 3][count % 3]!,
  capacity: (bytes) => Math.floor(bytes / 4) * 3 + [0, 0, 1, 2][bytes % 4]!,
  unpack: (bytes, into) => {
    for (let i = 0, at = 0; i < into.length; i += 3, at += 4) {
      const left = into.length - i
      const low = bytes[at]! | (bytes[at + 1]! << 8)
      const middle = left > 1 ? bytes[at + 2]! << 16 : 0
      const word = low | middle | (left > 2 ? bytes[at + 3]! << 24 : 0)
      into[i] = (word << 22) >> 22
      if (left > 1) into[i + 1] = (word << 12) >> 22
      if (left > 2) into[i + 2] = (word << 2) >> 22
    }
  },
  pack: (samples, into) => {
    for (let i = 0, at = 0; i < samples.length; i += 3, at += 4) {
      const left = samples.length - i
      const second = left > 1 ? (samples[i + 1]! & 0x3ff) << 10 : 0
      const third = left > 2 ? (samples[i + 2]! & 0x3ff) << 20 : 0
      const word = (samples[i]! & 0x3ff) | second | third
      into[at] = word
      into[at + 1] = word >> 8
      if (left > 1) into[at + 2] = word >> 16
      if (left > 2) into[at + 3] = word >> 24
    }
  }
}

/** The formats by their numbers. Format 8 holds differences, and no code of its own for no sample. */
export const formats = {
  8: { bits: 8, missing: undefined, ...eightBits(0) },
  16: { bits: 16, missing: -32_768, ...sixteenBits(0, 1, 0) },
  24: format24,
  32: format32,
  61: { bits: 16, missing: -32_768, ...sixteenBits(1, 0, 0) },
  80: { bits: 8, missing: -128, ...eightBits(128) },
  160: { bits: 16, missing: -32_768, ...sixteenBits(0, 1, 32_768) },
  212: format212,
  310: format310,
  311: format311
} satisfies Record<number, Format>

/** The number of a format. */
export type FormatNumber = keyof typeof formats

/** Whether a number names a format that is read. */
export const isFormat = (number: number): number is FormatNumber => Object.hasOwn(formats, number)
