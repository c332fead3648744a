import { describe, expect, it } from "@effect/vitest"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recording from "../../src/ecg/Recording.ts"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Signal from "../../src/ecg/Signal.ts"

const problems = <A>(result: Result.Result<A, Invalid.Invalid>): ReadonlyArray<string> =>
  Result.isFailure(result) ? result.failure.issues.map((it) => `${it.path} ${it.code}`) : []

const header = { id: "10", date: "2026-03-01" }

const Int32 = Schema.Int.check(
  Schema.isBetween({ minimum: -2_147_483_648, maximum: 2_147_483_647 })
)

describe("Recording.pack", () => {
  it("takes 16 bits a sample where every one fits, and 32 otherwise", () => {
    expect(Recording.pack([])).toEqual(Int16Array.of())
    expect(Recording.pack([-32_768, 32_767])).toEqual(Int16Array.of(-32_768, 32_767))
    expect(Recording.pack([1, 32_768])).toEqual(Int32Array.of(1, 32_768))
    expect(Recording.pack([-32_769])).toEqual(Int32Array.of(-32_769))
  })

  it.prop(
    "loses no sample, through bytes and back",
    { values: Schema.Array(Int32) },
    ({ values }) => {
      const samples = Recording.pack(values)
      expect(Array.from(samples)).toEqual(values.map((value) => value + 0))
      const width = samples.BYTES_PER_ELEMENT === 2 ? 2 : 4
      expect(Recording.fromBytes(Recording.toBytes(samples), width)).toEqual(samples)
    }
  )
})

describe("Recording.toBytes and fromBytes", () => {
  it("write the low byte first, whatever the machine does", () => {
    expect(Array.from(Recording.toBytes(Int16Array.of(258, -2)))).toEqual([2, 1, 254, 255])
    expect(Array.from(Recording.toBytes(Int32Array.of(16_909_060)))).toEqual([4, 3, 2, 1])
  })

  it("read from the middle of a buffer, and leave out a tail that is no sample", () => {
    const bytes = Uint8Array.of(9, 1, 0, 255, 255, 7)
    expect(Recording.fromBytes(bytes.subarray(1), 2)).toEqual(Int16Array.of(1, -1))
    expect(Recording.fromBytes(Uint8Array.of(1), 2)).toEqual(Int16Array.of())
  })

  it("share no memory with what they were given", () => {
    const bytes = Buffer.from([1, 0])
    const samples = Recording.fromBytes(bytes, 2)
    bytes[0] = 7
    expect(samples).toEqual(Int16Array.of(1))
    Recording.toBytes(samples)[0] = 9
    expect(samples).toEqual(Int16Array.of(1))
  })
})

describe("Recording.signal", () => {
  it("is the samples themselves, unless one is missing", () => {
    const samples = Int32Array.of(1, 2)
    expect(Recording.signal({ name: "I", samples })).toBe(samples)
    const gap = { name: "I", samples: Int32Array.of(1, Signal.missing, 2) }
    expect(Recording.signal(gap)).toEqual(Float64Array.of(1, NaN, 2))
  })

  it("has no missing sample of 16 bits", () => {
    const samples = Int16Array.of(-32_768, 1)
    expect(Recording.signal({ name: "I", samples })).toBe(samples)
  })
})

describe("Recording.slice", () => {
  const leads = [
    { name: "I", samples: Int16Array.of(1, 2, 3) },
    { name: "II", samples: Int32Array.of(4, 5, 6) }
  ]
  const samplesOf = (from: number, to: number) =>
    Recording.slice({ ...header, leads }, from, to).leads.map(({ samples }) => Array.from(samples))

  it("takes the same stretch of every lead", () => {
    expect(samplesOf(1, 2)).toEqual([[2], [5]])
    expect(Recording.slice({ ...header, leads }, 0, 3)).toEqual({ ...header, leads })
  })

  it("finds nothing beyond the ends", () => {
    expect(samplesOf(-5, 1)).toEqual([[1], [4]])
    expect(samplesOf(2, 9)).toEqual([[3], [6]])
    expect(samplesOf(3, 9)).toEqual([[], []])
    expect(samplesOf(-5, -1)).toEqual([[], []])
  })
})

