import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describeWithData } from "../../../../../test/data.ts"
import * as ScpEcg from "../../../src/ecg/formats/ScpEcg.ts"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const none = Signal.missing

const u8 = (...values: ReadonlyArray<number>) => values.map((value) => value & 0xff)
const u16 = (...values: ReadonlyArray<number>) => values.flatMap((it) => u8(it, it >> 8))
const u32 = (...values: ReadonlyArray<number>) => values.flatMap((it) => u16(it, it >>> 16))

const crc = (bytes: ReadonlyArray<number>): number => {
  let value = 0xffff
  for (const byte of bytes) {
    let x = (value >> 8) ^ byte
    x ^= x >> 4
    value = ((value << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff
  }
  return value
}

type Bytes = ReadonlyArray<number>

/** A record of sections, given by number, with the pointers and the CRCs they need. */
const record = (sections: { readonly [id: number]: Bytes }): Uint8Array => {
  const section = (id: number, data: Bytes): Bytes => {
    const padded = data.length % 2 === 0 ? data : [...data, 0]
    const rest = [...u16(id), ...u32(padded.length + 16), 20, 20, ...u8(0, 0, 0, 0, 0, 0)]
    return [...u16(crc([...rest, ...padded])), ...rest, ...padded]
  }
  const ids = Array.from({ length: 12 }, (_, id) => id)
  let at = 6 + 16 + 10 * ids.length
  const bodies: Array<Bytes> = []
  const pointers = ids.flatMap((id) => {
    const data = sections[id]
    if (id === 0) return [...u16(0), ...u32(16 + 10 * ids.length, 7)]
    if (data === undefined) return [...u16(id), ...u32(0, 0)]
    const body = section(id, data)
    const pointer = [...u16(id), ...u32(body.length, at + 1)]
    bodies.push(body)
    at += body.length
    return pointer
  })
  const rest = [...u32(at), ...section(0, pointers), ...bodies.flat()]
  return Uint8Array.from([...u16(crc(rest)), ...rest])
}

/** Bits as text, packed into bytes and filled up with zeros. */
const packed = (bits: string): Bytes =>
  Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    Number.parseInt(bits.slice(8 * at, 8 * at + 8).padEnd(8, "0"), 2)
  )

const binary = (value: number, width: number): string =>
  (value & (2 ** width - 1)).toString(2).padStart(width, "0")

const defaultCode = (value: number): string => {
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (size <= 8) return `${"1".repeat(size)}0${value > 0 ? "0" : "1"}`
  return size < 128 ? `1111111110${binary(value, 8)}` : `1111111111${binary(value, 16)}`
}

const wrapped = (value: number): number => (value << 16) >> 16

const differences = (samples: Bytes, order: number): Bytes =>
  samples.map((sample, at) => {
    if (at < order || order === 0) return sample
    const [last = 0, before = 0] = [samples[at - 1], samples[at - 2]]
    return wrapped(order === 1 ? sample - last : sample - 2 * last + before)
  })

const plain = (samples: Bytes): Bytes => u16(...samples)
const coded = (samples: Bytes): Bytes => packed(samples.map(defaultCode).join(""))

const defaultTable = u16(19_999)

interface Lead {
  readonly code?: number
  readonly first?: number
  readonly samples: Bytes
}

const definitions = (leads: ReadonlyArray<Lead>, flags = 0): Bytes => [
  leads.length,
  flags | (leads.length << 3) | 4,
  ...leads.flatMap(({ code = 1, first = 1, samples }) => [
    ...u32(first, first + samples.length - 1),
    code
  ])
]

interface Coding {
  readonly unit?: number
  readonly interval?: number
  readonly order?: number
  readonly bimodal?: number
}

const data = (runs: ReadonlyArray<Bytes>, coding: Coding = {}): Bytes => [
  ...u16(coding.unit ?? 5000, coding.interval ?? 2000),
  ...u8(coding.order ?? 0, coding.bimodal ?? 0),
  ...u16(...runs.map((run) => run.length)),
  ...runs.flat()
]

const simple = (leads: ReadonlyArray<Lead>, coding: Coding = {}): Uint8Array =>
  record({
    3: definitions(leads),
    6: data(
      leads.map(({ samples }) => plain(samples)),
      coding
    )
  })

const read = (bytes: Uint8Array): Waveform.Waveform => Result.getOrThrow(ScpEcg.decode(bytes))

const samples = (bytes: Uint8Array): ReadonlyArray<Bytes> =>
  read(bytes).channels.map((channel) => Array.from(channel.samples))

const refusal = (bytes: Uint8Array, options = {}): string =>
  ScpEcg.decode(bytes, options).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

const wave = [0, 1, 3, -2, 100, -300, 8, -8, 9, 127, -128, 32_767, -32_768]

describe("ScpEcg.decode", () => {
  it("reads plain samples", () => {
    const bytes = simple([{ code: 2, samples: [1, -2, 400] }])
    expect(read(bytes)).toEqual({
      channels: [
        {
          name: "II",
          unit: "mV",
          samplingRate: 500,
          gain: 200,
          baseline: 0,
          samples: Int32Array.of(1, -2, 400)
        }
      ]
    })
  })

  it("names the leads by their codes", () => {
    const codes = [1, 3, 8, 16, 20, 61, 62, 64, 66, 69, 0, 200]
    const leads = codes.map((code) => ({ code, samples: [1] }))
    const names = read(simple(leads)).channels.map(({ name }) => name)
    expect(names.join(", ")).toBe("I, V1, V6, X, CM5, III, aVR, aVF, V8, V9R, lead 0, lead 200")
  })

  it("reads when the ECG was taken, and nothing else of the patient", () => {
    const tag = (id: number, bytes: Bytes) => [id, ...u16(bytes.length), ...bytes]
    const patient = tag(0, [...Buffer.from("Miller\0")])
    const at = (date: Bytes, time: Bytes) =>
      record({
        1: [...patient, ...tag(25, date), ...tag(26, time), ...tag(255, [])],
        3: definitions([{ samples: [1] }]),
        6: data([plain([1])])
      })
    const waveform = read(at([...u16(2004), 2, 29], [23, 5, 9]))
    expect(waveform.startedAt).toBe("2004-02-29T23:05:09")
    expect(JSON.stringify(waveform)).not.toContain("Miller")
    expect(read(at([0, 0, 0, 0], [0, 0, 0]))).not.toHaveProperty("startedAt")
    expect(read(at([], [0, 0, 0]))).not.toHaveProperty("startedAt")
  })

  it("lays leads that were not recorded together on one time axis", () => {
    const leads = [{ samples: [1, 2, 3] }, { code: 2, first: 3, samples: [4, 5, 6] }]
    expect(samples(simple(leads))).toEqual([
      [1, 2, 3, none, none],
      [none, none, 4, 5, 6]
    ])
  })

  it("adds up differences of order 1 and 2", () => {
    expect(samples(simple([{ samples: [10, 1, -3, 0] }], { order: 1 }))).toEqual([[10, 11, 8, 8]])
    expect(samples(simple([{ samples: [10, 12, 1, -4] }], { order: 2 }))).toEqual([
      [10, 12, 15, 14]
    ])
  })

  it("reads codes of the default table", () => {
    // 0, 1, -1, 2, 8, then -100 in 8 bits and 300 in 16.
    const bits = `0 100 101 1100 1111111100 1111111110${binary(-100, 8)} 1111111111${binary(300, 16)}`
    const expected = [0, 1, -1, 2, 8, -100, 300]
    const bytes = record({
      2: defaultTable,
      3: definitions([{ samples: expected }]),
      6: data([packed(bits.replaceAll(" ", ""))])
    })
    expect(samples(bytes)).toEqual([expected])
  })

  const structure = (bits: string, extra: number, isValue: number, value: number): Bytes => [
    ...u8(bits.length, bits.length + extra, isValue),
    ...u16(value),
    ...u32(Number.parseInt(bits.split("").toReversed().join(""), 2))
  ]

  const twoTables = [
    ...u16(2),
    ...u16(3),
    ...structure("0", 0, 1, -7),
    ...structure("10", 4, 1, 100),
    ...structure("11", 0, 0, 2),
    ...u16(2),
    ...structure("1", 0, 1, 5),
    ...structure("0", 0, 0, 1)
  ]

  it("reads codes of tables in the record, and switches between them", () => {
    const lead = { samples: [-7, 103, 98, 5, 5, -7] }
    const bits = "0 10 0011 10 1110 11 1 1 0 0".replaceAll(" ", "")
    const bytes = record({
      2: twoTables,
      3: definitions([lead, { samples: [-7] }]),
      // Each lead begins with the first table, whichever the last one ended with.
      6: data([packed(bits), packed("0")])
    })
    expect(samples(bytes)[0]).toEqual(lead.samples)
    expect(samples(bytes)[1]?.[0]).toBe(-7)
  })

  it("adds the reference beat to the beats it was subtracted from", () => {
    const beat = (type: number, first: number, fiducial: number, last: number) => [
      ...u16(type),
      ...u32(first, fiducial, last)
    ]
    const zeros = Array.from({ length: 12 }, () => 0)
    const residual = zeros.map((_, at) => (at === 4 ? 1 : 0))
    const bytes = record({
      2: defaultTable,
      3: definitions([{ samples: residual }], 1),
      // Five samples of 2 ms, the third on the fiducial.
      4: [...u16(10, 3, 3), ...beat(0, 2, 4, 6), ...beat(1, 1, 8, 1), ...beat(0, 10, 11, 12)],
      5: data([coded([10, 20, 90, 20, 10])], { unit: 2000 }),
      6: data([coded(residual)], { unit: 5000 })
    })
    // In units of 1000 nV: the residual is 5 of them, and the reference beat 2.
    expect(samples(bytes)).toEqual([[0, 20, 40, 180, 45, 20, 0, 0, 0, 40, 180, 40]])
    expect(read(bytes).channels[0]?.gain).toBe(1000)
  })

  it("takes nothing from a reference beat that the flags do not name", () => {
    const bytes = record({
      3: definitions([{ samples: [1] }]),
      5: data([plain([9])]),
      6: data([plain([1])])
    })
    expect(samples(bytes)).toEqual([[1]])
  })

  const Sample = Schema.Int.check(Schema.isBetween({ minimum: -32_768, maximum: 32_767 }))

  it.prop(
    "reads what was written, in every coding and order of differences",
    { leads: Schema.NonEmptyArray(Schema.NonEmptyArray(Sample)) },
    ({ leads }) => {
      for (const order of [0, 1, 2]) {
        for (const [table, write] of [
          [defaultTable, coded],
          [u16(0), plain]
        ] as const) {
          const bytes = record({
            2: table,
            3: definitions(leads.map((lead) => ({ samples: lead }))),
            6: data(
              leads.map((lead) => write(differences(lead, order))),
              { order }
            )
          })
          const back = samples(bytes).map((lead) => lead.filter((sample) => sample !== none))
          expect(back).toEqual(leads)
        }
      }
    }
  )
})

describe("ScpEcg.decode refuses", () => {
  const lead = { samples: wave }

  it("a record whose CRC is wrong, unless told not to look", () => {
    const bytes = simple([lead])
    bytes[bytes.length - 1] = 1
    expect(refusal(bytes)).toBe("checksum: record")
    expect(Result.isSuccess(ScpEcg.decode(bytes, { checksum: false }))).toBe(true)
  })

  it("a record cut anywhere", () => {
    const bytes = simple([lead])
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length))).toBe("truncated: record")
    }
  })

  it("what is not read", () => {
    const bimodal = simple([lead], { bimodal: 1 })
    expect(refusal(bimodal)).toBe("unsupported: section 6")
    expect(refusal(record({ 3: definitions([lead]) }))).toBe("unsupported: section 6")
    const otherRate = record({
      3: definitions([lead], 1),
      4: u16(4, 1, 0),
      5: data([plain([1, 2])], { interval: 1000 }),
      6: data([plain(wave)])
    })
    expect(refusal(otherRate)).toBe("unsupported: section 5")
  })

  it("sections that are missing or say what cannot be", () => {
    const six = data([plain(wave)])
    expect(refusal(record({ 6: six }))).toBe("malformed: section 3")
    expect(refusal(record({ 3: [0, 0], 6: six }))).toBe("malformed: section 3")
    expect(refusal(record({ 3: [9, 0, 1], 6: six }))).toBe("truncated: section 3")
    const backwards = [1, 12, ...u32(5, 4), 1]
    expect(refusal(record({ 3: backwards, 6: six }))).toBe("malformed: section 3, lead 1")
    expect(refusal(record({ 3: definitions([lead], 1), 6: six }))).toBe("malformed: section 4")
    const beats = { 3: definitions([lead], 1), 6: six }
    expect(refusal(record({ ...beats, 4: u16(4, 1, 9) }))).toBe("truncated: section 4")
    expect(refusal(record({ ...beats, 4: u16(4, 1, 0) }))).toBe("unsupported: section 5")
    expect(refusal(simple([lead], { unit: 0 }))).toBe("malformed: section 6")
    expect(refusal(simple([lead], { interval: 0 }))).toBe("malformed: section 6")
    expect(refusal(simple([lead], { order: 3 }))).toBe("malformed: section 6")
  })

  it("pointers that lead out of the record or to another section", () => {
    const patched = (at: number, bytes: Bytes) => {
      const whole = simple([lead])
      whole.set(bytes, at)
      return refusal(whole, { checksum: false })
    }
    const pointer = 22 + 10 * 6
    expect(patched(pointer + 2, u32(4_000_000_000))).toBe("malformed: pointer to section 6")
    expect(patched(pointer + 6, u32(4_000_000_000))).toBe("malformed: pointer to section 6")
    expect(patched(pointer + 6, u32(0))).toBe("malformed: pointer to section 6")
    expect(patched(pointer + 6, u32(7))).toBe("malformed: section 6")
    expect(patched(2, u32(4_000_000_000))).toBe("truncated: record")
    expect(patched(2, u32(7))).toBe("malformed: record length")
  })

  it("codes and tables that are none", () => {
    const with2 = (table: Bytes, bits: string) =>
      refusal(record({ 2: table, 3: definitions([{ samples: [1] }]), 6: data([packed(bits)]) }))
    const one = (length: number, entire: number, isValue: number, value: number, code: number) => [
      ...u8(length, entire, isValue),
      ...u16(value),
      ...u32(code)
    ]
    const table = (...codes: ReadonlyArray<Bytes>) => [...u16(1, codes.length), ...codes.flat()]
    expect(with2(table(one(1, 1, 1, 0, 0)), "1")).toBe("malformed: section 6, lead 1")
    expect(with2(table(one(1, 1, 0, 9, 0)), "0")).toBe("malformed: section 6, lead 1")
    expect(with2(table(one(1, 1, 0, 1, 0)), "0")).toBe("truncated: section 6, lead 1")
    expect(with2(table(one(1, 17, 1, 0, 0)), "0")).toBe("truncated: section 6, lead 1")
    expect(with2(table(), "0")).toBe("malformed: section 6, lead 1")
    expect(with2(table(one(0, 0, 1, 0, 0)), "0")).toBe("malformed: section 2, table 1")
    expect(with2(table(one(33, 33, 1, 0, 0)), "0")).toBe("malformed: section 2, table 1")
    expect(with2(table(one(2, 1, 1, 0, 0)), "0")).toBe("malformed: section 2, table 1")
    expect(with2(table(one(1, 1, 1, 0, 0), one(2, 2, 1, 0, 0)), "0")).toBe(
      "malformed: section 2, table 1"
    )
    expect(with2(u16(1, 500), "0")).toBe("truncated: section 2, table 1")
    expect(with2(u16(9), "0")).toBe("truncated: section 2, table 1")
  })

  it("more samples than the bytes of a lead can hold", () => {
    const huge = [1, 12, ...u32(1, 2_000_000), 1]
    expect(refusal(record({ 3: huge, 6: data([plain(wave)]) }))).toBe(
      "truncated: section 6, lead 1"
    )
    const coding = { 2: defaultTable, 3: huge, 6: data([coded(wave)]) }
    expect(refusal(record(coding))).toBe("truncated: section 6, lead 1")
    const far = [{ samples: [1] }, { first: 4_000_000_000, samples: [1] }]
    expect(refusal(simple(far))).toBe("unsupported: section 3")
  })

  it("beats that overlap, which would take the square of the time", () => {
    const beat = [...u16(0), ...u32(1, 1, 12)]
    const bytes = record({
      3: definitions([lead], 1),
      4: [...u16(2, 1, 3), ...beat, ...beat, ...beat],
      5: data([plain([1])]),
      6: data([plain(wave)])
    })
    expect(refusal(bytes)).toBe("malformed: section 4")
  })
})

