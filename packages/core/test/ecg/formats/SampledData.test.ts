import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describeWithData } from "../../../../../test/data.ts"
import * as SampledData from "../../../src/ecg/formats/SampledData.ts"
import * as Waveform from "../../../src/ecg/formats/Waveform.ts"
import { record } from "../records.ts"
import * as Signal from "../../../src/ecg/Signal.ts"

const ucum = { system: "http://unitsofmeasure.org" }

const value = {
  origin: { value: 0, unit: "mV" },
  period: 4,
  factor: 0.005,
  dimensions: 1,
  data: "0 200"
}

const read = (input: unknown): ReadonlyArray<Waveform.Channel> =>
  Result.getOrThrow(SampledData.decode(input)).channels

const voltages = (input: unknown) => read(input).map((it) => Array.from(Waveform.physical(it)))

const refusal = (input: unknown): string =>
  SampledData.decode(input).pipe(
    Result.flip,
    Result.getOrThrow,
    ({ reason, where }) => `${reason}: ${where}`
  )

const component = (code: object, data = "0 200") => ({
  code,
  valueSampledData: { ...value, data }
})

const observation = (...components: ReadonlyArray<object>) => ({
  resourceType: "Observation",
  status: "final",
  component: components
})

describe("SampledData.decode", () => {
  it("reads one value", () => {
    expect(read({ ...value, origin: { value: 1.5, unit: "mV" }, data: "-300 0 200" })).toEqual([
      {
        name: "channel",
        unit: "mV",
        samplingRate: 250,
        gain: 200,
        baseline: -300,
        samples: Int32Array.of(-300, 0, 200)
      }
    ])
  })

  it("takes a factor of 1 and an origin of 0 where there is none", () => {
    const { factor: _, ...plain } = value
    expect(voltages({ ...plain, origin: {} })).toEqual([[0, 200]])
  })

  it("names the unit by its UCUM code, or as it is written", () => {
    const unit = (origin: object) => read({ ...value, origin })[0]?.unit
    expect(unit({ value: 0, unit: "millivolt", code: "mV", ...ucum })).toBe("mV")
    expect(unit({ value: 0, unit: "millivolt" })).toBe("millivolt")
    expect(unit({ value: 0, code: "uV" })).toBe("uV")
    expect(unit({ value: 0, unit: "mV", code: "266418", system: "urn:oid:2.16" })).toBe("mV")
    expect(unit({})).toBe("")
  })

  it("reads fractions and exponents, and any blanks between them", () => {
    expect(voltages({ ...value, factor: 1, data: " 0.5  -1e-3\n2.5E2\t7 " })).toEqual([
      [0.5, -0.001, 250, 7]
    ])
  })

  it("takes E for a missing sample", () => {
    expect(voltages({ ...value, data: "E 200 E" })).toEqual([[NaN, 1, NaN]])
    expect(read({ ...value, data: "E 200" })[0]?.samples).toEqual(
      Int32Array.of(Signal.missing, 200)
    )
  })

  it("takes U and L for the limits, and for missing samples where there are none", () => {
    const limited = { ...value, origin: { value: 1, unit: "mV" }, lowerLimit: -3, upperLimit: 4 }
    expect(voltages({ ...limited, data: "L 200 U" })).toEqual([[-3, 2, 4]])
    expect(voltages({ ...value, data: "L 200 U" })).toEqual([[NaN, 1, NaN]])
  })

  it("takes dimensions for channels that take turns", () => {
    const channels = read({ ...value, dimensions: 3, data: "1 2 3 4 5 6" })
    expect(channels.map(({ name, samples }) => [name, Array.from(samples)])).toEqual([
      ["channel 1", [1, 4]],
      ["channel 2", [2, 5]],
      ["channel 3", [3, 6]]
    ])
  })

  it("reads a value without data as one without samples", () => {
    const { data: _, ...empty } = value
    expect(read(empty)[0]?.samples).toEqual(new Int32Array())
  })

  it("reads a channel for each component of an Observation", () => {
    const coded = (code: string, display: string) => ({
      coding: [{ system: "urn:oid:2.16.840.1.113883.6.24", code, display }]
    })
    const input = observation(
      component({ text: "Lead one" }, "1"),
      { code: { text: "rate" }, valueQuantity: { value: 60 } },
      component(coded("131330", "MDC_ECG_ELEC_POTL_II"), "2"),
      component(coded("131392", "MDC_ECG_ELEC_POTL_AVF"), "3"),
      component(coded("9", "Vx"), "4"),
      component({ coding: [{ code: "MLII" }] }, "5"),
      component({}, "6")
    )
    expect(read(input).map(({ name, samples }) => [name, samples[0]])).toEqual([
      ["Lead one", 1],
      ["II", 2],
      ["aVF", 3],
      ["Vx", 4],
      ["MLII", 5],
      ["channel 7", 6]
    ])
  })

  it("reads the value of an Observation itself, and when it was taken", () => {
    const input = {
      resourceType: "Observation",
      code: { text: "ECG" },
      effectiveDateTime: "2026-03-01T23:30:00.5+02:00",
      valueSampledData: value
    }
    const waveform = Result.getOrThrow(SampledData.decode(input))
    expect(waveform.startedAt).toBe("2026-03-01T23:30:00.5")
    expect(waveform.channels[0]?.name).toBe("ECG")
    const dated = SampledData.decode({ ...input, effectiveDateTime: "2026-03-01" })
    expect(Result.getOrThrow(dated)).not.toHaveProperty("startedAt")
  })

  it("reads the example of HL7, in which two leads have no name but their code", () => {
    const origin = { value: 2048 }
    const sampled = { origin, period: 10, factor: 1.612, lowerLimit: -3300, upperLimit: 3300 }
    const lead = (code: string, display: string, data: string) => ({
      code: { coding: [{ system: "urn:oid:2.16.840.1.113883.6.24", code, display }] },
      valueSampledData: { ...sampled, dimensions: 1, data }
    })
    const channels = read(
      observation(
        lead("131329", "MDC_ECG_ELEC_POTL_I", "2041 2043 2037"),
        lead("131389", "MDC_ECG_ELEC_POTL_III", "2039 E U")
      )
    )
    expect(channels.map(({ name, samplingRate }) => [name, samplingRate])).toEqual([
      ["I", 100],
      ["III", 100]
    ])
    const [first, second] = channels.map((channel) => Waveform.physical(channel))
    expect(first?.[0]).toBeCloseTo(2041 * 1.612 + 2048, 9)
    expect(second?.[1]).toBeNaN()
    expect(second?.[2]).toBeCloseTo(3300, 9)
  })
})

