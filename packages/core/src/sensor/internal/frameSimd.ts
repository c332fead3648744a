/**
 * The marking of whole words in WebAssembly: a value costs less than reading it from memory.
 *
 * The values are copied, block by block, into one page that stays in the nearest cache: they come first,
 * their bits from byte 32,768 on. Each load compares two values; their answers, all ones or all zeros,
 * are narrowed from 64 bits to 8 and gathered sixteen at a time.
 *
 * ```wat
 * (module
 *   (memory (export "memory") 1)
 *   (func (export "mark") (param $end i32) (param $threshold f64) (result i32)
 *     (local $at i32) (local $word i32) (local $marked i32) (local $limit v128)
 *     (local.set $limit (f64x2.splat (local.get $threshold)))
 *     (loop $words
 *       (i32.store offset=32768 (i32.shr_u (local.get $at) (i32.const 6))
 *         (local.tee $word (i32.or (sixteen 0) (i32.shl (sixteen 128) (i32.const 16)))))
 *       (local.set $marked (i32.add (local.get $marked) (i32.popcnt (local.get $word))))
 *       (br_if $words (i32.lt_u
 *         (local.tee $at (i32.add (local.get $at) (i32.const 256))) (local.get $end))))
 *     (local.get $marked)))
 *
 * sixteen(o) = (i8x16.bitmask (i8x16.narrow_i16x8_s (eight o) (eight o+64)))
 * eight(o)   = (i16x8.narrow_i32x4_s (four o) (four o+32))
 * four(o)    = (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (two o) (two o+16))
 * two(o)     = (f64x2.ge (v128.load offset=o (local.get $at)) (local.get $limit))
 * ```
 */

/** Sets words `[from, to)` of the bits, and answers how many bits of them are 1. */
export type Kernel = (
  values: Float64Array,
  from: number,
  to: number,
  threshold: number,
  bits: Uint32Array
) => number

/** As many words a kernel takes at once. */
export const wordsInBlock = 128

type Bytes = ReadonlyArray<number>

// Numbers in LEB128. Those that are signed in the format have the sign bit clear here.
const number = (value: number): Bytes =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)]
const sized = (bytes: Bytes): Bytes => [...number(bytes.length), ...bytes]
const vector = (...items: ReadonlyArray<Bytes>): Bytes => [...number(items.length), ...items.flat()]
const section = (id: number, ...items: ReadonlyArray<Bytes>): Bytes => [
  id,
  ...sized(vector(...items))
]
const name = (text: string): Bytes => sized(Array.from(text, (letter) => letter.charCodeAt(0)))

/** An instruction as in the text format: what it works on stands before it in the bytes. */
const instruction =
  (...code: Bytes) =>
  (...operands: ReadonlyArray<Bytes>): Bytes => [...operands.flat(), ...code]

const i32 = {
  type: 0x7f,
  const: (value: number): Bytes => [0x41, ...number(value)],
  store: (offset: number) => instruction(0x36, 2, ...number(offset)),
  ltU: instruction(0x49),
  popcnt: instruction(0x69),
  add: instruction(0x6a),
  or: instruction(0x72),
  shl: instruction(0x74),
  shrU: instruction(0x76)
}
const f64 = { type: 0x7c }
const v128 = { type: 0x7b, load: (offset: number) => instruction(0xfd, 0, 3, ...number(offset)) }
const i8x16 = {
  shuffle: (...lanes: Bytes) => instruction(0xfd, 13, ...lanes),
  bitmask: instruction(0xfd, 100),
  narrow: instruction(0xfd, 101)
}
const i16x8 = { narrow: instruction(0xfd, 133, 1) }
const f64x2 = { splat: instruction(0xfd, 20), ge: instruction(0xfd, 76) }
const local = {
  get: (index: number): Bytes => [0x20, index],
  set: (index: number) => instruction(0x21, index),
  tee: (index: number) => instruction(0x22, index)
}
const loop = (...body: ReadonlyArray<Bytes>): Bytes => [0x03, 0x40, ...body.flat(), 0x0b]
const branchIf = instruction(0x0d, 0)
const end = 0x0b

const [$end, $threshold, $at, $word, $marked, $limit] = [0, 1, 2, 3, 4, 5] as const

const bytesOfBlock = 256 * wordsInBlock

const two = (offset: number) => f64x2.ge(v128.load(offset)(local.get($at)), local.get($limit))
const firstHalves = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]
const four = (offset: number) => i8x16.shuffle(...firstHalves)(two(offset), two(offset + 16))
const eight = (offset: number) => i16x8.narrow(four(offset), four(offset + 32))
const sixteen = (offset: number) => i8x16.bitmask(i8x16.narrow(eight(offset), eight(offset + 64)))

const locals = vector([3, i32.type], [1, v128.type])

const markFunction = (): Bytes => [
  ...locals,
  ...local.set($limit)(f64x2.splat(local.get($threshold))),
  ...loop(
    i32.store(bytesOfBlock)(
      i32.shrU(local.get($at), i32.const(6)),
      local.tee($word)(i32.or(sixteen(0), i32.shl(sixteen(128), i32.const(16))))
    ),
    local.set($marked)(i32.add(local.get($marked), i32.popcnt(local.get($word)))),
    branchIf(i32.ltU(local.tee($at)(i32.add(local.get($at), i32.const(256))), local.get($end)))
  ),
  ...local.get($marked),
  end
]

const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const markType = [0x60, ...vector([i32.type], [f64.type]), ...vector([i32.type])]

const moduleBytes = (): Uint8Array =>
  Uint8Array.from([
    ...magicAndVersion,
    ...section(1, markType),
    ...section(3, [0]),
    ...section(5, [0, 1]),
    ...section(7, [...name("memory"), 2, 0], [...name("mark"), 0, 0]),
    ...section(10, sized(markFunction()))
  ])

// Core knows no platform; this is what it needs of one that has WebAssembly.
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object) => {
        readonly exports: {
          readonly memory: { readonly buffer: ArrayBuffer }
          readonly mark: (end: number, threshold: number) => number
        }
      }
    }
  | undefined

const instantiate = () => {
  if (typeof WebAssembly === "undefined") return undefined
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports
  } catch {
    // No SIMD, or a content security policy that forbids it.
    return undefined
  }
}

// The memory of WebAssembly is little-endian everywhere.
const isLittleEndian = () => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** A kernel with a block of its own, or `undefined` where the platform has none. */
export const make = (): Kernel | undefined => {
  const wasm = isLittleEndian() ? instantiate() : undefined
  if (wasm === undefined) return undefined
  const { memory, mark } = wasm
  const block = new Float64Array(memory.buffer, 0, bytesOfBlock / 8)
  const words = new Uint32Array(memory.buffer, bytesOfBlock, wordsInBlock)
  return (values, from, to, threshold, bits) => {
    block.set(values.subarray(from << 5, to << 5))
    const marked = mark((to - from) << 8, threshold)
    bits.set(words.subarray(0, to - from), from)
    return marked
  }
}