describe("ScpEcg.decode, on hostile records", () => {
  it("answers to any change of bytes, with at most the samples that the limit allows", () => {
    const beat = [...u16(0), ...u32(3, 4, 6)]
    const whole = record({
      1: [25, ...u16(4), ...u16(2004), 1, 2, 26, ...u16(3), 3, 4, 5, 255, 0, 0],
      2: defaultTable,
      3: definitions([{ samples: wave }, { code: 2, first: 2, samples: wave }], 1),
      4: [...u16(6, 2, 1), ...beat],
      5: data([coded([4, 90, 7]), coded([4, 90, 7])]),
      6: data([coded(wave), coded(wave)])
    })
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    let answered = 0
    for (let run = 0; run < 10_000; run++) {
      const bytes = Uint8Array.from(whole)
      for (let change = random(4); change >= 0; change--) {
        bytes[random(bytes.length)] = random(2) === 0 ? random(256) : random(4)
      }
      const result = ScpEcg.decode(bytes, { checksum: false, limit: 100_000 })
      if (Result.isFailure(result)) continue
      answered += 1
      const total = result.success.channels.reduce((sum, it) => sum + it.samples.length, 0)
      expect(total).toBeLessThanOrEqual(100_000)
    }
    expect(answered).toBeGreaterThan(100)
  })
})

