/**
 * The example as a process, on a small folder of records that are made here.
 */
import * as Wfdb from "@bedside/core/Wfdb"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("main.ts", import.meta.url))

const samplingRate = 250
const gain = 200

/** A heart that beats about once a second for 40 seconds: a sharp QRS and a broad T wave. */
const beats = Array.from({ length: 39 }, (_, index) => 180 + index * 250 + (index % 3) * 4)

const bump = (height: number, centre: number, width: number) => (at: number) =>
  height * Math.exp(-(((at - centre) / width) ** 2))

const heart = (): Int32Array => {
  const samples = new Float64Array(40 * samplingRate)
  for (const beat of beats) {
    for (const wave of [bump(200, beat, 4), bump(-40, beat + 8, 4), bump(50, beat + 70, 20)]) {
      for (let at = Math.max(0, beat - 60); at < Math.min(samples.length, beat + 160); at++) {
        samples[at] = samples[at]! + wave(at)
      }
    }
  }
  return Int32Array.from(samples, (sample, at) => Math.round(sample) + ((at * 31) % 5))
}

const annotation = (sample: number, symbol: string) => ({
  sample,
  code: Wfdb.symbols.indexOf(symbol),
  subtype: 0,
  channel: 0,
  number: 0,
  note: ""
})

let scratch = ""
const folder = () => join(scratch, "records")
const work = () => join(scratch, "work")

const writeRecord = (name: string, annotations: ReturnType<typeof annotation>[]) => {
  const channel = { name: "II", unit: "mV", samplingRate, gain, baseline: 0, samples: heart() }
  const record = Result.getOrThrow(Wfdb.encode({ name, samplingRate, channels: [channel] }))
  writeFileSync(join(folder(), `${name}.hea`), record.header)
  for (const [file, bytes] of Object.entries(record.files)) {
    writeFileSync(join(folder(), file), bytes)
  }
  writeFileSync(
    join(folder(), `${name}.atr`),
    Result.getOrThrow(Wfdb.encodeAnnotations(annotations))
  )
}

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "bedside-agreement-"))
  mkdirSync(folder())
  mkdirSync(work())
  writeRecord(
    "clean",
    beats.map((beat) => annotation(beat, "N"))
  )
  // The last 20 beats are called flutter, so that finding them is wrong only where flutter counts.
  writeRecord("flutter", [
    ...beats.slice(0, -20).map((beat) => annotation(beat, "V")),
    annotation(beats.at(-20)! - 60, "["),
    annotation(beats.at(-1)! + 60, "]")
  ])
  writeFileSync(join(folder(), "unlabelled.hea"), "unlabelled 0\n")
})

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const breakRecord = () => {
  writeFileSync(
    join(folder(), "broken.hea"),
    "broken 1 250 1000\nbroken.dat 16 200 16 0 0 0 0 II\n"
  )
  writeFileSync(join(folder(), "broken.dat"), Uint8Array.of(1, 2, 3))
  writeFileSync(join(folder(), "broken.atr"), Uint8Array.of(0, 0))
}

const run = (...options: ReadonlyArray<string>) => {
  const command = ["--conditions=@bedside/source", "--disable-warning=ExperimentalWarning", main]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...options], {
    cwd: work(),
    encoding: "utf8"
  })
  return { status, stdout, stderr }
}

/** The rows of a CSV file without quotes, as records. */
const rowsOf = (file: string): ReadonlyArray<Record<string, string | undefined>> => {
  const [titles = [], ...rows] = readFileSync(join(work(), file), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","))
  return rows.map((row) => Object.fromEntries(titles.map((title, at) => [title, row[at]])))
}

