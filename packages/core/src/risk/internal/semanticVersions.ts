/**
 * The order of semantic versions: by their numbers and not by their digits, so 1.10.0 is above 1.9.9,
 * and 01.0.0 is no other version than 1.0.0.
 */

/** Negative where the first is lower, 0 where they are equal, positive where it is higher. */
export const compare = (left: string, right: string): number => {
  const others = right.split(".").map(BigInt)
  const differences = left.split(".").map((part, at) => BigInt(part) - (others[at] ?? 0n))
  const first = differences.find((difference) => difference !== 0n) ?? 0n
  if (first === 0n) return 0
  return first < 0n ? -1 : 1
}
