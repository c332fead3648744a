import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Frame from "../../src/sensor/Frame.ts"
import * as Readings from "../../src/sensor/Readings.ts"

const mapping: Readings.Mapping = { sensor: "id", columns: { x: "x", y: "y" } }

const parse = (text: string, by: Readings.Mapping = mapping) =>
  Result.getOrThrow(Readings.parse(text, by))

/** The rows as they were read: sensor, then the values. */
const rowsOf = (frame: Frame.Frame): ReadonlyArray<ReadonlyArray<string | number>> =>
  Array.from({ length: frame.rows }, (_, row) => {
    const run = frame.starts.findLastIndex((start) => start <= row)
    const sensor = frame.sensors.list[frame.codes[run] ?? -1] ?? ""
    return [sensor, ...frame.values.map((column) => column[row] ?? NaN)]
  })

const rows = (text: string) => rowsOf(parse(text).frame)

const header = "id,x,y\n"

describe("Readings.parse", () => {
  it("reads the documented columns, wherever they stand", () => {
    const text = [
      "_id,createdAt,params.accelRMS.x,params.accelRMS.y,params.accelRMS.z,params.duration,params.sampRate,params.timeStart,params.velRMS.x,params.velRMS.y,params.velRMS.z,sensorId,temp",
      "5f1,2020-01-01T00:00:00Z,0.1,0.2,0.3,2,1000,1577836800,1.5,2.5,,IAA1,21",
      ""
    ].join("\n")
    const { frame } = Result.getOrThrow(Readings.parse(text))
    expect(frame.columns.list).toEqual(Object.keys(Readings.documented.columns))
    expect(rowsOf(frame)).toEqual([["IAA1", 1.5, 2.5, NaN, 0.1, 0.2, 0.3]])
  })

  it("reads LF and CRLF, with a byte order mark or none, with a last newline or none", () => {
    for (const end of ["\n", "\r\n"]) {
      for (const text of [
        "id,x,y|a,1,2|b,3,4|",
        "\uFEFFid,x,y|a,1,2|b,3,4",
        "id,x,y||a,1,2||b,3,4|"
      ]) {
        expect(rows(text.replaceAll("|", end))).toEqual([
          ["a", 1, 2],
          ["b", 3, 4]
        ])
      }
    }
  })

  it("reads quoted cells, with separators, quotes and newlines in them", () => {
    expect(rows(`${header}"a, b","1",2\n"say ""hi""",3,"4"\n"two\nlines",5,6\r\n`)).toEqual([
      ["a, b", 1, 2],
      ['say "hi"', 3, 4],
      ["two\nlines", 5, 6]
    ])
    expect(rows('"id","x","y"\r\n"a",1,2\r\n')).toEqual([["a", 1, 2]])
  })

  it("takes empty, NaN, NA, N/A and null for missing, in any case", () => {
    expect(rows(`${header}a,,NaN\na,nan,NA\na,N/A,null\na,"", \n`)).toEqual(
      Array.from({ length: 4 }, () => ["a", NaN, NaN])
    )
  })

  it("reads infinities, which a fit skips and counts", () => {
    const { frame } = parse(`${header}a,inf,-Infinity\na,1,1\na,3,3\n`)
    expect(rowsOf(frame)[0]).toEqual(["a", Infinity, -Infinity])
    const weights = Result.getOrThrow(Frame.weights(Frame.fit(frame), "a", "x"))
    expect(weights).toMatchObject({ count: 2, skipped: 1, mean: 2 })
  })

  it("reads names in any script", () => {
    expect(rows(`${header}Pumpe-ß,1,2\n泵,3,4\n🫀,5,6\n`).map(([sensor]) => sensor)).toEqual([
      "Pumpe-ß",
      "泵",
      "🫀"
    ])
  })

  it("follows a mapping: other names, another separator, fewer columns", () => {
    const { frame } = parse("time;Gerät;Wert 1\n1;a;2.5\n", {
      sensor: "Gerät",
      columns: { value: "Wert 1" },
      separator: ";"
    })
    expect(frame.columns.list).toEqual(["value"])
    expect(rowsOf(frame)).toEqual([["a", 2.5]])
  })

  it("fails with all names that the first line lacks, or has for two columns", () => {
    const missing = (text: string, by = mapping) =>
      Result.getOrThrow(Result.flip(Readings.parse(text, by))).missing
    expect(missing("id,y\na,1\n")).toEqual(["x"])
    expect(missing("")).toEqual(["id", "x", "y"])
    expect(missing("a,b")).toEqual(["id", "x", "y"])
    expect(missing("id,x\n", { sensor: "id", columns: { one: "x", two: "x" } })).toEqual(["x"])
  })

  it("reports each malformed row by its line and reason, and reads the rest", () => {
    const { frame, ...report } = parse(
      `${header}a,1,2\na,1\na,1,2,3\n,1,2\na,oops,2\na,"1"x,2\n"two\nlines",0x10,2\na,1,1e\na,3,4\n`
    )
    expect(report).toEqual({
      rows: 2,
      malformed: 7,
      problems: [
        { line: 3, reason: "cells" },
        { line: 4, reason: "cells" },
        { line: 5, reason: "sensor" },
        { line: 6, reason: "number" },
        { line: 7, reason: "quotes" },
        { line: 8, reason: "number" },
        { line: 10, reason: "number" }
      ]
    })
    expect(rowsOf(frame)).toEqual([
      ["a", 1, 2],
      ["a", 3, 4]
    ])
    expect(frame.sensors.list).toEqual(["a"])
  })

  it("loses one line, not the file, to a quote that never closes", () => {
    const { frame, problems } = parse(`${header}a,1,2\n"b,3,4\nc,5,6\nd,7,8\n`)
    expect(problems).toEqual([{ line: 3, reason: "quotes" }])
    expect(rowsOf(frame).map(([sensor]) => sensor)).toEqual(["a", "c", "d"])
  })

  it("loses one line, not its memory, to a line without end", () => {
    const reader = Readings.reader(mapping)
    const block = new TextEncoder().encode("7".repeat(400_000))
    reader.push(new TextEncoder().encode(`${header}a,1,`))
    for (let time = 0; time < 10; time++) reader.push(block)
    reader.push(new TextEncoder().encode("\nb,3,4\nb,x,4\n"))
    const { frame, problems } = Result.getOrThrow(reader.flush())
    expect(problems).toEqual([
      { line: 2, reason: "length" },
      { line: 4, reason: "number" }
    ])
    expect(rowsOf(frame)).toEqual([["b", 3, 4]])
  })

  it("keeps the first 1,000 problems and counts all", () => {
    const { malformed, problems } = parse(header + "a\n".repeat(1500))
    expect(malformed).toBe(1500)
    expect(problems).toHaveLength(1000)
    expect(problems.at(-1)).toEqual({ line: 1001, reason: "cells" })
  })
})

