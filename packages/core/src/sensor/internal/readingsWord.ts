/**
 * Four bytes of text at once, as a word of 32 bits with the first of them in its lowest byte.
 *
 * What is found is told by the lowest bit that is 1; the bits above it mean nothing.
 */

/** The place of the byte that was found, 0 to 3. */
export const placeOf = (found: number): number => (31 - Math.clz32(found & -found)) >>> 3

/** Finds a byte that is 0 (Mycroft 1987, as in Warren, Hacker's Delight, section 6-1). */
export const findZero = (word: number): number => (word - 0x01010101) & ~word & 0x80808080

/** Turns digits into the numbers 0 to 9, and any other byte into more. */
export const digitsOf = (word: number): number => word ^ 0x30303030

/** Finds a byte above 9. */
export const findOther = (digits: number): number => ((digits + 0x76767676) | digits) & 0x80808080

/** The number that four digits are: both pairs at once, then the two of them. */
export const numberOf = (digits: number): number => {
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff
  return Math.imul(pairs, (100 << 16) + 1) >>> 16
}

/** The number that the first `count` digits are, below four. */
export const numberOfFirst = (digits: number, count: number): number =>
  numberOf((digits << (24 - 8 * count)) << 8)