describe("Recording.SamplesFromIntegers", () => {
  const decode = Invalid.decoder(Schema.Struct({ signal: Recording.SamplesFromIntegers }))

  it("takes integers, the empty signal too", () => {
    expect(decode({ signal: [1, -1, 1] })).toEqual(
      Result.succeed({ signal: Int16Array.of(1, -1, 1) })
    )
    expect(decode({ signal: [] })).toEqual(Result.succeed({ signal: Int16Array.of() }))
    expect(decode({ signal: [-2_147_483_648, 2_147_483_647] })).toEqual(
      Result.succeed({ signal: Int32Array.of(-2_147_483_648, 2_147_483_647) })
    )
  })

  it("names the first entry that is no integer of 32 bits", () => {
    for (const bad of [1.5, NaN, null, "1", true, [1], 2_147_483_648, -2_147_483_649, 1e300]) {
      expect(problems(decode({ signal: [0, 1, bad, bad] }))).toEqual(["signal[2] type"])
    }
  })

  it("refuses what is no array", () => {
    for (const signal of ["1,2", { 0: 1 }, null, 3]) {
      expect(problems(decode({ signal }))).toEqual(["signal type"])
    }
  })

  it("writes a signal as the integers it was read from", () => {
    const signal = Int32Array.of(40_000, -1)
    expect(Schema.encodeSync(Recording.SamplesFromIntegers)(signal)).toEqual([40_000, -1])
  })
})

describe("Recording.SamplesFromBase64", () => {
  const decode = Invalid.decoder(Recording.SamplesFromBase64)
  const encode = Schema.encodeResult(Recording.SamplesFromBase64)

  it("reads 16-bit little-endian integers", () => {
    expect(decode(Base64.encode(Uint8Array.of(1, 0, 255, 255)))).toEqual(
      Result.succeed(Int16Array.of(1, -1))
    )
    expect(decode("")).toEqual(Result.succeed(Int16Array.of()))
  })

  it("reads what Effect reads, and refuses what Effect refuses", () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, at) => (at * 37) % 256)
    const text = Base64.encode(bytes)
    const changed = (at: number, by: string) => text.slice(0, at) + by + text.slice(at + 1)
    const odd = ["\n", " ", "=", "-", "é", "\u{1F600}"].flatMap((by) =>
      [0, 1, 2, 3, 400, 798, 799].map((at) => changed(at, by))
    )
    for (const each of [
      text,
      `${text}\r\n`,
      `${text.slice(0, 400)}\r\n${text.slice(400)}`,
      ...odd
    ]) {
      const expected = Result.filterOrFail(
        Base64.decode(each),
        ({ length }) => length % 2 === 0,
        () => "half a sample"
      ).pipe(Result.map((it) => Recording.fromBytes(it, 2)))
      expect(Result.getOrUndefined(decode(each))).toEqual(Result.getOrUndefined(expected))
    }
  })

  it("refuses half a sample, what is no base64, and what is no text", () => {
    for (const text of [Base64.encode(Uint8Array.of(1, 0, 255)), "!!!!", "AQ", 7, null]) {
      expect(problems(decode(text))).toEqual([" format"])
    }
  })

  it("writes samples of either width, unless one does not fit in 16 bits", () => {
    expect(encode(Int32Array.of(-32_768, 32_767))).toEqual(encode(Int16Array.of(-32_768, 32_767)))
    expect(Result.isSuccess(encode(Int16Array.of(1)))).toBe(true)
    expect(Result.isFailure(encode(Int32Array.of(32_768)))).toBe(true)
  })

  it.prop(
    "reads back what it writes",
    {
      values: Schema.Array(
        Schema.Int.check(Schema.isBetween({ minimum: -32_768, maximum: 32_767 }))
      )
    },
    ({ values }) => {
      const samples = Int16Array.from(values)
      expect(decode(Result.getOrThrow(encode(samples)))).toEqual(Result.succeed(samples))
    }
  )
})

