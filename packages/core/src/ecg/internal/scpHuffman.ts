/** The samples of SCP-ECG data: Huffman codes, or plain numbers of 16 bits, and their differences. */
import * as Result from "effect/Result"
import { i16, refuse, u16, u32 } from "./scpSections.ts"
import type { FormatError } from "../formats/Waveform.ts"
import type { Sections } from "./scpSections.ts"

/**
 * What a code stands for: `value` plus the number in the `extra` bits behind it, or, with `switches`,
 * the table of number `value` from here on.
 */
export interface Leaf {
  readonly value: number
  readonly extra: number
  readonly switches: boolean
}

export interface Table {
  /** Two a node: the node on a bit 0 and on a bit 1; 0 where there is none, and -1 - leaf. */
  readonly children: Int32Array
  readonly leaves: ReadonlyArray<Leaf>
}

interface Structure extends Leaf {
  /** The code, its first bit in bit 0, and its length in bits. */
  readonly code: number
  readonly length: number
}

/** Stands in place of the number of tables where the default table is meant. */
const defaultMark = 19_999

const structureBytes = 9

// Small values have a run of ones, a zero and a sign; larger ones follow in 8 or in 16 bits.
const defaultStructures: ReadonlyArray<Structure> = [
  { code: 0, length: 1, value: 0, extra: 0, switches: false },
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((size) => {
    const code = 2 ** size - 1
    const leaf = { length: size + 2, extra: 0, switches: false }
    return [
      { ...leaf, code, value: size },
      { ...leaf, code: code + 2 ** (size + 1), value: -size }
    ]
  }),
  { code: 511, length: 10, value: 0, extra: 8, switches: false },
  { code: 1023, length: 10, value: 0, extra: 16, switches: false }
]

/** The tables of section 2; none where the data is not coded. */
export const tables = (sections: Sections): Result.Result<ReadonlyArray<Table>, FormatError> =>
  Result.gen(function* () {
    const bytes = sections.get(2)
    if (bytes === undefined) return []
    if (bytes.length < 2) return yield* refuse("truncated", "section 2", "a number of tables")
    const count = u16(bytes, 0)
    if (count === defaultMark) return [yield* makeTable(defaultStructures, "section 2")]
    const read: Array<Table> = []
    let at = 2
    for (let index = 0; index < count; index++) {
      const where = `section 2, table ${index + 1}`
      const structures = at + 2 <= bytes.length ? u16(bytes, at) : Infinity
      if (at + 2 + structures * structureBytes > bytes.length) {
        return yield* refuse("truncated", where, "all its codes")
      }
      const codes = Array.from({ length: structures }, (_, nth) =>
        structureAt(bytes, at + 2 + nth * structureBytes)
      )
      read.push(yield* makeTable(codes, where))
      at += 2 + structures * structureBytes
    }
    return read
  })

const structureAt = (bytes: Uint8Array, at: number): Structure => ({
  length: bytes[at]!,
  extra: bytes[at + 1]! - bytes[at]!,
  switches: bytes[at + 2] === 0,
  value: i16(bytes, at + 3),
  code: u32(bytes, at + 5)
})

const makeTable = (
  structures: ReadonlyArray<Structure>,
  where: string
): Result.Result<Table, FormatError> => {
  const bits = structures.reduce((sum, { length }) => sum + Math.min(length, 32), 0)
  const children = new Int32Array(2 * (bits + 1))
  let nodes = 1
  for (const [index, { code, length, extra }] of structures.entries()) {
    if (length < 1 || length > 32 || extra < 0 || extra > 16) {
      return refuse("malformed", where, "codes of 1 to 32 bits with up to 16 bits behind them")
    }
    let node = 0
    for (let bit = 0; bit < length; bit++) {
      const branch = 2 * node + ((code >>> bit) & 1)
      const child = children[branch]!
      const isLast = bit === length - 1
      if (child < 0 || (isLast && child !== 0)) {
        return refuse("malformed", where, "codes of which none begins another")
      }
      if (isLast) children[branch] = -1 - index
      else node = child === 0 ? (children[branch] = nodes++) : child
    }
  }
  return Result.succeed({ children, leaves: structures })
}

/** Reads `count` samples, and adds up their differences modulo 65,536. */
export const samples = (
  run: Uint8Array,
  count: number,
  tables: ReadonlyArray<Table>,
  order: number,
  where: string
): Result.Result<Int16Array, FormatError> => {
  const [first] = tables
  // No code has fewer bits than one.
  if (count > (first === undefined ? run.length / 2 : run.length * 8)) {
    return refuse("truncated", where, "as many samples as the record declares")
  }
  const read =
    first === undefined
      ? Result.succeed(Int16Array.from({ length: count }, (_, index) => i16(run, 2 * index)))
      : decode(run, count, tables, first, where)
  return Result.map(read, (differences) => summed(differences, order))
}

const decode = (
  run: Uint8Array,
  count: number,
  tables: ReadonlyArray<Table>,
  first: Table,
  where: string
): Result.Result<Int16Array, FormatError> => {
  const values = new Int16Array(count)
  const bits = run.length * 8
  let table = first
  let node = 0
  let at = 0
  for (let index = 0; index < count;) {
    if (at >= bits) return refuse("truncated", where, "as many samples as the record declares")
    const next = table.children[2 * node + bitAt(run, at++)]!
    if (next === 0) return refuse("malformed", where, "codes that are in the table")
    node = Math.max(0, next)
    if (next > 0) continue
    const { value, extra, switches } = table.leaves[-1 - next]!
    if (switches) {
      const other = tables[value - 1]
      if (other === undefined) return refuse("malformed", where, "tables that are in section 2")
      table = other
    } else {
      if (at + extra > bits) return refuse("truncated", where, "all bits of a sample")
      values[index++] = value + signedAt(run, at, extra)
      at += extra
    }
  }
  return Result.succeed(values)
}

const bitAt = (run: Uint8Array, at: number): number => (run[at >> 3]! >> (7 - (at & 7))) & 1

const signedAt = (run: Uint8Array, at: number, width: number): number => {
  let value = 0
  for (let bit = at; bit < at + width; bit++) value = (value << 1) | bitAt(run, bit)
  return width === 0 ? 0 : (value << (32 - width)) >> (32 - width)
}

const summed = (values: Int16Array, order: number): Int16Array => {
  for (let index = order; order > 0 && index < values.length; index++) {
    const last = values[index - 1]!
    const slope = order === 1 ? 0 : last - values[index - 2]!
    values[index] = values[index]! + last + slope
  }
  return values
}