describe("Readings.reader and Readings.fitter", () => {
  const text = `\uFEFFid,x,"y"\r\n"ä ""1""",1.5,2\r\nb,,-3e2\r\n\r\nb,bad,1\n"c\r\n",7,8`
  const bytes = new TextEncoder().encode(text)
  const whole = Result.getOrThrow(Readings.parse(bytes, mapping))

  const inBlocks = (size: number) => {
    const reader = Readings.reader(mapping)
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
    return Result.getOrThrow(reader.flush())
  }

  it("read the same wherever the blocks are cut", () => {
    expect(whole.rows).toBe(3)
    expect(whole.problems).toEqual([{ line: 5, reason: "number" }])
    for (let size = 1; size <= bytes.length; size++) expect(inBlocks(size)).toEqual(whole)
  })

  it("read the same in one large block and in many", () => {
    // Larger than what is read at once, with rows of several lengths across the borders.
    const lines = Array.from({ length: 120_000 }, (_, row) =>
      row % 50_000 === 49_999
        ? `"b ${"long ".repeat(60_000)}",1,2`
        : `a${row % 7},${row / 3},${"0".repeat(row % 11)}${row}`
    )
    const all = new TextEncoder().encode(`${header}${lines.join("\n")}\na,oops,1`)
    const reader = Readings.reader(mapping)
    for (let at = 0; at < all.length; at += 99_991) reader.push(all.subarray(at, at + 99_991))
    const { frame, ...report } = Result.getOrThrow(reader.flush())
    const { frame: atOnce, ...reportAtOnce } = Result.getOrThrow(Readings.parse(all, mapping))
    expect(all.length).toBeGreaterThan(3_000_000)
    expect(report).toEqual({
      rows: 120_000,
      malformed: 1,
      problems: [{ line: 120_002, reason: "number" }]
    })
    expect(reportAtOnce).toEqual(report)
    expect(atOnce.sensors.list).toEqual(frame.sensors.list)
    expect(atOnce.codes).toEqual(frame.codes)
    for (const [place, column] of frame.values.entries()) {
      expect(atOnce.values[place]?.findIndex((value, row) => value !== column[row])).toBe(-1)
    }
    expect(frame.values[0]?.[119_998]).toBe(119_998 / 3)
  })

  it("tell how far they are", () => {
    const reader = Readings.fitter(mapping)
    reader.push(new TextEncoder().encode(`${header}a,1,2\na,3,4\na,5`))
    expect(reader.report()).toEqual({ rows: 2, malformed: 0, problems: [] })
  })

  it("fit what a frame of the whole file would", () => {
    let state = 1
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
    const lines = Array.from({ length: 30_000 }, (_, row) => {
      const sensor = row < 20_000 ? Math.floor(row / 4000) : Math.floor(next() * 7)
      return `s${sensor},${next() * 100},${next() < 0.01 ? "" : 1e6 + next()}`
    })
    const bytesOf = new TextEncoder().encode(header + lines.join("\n"))
    const fitter = Readings.fitter(mapping)
    for (let at = 0; at < bytesOf.length; at += 65_536) {
      fitter.push(bytesOf.subarray(at, at + 65_536))
    }
    const { fit, rows: read } = Result.getOrThrow(fitter.flush())
    expect(read).toBe(30_000)
    const { frame } = Result.getOrThrow(Readings.parse(bytesOf, mapping))
    const expected = Frame.fit(Frame.grouped(frame))
    for (const sensor of frame.sensors.list) {
      for (const column of frame.columns.list) {
        const left = Result.getOrThrow(Frame.weights(fit, sensor, column))
        const right = Result.getOrThrow(Frame.weights(expected, sensor, column))
        expect([left.count, left.skipped]).toEqual([right.count, right.skipped])
        expect(Math.abs(left.mean / right.mean - 1)).toBeLessThan(1e-15)
        expect(Math.abs(left.std / right.std - 1)).toBeLessThan(1e-13)
      }
    }
  })
})

