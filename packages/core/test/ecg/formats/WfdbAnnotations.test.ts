import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../../test/data.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"

const read = (bytes: Uint8Array) => Result.getOrThrow(Wfdb.annotations(bytes))

const refusal = (bytes: ReadonlyArray<number>) =>
  Wfdb.annotations(Uint8Array.from(bytes)).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

// A word: six bits of code above ten bits of data, low byte first.
const word = (code: number, data: number) => [data & 0xff, (code << 2) | (data >> 8)]

const bytes = (...words: ReadonlyArray<ReadonlyArray<number>>) => Uint8Array.from(words.flat())

const end = [0, 0]

const annotation = (fields: Partial<Wfdb.Annotation>): Wfdb.Annotation => ({
  sample: 0,
  code: 1,
  symbol: "N",
  subtype: 0,
  channel: 0,
  number: 0,
  note: "",
  ...fields
})

describe("Wfdb.annotations", () => {
  it("reads a file with nothing but the end mark", () => {
    expect(read(bytes(end))).toEqual([])
  })

  it("counts intervals of up to 1,023 samples, and skips longer ones", () => {
    const skip = word(59, 0)
    const file = bytes(
      word(1, 1023),
      skip,
      [1, 0, 0, 0],
      word(5, 2),
      skip,
      [0xff, 0xff, 0xfe, 0xff]
    )
    const marks = read(bytes([...file], word(8, 0), end))
    expect(marks.map(({ sample, symbol }) => [sample, symbol])).toEqual([
      [1023, "N"],
      // The high half of the interval comes first: 1 and 0 are 65,536.
      [1023 + 65_536 + 2, "V"],
      [1023 + 65_536 + 2 - 2, "A"]
    ])
  })

  it("reads what an annotation adds", () => {
    const file = bytes(
      word(14, 5),
      word(61, 0x3ff),
      word(62, 3),
      word(60, 2),
      word(63, 3),
      [0x28, 0x4e, 0, 0],
      end
    )
    expect(read(file)).toEqual([
      annotation({
        sample: 5,
        code: 14,
        symbol: "~",
        subtype: -1,
        channel: 3,
        number: 2,
        note: "(N"
      })
    ])
  })

  it("keeps channel and number until they change, and nothing else", () => {
    const file = bytes(word(1, 1), word(61, 9), word(62, 3), word(60, 0xff), word(1, 1), end)
    expect(read(file)[1]).toEqual(annotation({ sample: 2, channel: 3, number: -1 }))
  })

  it("reads notes that are UTF-8 and notes that are not", () => {
    const file = bytes(
      word(22, 1),
      word(63, 2),
      [0xc3, 0xbc],
      word(22, 1),
      word(63, 1),
      [0xfc, 0],
      end
    )
    expect(read(file).map(({ note }) => note)).toEqual(["\u00fc", "\u00fc"])
  })

  it("leaves bytes after the end mark alone", () => {
    expect(read(bytes(word(1, 7), end, [9]))).toEqual([annotation({ sample: 7 })])
  })

  it.each([
    { part: "no end mark", file: [], where: "truncated: annotations byte 0" },
    { part: "half a word", file: [1], where: "truncated: annotations byte 0" },
    { part: "no end mark after a beat", file: word(1, 1), where: "truncated: annotations byte 2" },
    { part: "half a skip", file: [...word(59, 0), 1], where: "truncated: annotations byte 2" },
    {
      part: "a note shorter than announced",
      file: [...word(1, 1), ...word(63, 200), 65],
      where: "truncated: annotations byte 4"
    },
    { part: "a note on nothing", file: word(63, 0), where: "malformed: annotations byte 0" }
  ])("refuses $part", ({ file, where }) => {
    expect(refusal(file)).toBe(where)
  })
})