describe("SampledData.decode refuses", () => {
  it("what is no SampledData, by the path of what is wrong", () => {
    for (const input of [undefined, null, 1, "x", []]) {
      expect(refusal(input)).toMatch(/^malformed: /)
    }
    expect(refusal({ ...value, origin: undefined })).toBe("malformed: origin")
    expect(refusal({ ...value, period: 0 })).toBe("malformed: period")
    expect(refusal({ ...value, period: 1e-320 })).toBe("malformed: period")
    expect(refusal({ ...value, period: "4" })).toBe("malformed: period")
    expect(refusal({ ...value, factor: 0 })).toBe("malformed: factor")
    expect(refusal({ ...value, dimensions: 0 })).toBe("malformed: dimensions")
    expect(refusal({ ...value, dimensions: 1.5 })).toBe("malformed: dimensions")
    expect(refusal({ ...value, dimensions: 2, data: "1 2 3" })).toBe("malformed: data")
  })

  it("dimensions that would fill the memory", () => {
    for (const dimensions of [1001, 2 ** 40]) {
      const input = { ...value, dimensions, data: "1 ".repeat(dimensions === 1001 ? 1001 : 3) }
      expect(refusal(input)).toBe("unsupported: dimensions")
    }
    expect(refusal({ ...value, dimensions: 2, data: "" })).toBe("malformed: data")
  })

  it("a value that is none, by its place, without its content", () => {
    for (const text of ["x", "e", "EE", "1,5", "0x1", "NaN", "Infinity", "1e999", "--1", "."]) {
      expect(refusal({ ...value, data: `1 ${text} 3` })).toBe("malformed: data, value 2")
    }
    const input = observation(component({}), component({}, "1 Miller"))
    const error = Result.getOrThrow(Result.flip(SampledData.decode(input)))
    expect(error.where).toBe("component[1].valueSampledData.data, value 2")
    expect(JSON.stringify(error)).not.toContain("Miller")
  })

  it("an Observation without SampledData, and any other resource", () => {
    expect(refusal(observation())).toBe("malformed: component")
    expect(refusal({ resourceType: "Patient" })).toBe("malformed: resourceType")
    const broken = observation({ code: {}, valueSampledData: { ...value, period: -1 } })
    expect(refusal(broken)).toBe("malformed: component[0].valueSampledData.period")
  })
})