describe("Numbers of Readings", () => {
  // Near the end of a block numbers are read in another way than before it.
  const manyOf = (cell: string): ReadonlyArray<number> => numbersIn(Array(50).fill(cell))

  it.each([
    "0",
    "-0",
    "007",
    "+5",
    ".5",
    "5.",
    " 12 ",
    "1e3",
    "1E+3",
    "1e-400",
    "1e400",
    "123456789012345678901234567890",
    "0.1234567890123456789",
    "9007199254740993",
    "9007199254740993.0000",
    "0.000000000000000000000000012345",
    "2.2250738585072011e-308",
    "4.9e-324",
    "1.7976931348623157e308",
    "8.442911973260991817129021746",
    "0.30000000000000004",
    "1234567890123456e-22",
    "-1.5e-7",
    "2e22",
    "2e23",
    "1e0005",
    "1.25e00000000001",
    "1577836800",
    "9007199254740992",
    "12345678901234567",
    "0000000000000000012.5",
    "123456789012345.6789",
    "0.0001",
    "0.00000000000000000001",
    "1234567890123456.12345678901234567890e-100"
  ])("%s is what Number makes of it", (cell) => {
    const numbers = manyOf(cell)
    expect(numbers).toHaveLength(50)
    for (const number of numbers) expect(number).toBe(Number(cell))
  })

  it.each([
    "0x10",
    "1_000",
    "1,5e",
    "--1",
    "1.2.3",
    ".",
    "-",
    "e5",
    "1e",
    "1e+",
    "12a",
    "1 2",
    "Inf1",
    "1.2/",
    "1.2:",
    "1.234/678",
    "1.23\u00b2",
    "١"
  ])("%s is no number", (cell) => {
    for (const rest of ["", "a,1\n".repeat(50)]) {
      for (const text of [`"${cell}"`, cell.replaceAll(",", ";")]) {
        const by = { sensor: "id", columns: { x: "x" } }
        expect(parse(`id,x\na,${text}\n${rest}`, by).malformed).toBe(1)
      }
    }
  })

  const numbersIn = (cells: ReadonlyArray<string>): ReadonlyArray<number> => {
    const { frame } = parse(`id,x\n${cells.map((cell) => `a,${cell}\n`).join("")}`, {
      sensor: "id",
      columns: { x: "x" }
    })
    return Array.from(frame.values[0] ?? [])
  }

  const isSame = (cells: ReadonlyArray<string>): boolean =>
    numbersIn(cells).every((value, row) => Object.is(value, Number(cells[row])))

  it.prop("are read back as they were written", { xs: Schema.Array(Schema.Finite) }, ({ xs }) =>
    isSame(xs.map(String))
  )

  const Decimal = Schema.Struct({
    sign: Schema.Literals(["", "-"]),
    digits: Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 10n ** 20n })),
    decimals: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 25 })),
    exponent: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: -30, maximum: 30 })))
  })

  it.prop(
    "are those of Number wherever the point is, with an exponent or without",
    { decimals: Schema.Array(Decimal) },
    ({ decimals: all }) =>
      isSame(
        all.map(({ sign, digits, decimals, exponent }) => {
          const text = `${digits}`.padStart(decimals + 1, "0")
          const point = text.length - decimals
          const written = exponent === null ? "" : `e${exponent}`
          return `${sign}${text.slice(0, point)}.${text.slice(point)}${written}`
        })
      )
  )

  it("are those of Number for 300,000 decimals of every length", () => {
    let state = 1
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const digits = (count: number) => Array.from({ length: count }, () => next(10)).join("")
    const cells = Array.from({ length: 300_000 }, () => {
      const sign = next(2) === 0 ? "" : "-"
      const exponent = next(8) === 0 ? `e${next(60) - 30}` : ""
      const most = next(4) === 0 ? 22 : 8
      return `${sign}${digits(1 + next(most))}.${digits(next(most + 10))}${exponent}`
    })
    expect(isSame(cells)).toBe(true)
  })

  it("are those of Number next to the middle between two doubles", () => {
    // Halfway between neighbours needs 17 digits and more, where rounding is hardest.
    const cells = Array.from({ length: 2000 }, (_, step) => {
      const odd = 2n ** 53n + 2n * BigInt(step) * 1_000_003n + 1n
      return [`${odd}`, `${odd}.0`, `${odd}1`, `${odd - 1n}.9`, `${odd}e-3`, `${odd}e-22`]
    }).flat()
    expect(isSame(cells)).toBe(true)
  })
})