describe("examples/agreement", () => {
  it("compares every annotated record, with flutter and without, at 150 and at 75 ms", () => {
    const { status, stdout, stderr } = run(folder(), "--csv", "report.csv")
    expect(status).toBe(0)
    expect(stderr).toMatch(/^1 of 2 {2}clean: F1 [\d.]+ %\n2 of 2 {2}flutter: F1 [\d.]+ %\n$/)
    expect(stdout).toMatch(/^clean +39 /m)
    expect(stdout).toMatch(/^150 ms, no flutter /m)
    const rows = rowsOf("report.csv")
    const figure = (scope: string, record: string, flutter: string, column: string) =>
      rows
        .filter((it) => it["scope"] === scope && it["record"] === record)
        .filter((it) => it["window_ms"] === "150" && it["flutter"] === flutter)
        .map((it) => Number(it[column]))
    expect(rows).toHaveLength(16)
    expect(figure("record", "clean", "counted", "reference_beats")).toEqual([39])
    expect(figure("record", "clean", "counted", "f1")[0]).toBeGreaterThan(0.97)
    expect(figure("record", "flutter", "counted", "f1")[0]).toBeLessThan(0.7)
    expect(figure("record", "flutter", "left out", "f1")[0]).toBeGreaterThan(0.94)
    const all = figure("gross", "", "counted", "true_positives")[0] ?? 0
    expect(all).toBe(
      (figure("record", "clean", "counted", "true_positives")[0] ?? 0) +
        (figure("record", "flutter", "counted", "true_positives")[0] ?? 0)
    )
    const average = figure("average", "", "counted", "sensitivity")[0] ?? 0
    const each = ["clean", "flutter"].map(
      (name) => figure("record", name, "counted", "sensitivity")[0] ?? 0
    )
    expect(average).toBeCloseTo(((each[0] ?? 0) + (each[1] ?? 0)) / 2, 5)
  })

  it("leaves out what comes before --from, and takes one --window alone", () => {
    run(folder(), "--from", "20", "--window", "100", "--csv", "late.csv")
    const [clean] = rowsOf("late.csv")
    expect(clean?.["window_ms"]).toBe("100")
    expect(clean?.["reference_beats"]).toBe(String(beats.filter((beat) => beat >= 5000).length))
  })

  it("leaves out the records to be skipped", () => {
    const { stdout } = run(folder(), "--skip", "flutter")
    expect([/^clean /m.test(stdout), /^flutter /m.test(stdout)]).toEqual([true, false])
  })

  it("writes our beats as annotations, into the working directory and nowhere else", () => {
    const before = readdirSync(folder())
    expect(run(folder(), "--detections", "bed").status).toBe(0)
    expect(readdirSync(folder())).toEqual(before)
    const written = Result.getOrThrow(Wfdb.annotations(readFileSync(join(work(), "clean.bed"))))
    expect(written.length).toBeGreaterThan(36)
    expect(new Set(written.map((it) => it.symbol))).toEqual(new Set(["N"]))
    const far = written.filter((it) => !beats.some((beat) => Math.abs(beat - it.sample) <= 5))
    expect(far).toEqual([])
  })

  it("says what it does, and what is wrong with what it was asked", () => {
    const { status, stdout } = run("--help")
    expect([status, stdout.includes("--annotator atr")]).toEqual([0, true])
    for (const [options, problem] of [
      [[], "Name one folder"],
      [[join(scratch, "nowhere")], "There is no folder"],
      [[folder(), "--window", "0"], "A window is above 0"],
      [[folder(), "--channel", "-1"], "--channel"],
      [[folder(), "--from", "soon"], "begins at 0 s or later"],
      [[folder(), "--detections", "atr"], "a file extension"],
      [[folder(), "--detections", "../../x"], "a file extension"],
      [[folder(), "--wrong"], "--wrong"]
    ] as const) {
      const refused = run(...options)
      expect([refused.status, refused.stdout]).toEqual([1, ""])
      expect(refused.stderr).toContain(problem)
    }
  })

  it("finds no records where there are none, and says so", () => {
    const { status, stdout } = run(folder(), "--annotator", "qrs")
    expect([status, stdout]).toEqual([1, `No record with .qrs annotations in ${folder()}.\n`])
  })

  it("goes on after a record that cannot be read, reports it, and leaves with 1", () => {
    breakRecord()
    const { status, stdout, stderr } = run(folder(), "--csv", "broken.csv")
    expect(status).toBe(1)
    expect(stdout).toContain("broken was left out: truncated")
    expect(stderr).toContain("1 of 3  broken: truncated")
    const rows = rowsOf("broken.csv")
    expect(rows.filter((it) => it["record"] === "clean")).toHaveLength(4)
    expect(rows.filter((it) => it["record"] === "broken")).toMatchObject([
      { f1: "", problem: expect.stringContaining("truncated") }
    ])
    expect(run(folder(), "--channel", "3").stdout).toContain("it has no channel 3")
  })
})
