/** Headers that lie, and files that are cut or changed: a typed error or a record, and nothing else. */
import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Wfdb from "../../../src/ecg/formats/Wfdb.ts"

type Files = Wfdb.Stored["files"]

const ten = { "a.dat": new Uint8Array(10) }

const refusal = (lines: ReadonlyArray<string>, files: Files = ten) =>
  Wfdb.decode({ header: lines.join("\n"), files }).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

describe("Wfdb.decode refuses", () => {
  it.each([
    { header: "nothing", lines: [""], where: "truncated: header line 1" },
    { header: "nothing but a comment", lines: ["# a"], where: "truncated: header line 1" },
    { header: "no number of signals", lines: ["a"], where: "malformed: header line 1" },
    { header: "a negative number of signals", lines: ["a -1"], where: "malformed: header line 1" },
    { header: "a million signals", lines: ["a 1000000"], where: "truncated: header line 2" },
    {
      header: "fewer lines than signals",
      lines: ["a 2", "a.dat 16"],
      where: "truncated: header line 3"
    },
    { header: "a rate of 0", lines: ["a 1 0", "a.dat 16"], where: "malformed: header line 1" },
    {
      header: "a negative rate",
      lines: ["a 1 -360", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a rate that is NaN",
      lines: ["a 1 NaN", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a rate beyond numbers",
      lines: ["a 1 1e999", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a negative length",
      lines: ["a 1 360 -5", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "half a sample",
      lines: ["a 1 360 0.5", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a base time that is none",
      lines: ["a 1 360 5 25:00:00", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a base date that is none",
      lines: ["a 1 360 5 1:00:00 31/2/2000", "a.dat 16"],
      where: "malformed: header line 1"
    },
    {
      header: "a billion samples of ten bytes",
      lines: ["a 1 360 1000000000", "a.dat 16"],
      where: "truncated: a.dat"
    },
    { header: "one sample too many", lines: ["a 1 360 6", "a.dat 16"], where: "truncated: a.dat" },
    {
      header: "a signal without format",
      lines: ["a 1", "a.dat"],
      where: "malformed: header line 2"
    },
    {
      header: "a format that is not a number",
      lines: ["a 1", "a.dat abc"],
      where: "malformed: header line 2"
    },
    {
      header: "a format that is not read",
      lines: ["a 1", "a.dat 508"],
      where: "unsupported: header line 2"
    },
    {
      header: "no samples in a frame",
      lines: ["a 1", "a.dat 16x0"],
      where: "malformed: header line 2"
    },
    {
      header: "a gain that is NaN",
      lines: ["a 1", "a.dat 16 NaN"],
      where: "malformed: header line 2"
    },
    {
      header: "a gain beyond numbers",
      lines: ["a 1", "a.dat 16 1e999"],
      where: "malformed: header line 2"
    },
    {
      header: "a baseline that is a fraction",
      lines: ["a 1", "a.dat 16 1(0.5)"],
      where: "malformed: header line 2"
    },
    {
      header: "a checksum that is text",
      lines: ["a 1", "a.dat 16 1 0 0 0 x"],
      where: "malformed: header line 2"
    },
    {
      header: "two formats in one file",
      lines: ["a 2", "a.dat 16", "a.dat 80"],
      where: "malformed: header line 3"
    },
    {
      header: "two offsets in one file",
      lines: ["a 2", "a.dat 16", "a.dat 16+2"],
      where: "malformed: header line 3"
    },
    {
      header: "an offset beyond the file",
      lines: ["a 1 360 1", "a.dat 16+99"],
      where: "truncated: a.dat"
    },
    {
      header: "a file that is not given",
      lines: ["a 1", "b.dat 16"],
      where: "missing-file: header line 2"
    }
  ])("$header", ({ lines, where }) => {
    expect(refusal(lines)).toBe(where)
  })

  it("a path, or a name that every object has, unless it is that of a file given", () => {
    for (const name of ["../a.dat", "/etc/passwd", "__proto__", "constructor", "toString"]) {
      expect(refusal(["a 1", `${name} 16`])).toBe("missing-file: header line 2")
    }
    const header = "a 1 360 1\n../a.dat 16"
    const given = Wfdb.decode({ header, files: { "../a.dat": Uint8Array.of(1, 0) } })
    expect(Array.from(Result.getOrThrow(given).channels[0]?.samples ?? [])).toEqual([1])
  })

  it("a name too long to repeat, without repeating it", () => {
    const name = "x".repeat(100_000)
    expect(refusal(["a 1", `${name} 16`])).toBe("malformed: header line 2")
    expect(refusal([`${name} 1`, "a.dat 16"])).toBe("malformed: header line 1")
    expect(refusal(["a/1 1 360 1", `${name} 1`])).toBe("malformed: header line 2")
  })

  it("many samples out of few bytes", () => {
    const bytes = { "a.dat": new Uint8Array(10_000), "b.dat": new Uint8Array(10_000) }
    const turns = Array.from({ length: 5000 }, (_, index) => (index % 2 === 0 ? "a" : "b"))
    expect(refusal(["a 5000", ...turns.map((name) => `${name}.dat 80`)], bytes)).toMatch(
      /^unsupported/
    )
    expect(refusal(["a 1 360 1000000000", "~ 0"])).toMatch(/^unsupported/)
    const segment = { "s.hea": Buffer.from("s 1\na.dat 16"), ...ten }
    expect(refusal(["a/2 1 360 1000000005", "s 5", "~ 1000000000"], segment)).toMatch(
      /^unsupported/
    )
  })

  it("a gap above the limit that the caller sets, and reads one below", () => {
    const files = { "s.hea": Buffer.from("s 1\na.dat 16"), ...ten }
    const header = "a/2 1 360 105\ns 5\n~ 100"
    const within = (limit: number) => Wfdb.decode({ header, files }, { limit })
    expect(Result.isFailure(within(100))).toBe(true)
    expect(Result.getOrThrow(within(200)).channels[0]?.samples).toHaveLength(105)
  })
})

describe("Wfdb.decode is quick to refuse", () => {
  // Each of these would take minutes, or all memory, if it were read the simple way.
  it("headers made to be slow", () => {
    const long = 30_000
    const segment = `s 1 360 1\na.dat 16\n${"#\n".repeat(long)}`
    const wide = {
      "w.hea": Buffer.from(`w ${long} 360\n${"~ 0\n".repeat(long)}`),
      "s.hea": Buffer.from("s 1 360\na.dat 80 1 0 0 0 0 0 record w, signal 7"),
      ...ten
    }
    const sources: ReadonlyArray<readonly [header: string, files: Files]> = [
      [`a 1 ${"1".repeat(long)}x\na.dat 16`, ten],
      [`a 1 360\na.dat 16 ${"1".repeat(long)}x`, ten],
      [`a 1 360\n${"a ".repeat(long)}\u2028x`, ten],
      [`a 1 360\na.dat 16 ${"(".repeat(long)}`, ten],
      [`a 1 360 1\na.dat 16x999999999:999999999+999999999999999`, ten],
      [`a/${long} 1 360\n${"s 1\n".repeat(long)}`, { "s.hea": Buffer.from(segment), ...ten }],
      [`a ${long} 360 1\n${"a.dat 16:999999999\n".repeat(long)}`, ten],
      [`a/${long} ${long} 360\n${"w 1\n".repeat(long)}`, wide],
      [`a/${long} ${long} 360\nw 0\n${"s 1\n".repeat(long)}`, wide]
    ]
    for (const [header, files] of sources) {
      const record = Wfdb.decode({ header, files })
      expect(Result.isSuccess(record) || record.failure instanceof Waveform.FormatError).toBe(true)
    }
  })
})

// A linear congruential generator: the same changes in every run.
const generator = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const damaged = (bytes: Uint8Array, random: (below: number) => number): Uint8Array => {
  const copy = bytes.slice(0, random(3) === 0 ? random(bytes.length + 1) : bytes.length)
  const digits = "0123456789-+.x:/()~e \n"
  for (let changes = random(4); changes > 0 && copy.length > 0; changes--) {
    const isText = random(2) === 0
    copy[random(copy.length)] = isText ? digits.charCodeAt(random(digits.length)) : random(256)
  }
  return copy
}

describe("Whatever is changed or cut off in a file", () => {
  const samples = Int32Array.from({ length: 40 }, (_, index) => (index * 37) % 100)
  const channel = { unit: "mV", gain: 200, baseline: 0, samplingRate: 100, samples }
  const channels = ["I", "II"].map((name) => ({ ...channel, name }))
  const records = ([8, 16, 24, 32, 61, 80, 160, 212, 310, 311] as const).map((format) =>
    Result.getOrThrow(
      Wfdb.encode({ name: "a", samplingRate: 100, channels, comments: ["69 M"] }, { format })
    )
  )
  const outcome = (source: Wfdb.Stored) => {
    const record = Wfdb.decode(source, { checksum: false })
    if (Result.isFailure(record)) return record.failure._tag
    for (const { samples } of record.success.channels) {
      if (samples.length > 4_194_304) return "too many samples"
    }
    return "read"
  }

  it("a record is read or refused", () => {
    const random = generator(1)
    const outcomes = new Set<string>()
    for (let round = 0; round < 4000; round++) {
      const { header, files } = records[round % records.length] ?? { header: "", files: {} }
      const changed = Object.entries(files).map(([name, bytes]) => [name, damaged(bytes, random)])
      const source = {
        header: damaged(Buffer.from(header), random),
        files: Object.fromEntries(changed)
      }
      outcomes.add(outcome(source))
    }
    expect(outcomes).toEqual(new Set(["read", "FormatError"]))
  })

  it("a record of segments is read or refused", () => {
    const random = generator(2)
    const outcomes = new Set<string>()
    const layout = "layout 2 100 0\n~ 0 200/mV 0 0 0 0 0 I\n~ 0 200/mV 0 0 0 0 0 II\n"
    const segment = records[1]
    for (let round = 0; round < 3000; round++) {
      const isVariable = round % 2 === 0
      const header = isVariable
        ? "m/4 2 100 90\nlayout 0\na 40\n~ 10\na 40\n"
        : "m/2 2 100 80\na 40\na 40\n"
      const files = {
        "layout.hea": damaged(Buffer.from(layout), random),
        "a.hea": damaged(Buffer.from(segment?.header ?? ""), random),
        "a.dat": segment?.files["a.dat"] ?? new Uint8Array()
      }
      outcomes.add(outcome({ header: damaged(Buffer.from(header), random), files }))
    }
    expect(outcomes).toEqual(new Set(["read", "FormatError"]))
  })

  it("annotations are read or refused", () => {
    const random = generator(3)
    const outcomes = new Set<string>()
    const marks = Array.from({ length: 20 }, (_, index) => ({
      sample: index * 700,
      code: 1 + (index % 41),
      subtype: index - 10,
      channel: index % 3,
      number: index % 2,
      note: index % 5 === 0 ? "(AFIB" : ""
    }))
    const file = Result.getOrThrow(Wfdb.encodeAnnotations(marks))
    for (let round = 0; round < 4000; round++) {
      const annotations = Wfdb.annotations(damaged(file, random))
      outcomes.add(Result.isSuccess(annotations) ? "read" : annotations.failure._tag)
    }
    expect(outcomes).toEqual(new Set(["read", "FormatError"]))
  })
})