describe("Wfdb.encodeAnnotations", () => {
  const integers = (minimum: number, maximum: number) =>
    Schema.Int.check(Schema.isBetween({ minimum, maximum }))

  const Marks = Schema.Array(
    Schema.Struct({
      sample: Schema.Union([integers(0, 5000), integers(-0x7fff_ffff, 0x7fff_ffff)]),
      code: integers(1, 58),
      subtype: integers(-128, 127),
      channel: integers(0, 255),
      number: integers(-128, 127),
      note: Schema.String
    })
  )

  // As far as a note can be written.
  const writable = (note: string) => note.replaceAll("\0", "").toWellFormed().slice(0, 60)

  const symbol = (code: number) => Wfdb.symbols[code] ?? ""

  it.prop("is undone by annotations, in any order of time", { marks: Marks }, ({ marks }) => {
    const source = marks.map((mark) => ({
      ...mark,
      symbol: symbol(mark.code),
      note: writable(mark.note)
    }))
    for (const terminatedNotes of [false, true]) {
      const file = Result.getOrThrow(Wfdb.encodeAnnotations(source, { terminatedNotes }))
      expect(file.length % 2).toBe(0)
      expect(read(file)).toEqual(source)
    }
    return true
  })

  it("writes the longest note, and intervals at the edge of a word", () => {
    const long = [0, 1023, 2047, 2_147_483_647, 0].map((sample) =>
      annotation({ sample, note: "x".repeat(255) })
    )
    expect(read(Result.getOrThrow(Wfdb.encodeAnnotations(long)))).toEqual(long)
  })

  it.each([
    { sample: 0.5 },
    { sample: 2 ** 31 },
    { sample: NaN },
    { code: 0 },
    { code: 59 },
    { subtype: 128 },
    { channel: -1 },
    { number: -129 },
    { note: "a\0b" },
    { note: "\u00fc".repeat(128) }
  ])("refuses %o", (fields) => {
    const file = Wfdb.encodeAnnotations([annotation({}), annotation(fields)])
    expect(Result.getOrThrow(Result.flip(file))).toMatchObject({
      reason: "malformed",
      where: "annotation 1"
    })
  })
})

describe("Wfdb.isBeat", () => {
  it("is true of nineteen symbols, and of no others", () => {
    const beats = Wfdb.symbols.filter((symbol) => Wfdb.isBeat({ symbol }))
    expect(beats.toSorted().join("")).toBe("/?ABEFJLNQRSVaefjnr")
    expect(Wfdb.isBeat({ symbol: "" })).toBe(false)
    expect(Wfdb.isBeat({ symbol: "NL" })).toBe(false)
  })
})

describe("Wfdb.timeResolution", () => {
  it("is what a note at sample 0 says", () => {
    const stated = (note: string, sample = 0) =>
      Wfdb.timeResolution([
        { sample: 0, note: "" },
        { sample, note }
      ])
    expect(stated("## time resolution: 360")).toBe(360)
    expect(stated("## time resolution: 62.5")).toBe(62.5)
    for (const note of ["", "## time resolution: fast", "## time resolution: 0", "360"]) {
      expect(stated(note)).toBeUndefined()
    }
    expect(stated("## time resolution: 360", 1)).toBeUndefined()
    expect(Wfdb.timeResolution([])).toBeUndefined()
  })
})

const annotators = (folder: string) =>
  readdirSync(folder).filter((file) => !/\.(?:hea|dat|csv|json)$/.test(file))

for (const [database, count, others] of [
  // Record 201 ends one of its notes as no other.
  ["mitdb", 23, ["201.atr"]],
  ["nstdb", 6, []],
  ["ludb", 1188, []]
] as const) {
  describeWithData(database, `Wfdb annotations of ${database}`, (folder) => {
    it("come out byte for byte, with their notes terminated or not", () => {
      const names = annotators(folder)
      expect(names).toHaveLength(count)
      const changed = names.filter((name) => {
        const file = readFileSync(join(folder, name))
        const encodings = [true, false].map((terminatedNotes) =>
          Result.getOrThrow(Wfdb.encodeAnnotations(read(file), { terminatedNotes }))
        )
        expect(encodings.map(read)).toEqual([read(file), read(file)])
        return !encodings.some((encoding) => file.equals(encoding))
      })
      expect(changed).toEqual(others)
    })
  })
}

describeWithData("mitdb", "Wfdb annotations of mitdb", (folder) => {
  const of = (name: string) => read(readFileSync(join(folder, `${name}.atr`)))

  // Every beat was found or missed by the detector.
  it("have the beats that a published comparison counts", () => {
    const table = readFileSync(join(folder, "reference-detectors.csv"), "utf8")
    const rows = table.split("\n").map((line) => line.split(","))
    const compared = rows.filter(([, detector]) => detector === "C_gqrs")
    expect(compared).toHaveLength(22)
    const counted = compared.map(([name = ""]) => of(name).filter(Wfdb.isBeat).length)
    expect(counted).toEqual(compared.map(([, , found, , missed]) => Number(found) + Number(missed)))
  })
})

describeWithData("ludb", "Wfdb annotations of ludb", (folder) => {
  it("have an onset before and an end after every peak", () => {
    const symbols = read(readFileSync(join(folder, "1.ii"))).map(({ symbol }) => symbol)
    const waves = symbols.join("").match(/\([pNt]\)/g) ?? []
    expect(waves.length).toBeGreaterThan(12)
    expect(waves.join("")).toBe(symbols.join(""))
  })
})