describe("SampledData.encode", () => {
  const lead = { unit: "mV", samplingRate: 360, gain: 200, baseline: 1024 }
  const samples = Int32Array.of(1024, Signal.missing, -3)

  it("writes an Observation with the MDC codes of the leads", () => {
    const names = ["I", "II", "V1", "V6", "III", "avr", "aVL", "aVF"]
    const channels = names.map((name) => ({ ...lead, name, samples }))
    const written = Result.getOrThrow(SampledData.encode({ channels }))
    expect(written.code?.coding?.[0]).toMatchObject({
      code: "131328",
      display: "MDC_ECG_ELEC_POTL"
    })
    expect(written.component?.map(({ code }) => code.coding?.[0]?.code)).toEqual([
      "131329",
      "131330",
      "131331",
      "131336",
      "131389",
      "131390",
      "131391",
      "131392"
    ])
    expect(written.component?.[5]?.code).toEqual({
      coding: [
        { system: "urn:iso:std:iso:11073:10101", code: "131390", display: "MDC_ECG_ELEC_POTL_AVR" }
      ],
      text: "avr"
    })
    expect(written.component?.[0]?.valueSampledData).toEqual({
      origin: { value: -5.12, unit: "mV", code: "mV", ...ucum },
      period: 1000 / 360,
      factor: 0.005,
      dimensions: 1,
      data: "1024 E -3"
    })
  })

  it("writes the start only with an offset, which FHIR wants", () => {
    const waveform = {
      channels: [{ ...lead, name: "II", samples }],
      startedAt: "2026-03-01T23:30:00"
    }
    expect(Result.getOrThrow(SampledData.encode(waveform))).not.toHaveProperty("effectiveDateTime")
    const written = Result.getOrThrow(
      SampledData.encode(waveform, { offset: "+02:00", status: "preliminary" })
    )
    expect(written).toMatchObject({
      status: "preliminary",
      effectiveDateTime: "2026-03-01T23:30:00+02:00"
    })
    expect(Result.getOrThrow(SampledData.decode(written))).toEqual(waveform)
    expect(Result.isFailure(SampledData.encode(waveform, { offset: "noon" }))).toBe(true)
  })

  it("refuses a channel that has no time or no voltage", () => {
    const refused = (channel: Partial<Waveform.Channel>) =>
      Result.getOrThrow(
        Result.flip(SampledData.ofChannel({ ...lead, name: "II", samples, ...channel }))
      ).where
    expect(refused({ samplingRate: 0 })).toBe("samplingRate")
    expect(refused({ samplingRate: NaN })).toBe("samplingRate")
    expect(refused({ gain: 0 })).toBe("gain")
    expect(refused({ gain: Infinity })).toBe("gain")
    expect(refused({ baseline: NaN })).toBe("gain")
    expect(Result.isFailure(SampledData.encode({ channels: [] }))).toBe(true)
  })

  // Up to nine digits, as a device would have them.
  const Decimal = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 999_999_999 }))
  const Sample = Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }))
  const Lead = Schema.Struct({
    name: Schema.NonEmptyString,
    unit: Schema.Literals(["mV", "uV", "V", "NU", ""]),
    rate: Decimal,
    gain: Decimal,
    baseline: Sample,
    inverted: Schema.Boolean,
    samples: Schema.Array(Sample)
  })

  it.prop(
    "is read back as it was written, to the last bit, after a trip as JSON",
    { leads: Schema.NonEmptyArray(Lead) },
    ({ leads }) => {
      const channels = leads.map((it) => ({
        name: it.name,
        unit: it.unit,
        samplingRate: it.rate / 1000,
        gain: (it.inverted ? -1 : 1) * (it.gain / 1e4),
        baseline: it.baseline / 8,
        samples: Int32Array.from(it.samples)
      }))
      const written = Result.getOrThrow(SampledData.encode({ channels }))
      expect(Schema.is(SampledData.Observation)(written)).toBe(true)
      expect(read(JSON.parse(JSON.stringify(written)))).toEqual(channels)
    }
  )

  it.prop("keeps fractions", { values: Schema.Array(Schema.Finite) }, ({ values }) => {
    const channel = { ...lead, name: "II", samples: Float64Array.from(values) }
    const [back] = read(Result.getOrThrow(SampledData.ofChannel(channel)))
    expect(Array.from(back?.samples ?? [], (sample) => sample + 0)).toEqual(
      values.map((sample) => sample + 0)
    )
  })
})

describe("SampledData.decode, on hostile input", () => {
  it("answers to any change of the text of an Observation", () => {
    const whole = JSON.stringify(
      observation(
        component({ text: "II" }, "1 -2 E U L 7e1"),
        component({ coding: [{ code: "131329" }] }, "4")
      )
    )
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const parsed = (text: string): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    }
    let read = 0
    for (let run = 0; run < 5000; run++) {
      const characters = whole.split("")
      for (let change = random(3); change >= 0; change--) {
        const other = '0123456789eE+-. "{}[],:'
        characters[random(characters.length)] = other[random(other.length)] ?? ""
      }
      const result = SampledData.decode(parsed(characters.join("")))
      if (Result.isSuccess(result)) read += 1
    }
    expect(read).toBeGreaterThan(100)
  })
})

describeWithData("mitdb", "SampledData on a real record", (path) => {
  it("writes and reads 650,000 samples a lead without losing one", () => {
    const { channels } = record(path, "101")
    const written = Result.getOrThrow(SampledData.encode({ channels }))
    expect(read(written)).toEqual(channels)
  })
})