describe("Recording.Header", () => {
  const decode = Invalid.decoder(Recording.Header)

  it("reads a number for an id as its decimal text", () => {
    expect(decode({ ...header, id: 10 })).toEqual(Result.succeed(header))
    expect(decode({ ...header, id: "0010" })).toEqual(Result.succeed({ ...header, id: "0010" }))
  })

  it("refuses an id that is empty, broken, too long or of another kind", () => {
    for (const id of ["", 1.5, NaN, null, {}, "x".repeat(201), "a\u0000"]) {
      expect(problems(decode({ ...header, id }))).toHaveLength(1)
    }
  })

  it("takes a calendar date, or a date-time with an offset, as it was written", () => {
    for (const date of ["2026-03-01", "2026-03-01T23:30:00.5+02:00", "2024-02-29T10:00:00Z"]) {
      expect(decode({ ...header, date })).toEqual(Result.succeed({ ...header, date }))
    }
    for (const date of ["", "banana", "2026-02-30", "2026-03-01T10:00:00", 20_260_301]) {
      expect(problems(decode({ ...header, date }))).toHaveLength(1)
    }
  })

  it("takes a sampling rate and a gain above zero, and any baseline", () => {
    const details = { samplingRate: 360.5, gain: 0.1, baseline: -1_024 }
    expect(decode({ ...header, ...details })).toEqual(Result.succeed({ ...header, ...details }))
    expect(problems(decode({ ...header, samplingRate: 0, gain: -200, baseline: "0" }))).toEqual([
      "samplingRate range",
      "gain range",
      "baseline type"
    ])
  })
})

describe("Recording.make", () => {
  const samples = Recording.pack([1, -1, 1])

  it("makes a recording of its leads, in their order", () => {
    const leads = [
      { name: "V1", samples, numberOfSamples: 3 },
      { name: "I", samples }
    ]
    expect(Recording.make(header, leads)).toEqual(
      Result.succeed({
        ...header,
        leads: [
          { name: "V1", samples },
          { name: "I", samples }
        ]
      })
    )
  })

  it("needs a lead", () => {
    expect(problems(Recording.make(header, []))).toEqual(["leads length"])
  })

  it("names every problem of every lead at once", () => {
    const leads = [
      { name: "I", samples, numberOfSamples: 2 },
      { name: "II", samples: Recording.pack([]), numberOfSamples: 1 },
      { name: "I", samples },
      { name: "I", samples: Recording.pack([]) }
    ]
    expect(problems(Recording.make(header, leads))).toEqual([
      "leads[0].numberOfSamples length",
      "leads[1].signal length",
      "leads[1].numberOfSamples length",
      "leads[2].name unique",
      "leads[3].name unique",
      "leads[3].signal length"
    ])
  })

  it("names the number of samples as the caller's body does", () => {
    const lead = { name: "I", samples, numberOfSamples: 4 }
    expect(problems(Recording.make(header, [lead], "number_of_samples"))).toEqual([
      "leads[0].number_of_samples length"
    ])
  })
})

describe("Recording.equals", () => {
  const first = { name: "I", samples: Int16Array.of(1, -1) }
  const second = { name: "II", samples: Int16Array.of(0) }
  const recording = { ...header, samplingRate: 360, leads: [first, second] }

  it("holds for the same content, in whatever width", () => {
    const wide = recording.leads.map(({ name, samples }) => ({
      name,
      samples: Int32Array.from(samples)
    }))
    expect(Recording.equals(recording, { ...recording })).toBe(true)
    expect(Recording.equals(recording, { ...recording, leads: wide })).toBe(true)
  })

  it("does not hold when anything differs", () => {
    const { samplingRate: _, ...without } = recording
    for (const other of [
      without,
      { ...recording, id: "11" },
      { ...recording, date: "2026-03-02" },
      { ...recording, gain: 200 },
      { ...recording, baseline: 0 },
      { ...recording, leads: [first] },
      { ...recording, leads: [second, first] },
      { ...recording, leads: [first, { ...second, name: "III" }] },
      { ...recording, leads: [{ ...first, samples: Int16Array.of(1, -2) }, second] },
      { ...recording, leads: [{ ...first, samples: Int16Array.of(1, -1, 0) }, second] }
    ]) {
      expect(Recording.equals(recording, other)).toBe(false)
      expect(Recording.equals(other, recording)).toBe(false)
    }
  })
})
