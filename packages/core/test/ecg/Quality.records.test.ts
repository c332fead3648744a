import { expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { describeWithData } from "../../../../test/data.ts"
import * as Quality from "../../src/ecg/Quality.ts"
import * as Records from "./records.ts"

const read = (folder: string, name: string): Quality.Quality => {
  const { samplingRate, gain, samples } = Records.record(folder, name).channels[0]!
  return Result.getOrThrow(Quality.index(samples, { samplingRate, gain }))
}

const mean = (windows: ReadonlyArray<Quality.Window>): number =>
  windows.reduce((sum, { index }) => sum + index, 0) / windows.length

const shareUnusable = (windows: ReadonlyArray<Quality.Window>): number =>
  windows.filter(({ index }) => index < Quality.lowestUsable).length / windows.length

// Noise begins after 5 minutes, and comes and goes every 2 minutes.
const isNoisy = ({ start, end }: Quality.Window): boolean => {
  const minutes = (start + end) / 2 / 360 / 60
  return minutes > 5 && Math.floor((minutes - 5) / 2) % 2 === 0
}

/** How often a clean window has a higher index than a noisy one; a tie counts half. */
const separation = (
  clean: ReadonlyArray<Quality.Window>,
  noisy: ReadonlyArray<Quality.Window>
): number => {
  let wins = 0
  for (const { index } of clean) {
    for (const other of noisy) {
      wins += index > other.index ? 1 : index === other.index ? 0.5 : 0
    }
  }
  return wins / clean.length / noisy.length
}

describeWithData("nstdb", "Quality on record 118 with noise at 24 to -6 dB", (path) => {
  const names = ["118e24", "118e18", "118e12", "118e06", "118e00", "118e_6"]
  const series = names.map((name) => {
    const { windows, heartRate } = read(path, name)
    const clean = windows.filter((window) => !isNoisy(window))
    const noisy = windows.filter(isNoisy)
    return { name, clean, noisy, heartRate }
  })

  it("the index of the noisy windows falls as the noise rises", () => {
    const indices = series.map(({ noisy }) => mean(noisy))
    expect(indices).toEqual(indices.toSorted((left, right) => right - left))
    expect(indices[0]).toBeGreaterThan(0.95)
    expect(indices[3]).toBeLessThan(0.3)
    expect(indices[5]).toBeLessThan(0.05)
  })

  it("that of the clean windows stays", () => {
    for (const { clean } of series) {
      expect(mean(clean)).toBeGreaterThan(0.98)
      expect(shareUnusable(clean)).toBe(0)
    }
  })

  it.each([
    { name: "118e18", least: 0.9 },
    { name: "118e12", least: 0.98 },
    { name: "118e06", least: 0.995 },
    { name: "118e00", least: 0.995 },
    { name: "118e_6", least: 0.995 }
  ])("tells noisy windows of $name from clean ones", ({ name, least }) => {
    const { clean, noisy } = series.find((it) => it.name === name)!
    expect(separation(clean, noisy)).toBeGreaterThan(least)
  })

  it("noise that hides the beats is unusable", () => {
    for (const { noisy } of series.slice(4)) expect(shareUnusable(noisy)).toBeGreaterThan(0.9)
  })

  it("the heart rate stays that of the clean record", () => {
    for (const { heartRate } of series) expect(Math.abs(heartRate! - 74.4)).toBeLessThan(1)
  })
})

describeWithData("mitdb", "Quality on arrhythmia records", (path) => {
  it.each(["119", "201", "203", "208"])(
    "does not call the ectopic beats or the fibrillation of %s noise",
    (name) => {
      const { windows } = read(path, name)
      expect(shareUnusable(windows)).toBeLessThan(name === "203" ? 0.05 : 0.005)
    }
  )

  it.each(["101", "106", "109", "112", "115", "122", "124", "205", "209", "220", "223", "230"])(
    "finds %s usable",
    (name) => {
      const { index, windows } = read(path, name)
      expect(index).toBeGreaterThan(0.9)
      expect(shareUnusable(windows)).toBeLessThan(0.01)
    }
  )

  it("finds the flutter of 207 unusable, and the rest usable", () => {
    const { windows } = read(path, "207")
    const flutter = Records.annotations(path, "207").filter(({ symbol }) => symbol === "!")
    const isFlutter = ({ start, end }: Quality.Window) =>
      flutter.some(({ sample }) => sample >= start && sample < end)
    expect(shareUnusable(windows.filter(isFlutter))).toBeGreaterThan(0.3)
    expect(shareUnusable(windows.filter((window) => !isFlutter(window)))).toBeLessThan(0.03)
  })
})

describeWithData("ludb", "Quality on twelve leads of 10 s", (path) => {
  const names = Array.from({ length: 20 }, (_, index) => String(index * 5 + 2))

  it("finds almost all of them usable", () => {
    const windows = names.flatMap((name) =>
      Records.record(path, name).channels.flatMap(({ samples, samplingRate, gain }) => [
        ...Result.getOrThrow(Quality.index(samples, { samplingRate, gain })).windows
      ])
    )
    expect(windows).toHaveLength(480)
    expect(shareUnusable(windows)).toBeLessThan(0.02)
  })
})
