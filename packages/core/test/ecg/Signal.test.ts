import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Signal from "../../src/ecg/Signal.ts"

const verdict = (leads: ReadonlyArray<Signal.Signal>, samplingRate: number): string =>
  Result.match(Signal.check(leads, samplingRate), {
    onSuccess: () => "good",
    onFailure: ({ reason }) => reason
  })

describe("Signal.readable", () => {
  it("has NaN for the whole number that stands for a missing sample, in 32 bits only", () => {
    expect(Signal.readable(Int32Array.of(1, Signal.missing))).toEqual(Float64Array.of(1, NaN))
    const plain = [Int32Array.of(1, -5), Int16Array.of(-32_768), [Signal.missing], [NaN]]
    for (const signal of plain) expect(Signal.readable(signal)).toBe(signal)
  })
})

describe("Signal.check", () => {
  it("lets through what has a finite sample in some lead", () => {
    expect(verdict([[1]], 360)).toBe("good")
    expect(verdict([Float64Array.of(NaN, 0)], 360)).toBe("good")
    expect(verdict([Float32Array.of(NaN), Int16Array.of(1)], 360)).toBe("good")
  })

  it("refuses no lead, no sample, and no finite sample", () => {
    expect(verdict([], 360)).toBe("empty")
    expect(verdict([[]], 360)).toBe("empty")
    expect(verdict([[NaN, Infinity, -Infinity]], 360)).toBe("no-finite-sample")
    expect(verdict([Int32Array.of(Signal.missing)], 360)).toBe("no-finite-sample")
  })

  it("refuses leads of different lengths", () => {
    expect(verdict([[1, 2], [1]], 360)).toBe("lengths")
  })

  it("refuses a sampling rate outside 100 to 2,000 Hz, and one that is no number", () => {
    for (const samplingRate of [100, 360, 2000]) expect(verdict([[1]], samplingRate)).toBe("good")
    for (const samplingRate of [99.9, 2000.1, 0, -360, NaN, Infinity]) {
      expect(verdict([[1]], samplingRate)).toBe("sampling-rate")
    }
  })
})