describeWithData("formats", "ScpEcg on the record of a device", (path) => {
  const bytes = Uint8Array.from(readFileSync(join(path, "test.scp")))
  const waveform = read(bytes)
  const leads = waveform.channels.map((channel) => Waveform.physical(channel))

  it("reads ten seconds of the eight leads that were recorded", () => {
    expect(waveform.startedAt).toBe("2004-01-01T02:13:18")
    const names = waveform.channels.map(({ name }) => name)
    expect(names.join(" ")).toBe("I II V1 V2 V3 V4 V5 V6")
    for (const { samplingRate, samples } of waveform.channels) {
      expect(samplingRate).toBe(500)
      expect(samples).toHaveLength(5000)
      expect(samples).not.toContain(none)
    }
  })

  it("has the amplitudes of an ECG, and neighbouring chest leads that are alike", () => {
    for (const lead of leads) {
      const range = Math.max(...lead) - Math.min(...lead)
      expect(range).toBeGreaterThan(0.5)
      expect(range).toBeLessThan(5)
    }
    for (let lead = 3; lead < 8; lead++) {
      expect(correlation(leads[lead - 1] ?? [], leads[lead] ?? [])).toBeGreaterThan(0.8)
    }
  })

  it("has the eleven beats that the device counted", () => {
    const slope = Array.from({ length: 4990 }, (_, at) =>
      leads.reduce((sum, lead) => sum + Math.abs((lead[at + 8] ?? 0) - (lead[at] ?? 0)), 0)
    )
    const threshold = Math.max(...slope) / 3
    let beats = 0
    let last = -Infinity
    for (const [at, value] of slope.entries()) {
      if (value > threshold && at - last > 100) beats += 1
      if (value > threshold) last = at
    }
    expect(beats).toBe(11)
  })

  it("adds the reference beat at its place: a sample to either side would be rougher", () => {
    const fiducial = 803 - 1 + 16 + 2
    const roughness = (shift: number) => {
      const moved = Uint8Array.from(bytes)
      moved[fiducial] = (moved[fiducial] ?? 0) + shift
      const { channels } = Result.getOrThrow(ScpEcg.decode(moved, { checksum: false }))
      return channels.map((channel) => curvature(Waveform.physical(channel).subarray(110, 450)))
    }
    const here = roughness(0)
    for (const shift of [-1, 1]) {
      for (const [lead, value] of roughness(shift).entries()) {
        expect(value).toBeGreaterThan(here[lead] ?? Infinity)
      }
    }
  })
})

const curvature = (lead: Float64Array): number => {
  let sum = 0
  for (let at = 1; at < lead.length - 1; at++) {
    sum += ((lead[at + 1] ?? 0) - 2 * (lead[at] ?? 0) + (lead[at - 1] ?? 0)) ** 2
  }
  return sum
}

const correlation = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
  const centred = (lead: ArrayLike<number>) => {
    const values = Array.from(lead)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return values.map((value) => value - mean)
  }
  const [a, b] = [centred(left), centred(right)]
  const product = (x: Bytes, y: Bytes) =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0)
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b))
}
