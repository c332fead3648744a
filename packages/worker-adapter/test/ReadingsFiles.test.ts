import * as Fitting from "@bedside/core/Fitting"
import { describe, expect, it } from "@effect/vitest"
import {
  Dictionary,
  Float16,
  Float32,
  Int32,
  Int64,
  tableToIPC,
  Table,
  Utf8,
  vectorFromArray
} from "apache-arrow"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib"
import * as Arrow from "../src/Arrow.ts"
import * as Parquet from "../src/Parquet.ts"
import * as Files from "./files.ts"

const mapping = { sensor: "id", columns: { temp: "t", vel: "v" } }

const columns: Files.Columns = {
  note: ["x", "y", "z", "x", "y", "z"],
  id: ["pump-1", "pump-1", "pump 2", "pump-1", "pump-1", "pump 2"],
  t: [10, 5, 0.1, 6, 9, 0.2],
  v: [1, null, 3, null, 1e-9, -123456.789]
}

const formats = {
  parquet: { file: Files.parquet(columns), format: "parquet" },
  "Arrow file": { file: Files.arrow(columns, "file"), format: "arrow" },
  "Arrow stream": { file: Files.arrow(columns, "stream"), format: "arrow" }
} as const

describe.each(Object.entries(formats))("%s", (_, { file, format }) => {
  it.effect("is fitted as the CSV of the same rows is, to the last bit", () =>
    Effect.gen(function* () {
      const expected = yield* Files.read("csv", Files.csv(columns), mapping)
      const read = yield* Files.read(format, file, mapping)
      expect(Files.weights(read)).toEqual(Files.weights(expected))
      expect(Files.weights(read)).toMatchObject({ "pump-1 temp": { std: 2.3804761428476167 } })
      expect([read.rows, read.malformed, read.problems]).toEqual([6, 0, []])
      expect(read.told.at(-1)).toMatchObject({ rows: 6, malformed: 0 })
      expect(read.told.at(-1)?.bytes).toBeLessThanOrEqual(file.length)
    })
  )

  it.effect("names every column it lacks", () =>
    Effect.gen(function* () {
      const refused = Files.read(format, file, { sensor: "sensor", columns: { a: "t", b: "t.x" } })
      expect(yield* Effect.flip(refused)).toMatchObject({
        _tag: "MissingColumns",
        missing: ["sensor", "t.x"]
      })
    })
  )

  it.effect("is refused, or read, when it is cut off anywhere, and never breaks the worker", () =>
    Effect.gen(function* () {
      for (let length = 0; length < file.length; length += 61) {
        const cut = yield* Effect.result(Files.read(format, file.slice(0, length), mapping))
        if (Result.isFailure(cut)) expect(cut.failure._tag).toBe("Unreadable")
        else expect(cut.success.rows).toBeLessThanOrEqual(6)
      }
    })
  )

  it.effect("is of that format or is refused", () =>
    Effect.gen(function* () {
      for (const other of [new Uint8Array(), Files.csv(columns), new Uint8Array(100).fill(255)]) {
        const refused = yield* Effect.flip(Files.read(format, other, mapping))
        expect(refused).toMatchObject({ _tag: "Unreadable" })
      }
    })
  )

  it.effect("gives the store's own failure back as what it is", () =>
    Effect.gen(function* () {
      const down: Fitting.Content = {
        size: file.length,
        read: () => Effect.die("the store is down")
      }
      const reader = format === "parquet" ? Parquet.make() : Arrow.make()
      const exit = yield* Effect.exit(reader(down, mapping, () => Effect.void))
      expect(String(exit)).toContain("the store is down")
    })
  )
})

const read = (format: "parquet" | "arrow", file: Uint8Array) =>
  Effect.map(Files.read(format, file, { sensor: "id", columns: { temp: "t" } }), (it) => ({
    ...Files.weights(it),
    problems: it.problems
  }))

const golden = { count: 4, mean: 7.5, std: 2.3804761428476167, skipped: 0 }

describe("Parquet", () => {
  const four = { id: ["a", "a", "a", "a"], t: [10, 5, 6, 9] }

  it.effect("is read whatever it is packed by", () =>
    Effect.gen(function* () {
      const compressors = {
        GZIP: (input: Uint8Array) => gzipSync(input),
        BROTLI: (input: Uint8Array) => brotliCompressSync(input),
        ZSTD: (input: Uint8Array) => zstdCompressSync(input)
      }
      for (const codec of ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD"] as const) {
        expect(yield* read("parquet", Files.parquet(four, { codec, compressors }))).toEqual({
          "a temp": golden,
          problems: []
        })
      }
    })
  )

  it.effect("is read group by group, and asks the store for a megabyte at a time", () =>
    Effect.gen(function* () {
      const many = {
        id: Array.from({ length: 400_000 }, (_, row) => `pump-${row % 3}`),
        t: Array.from({ length: 400_000 }, (_, row) => Math.sin(row))
      }
      const file = Files.parquet(many, { rowGroupSize: 150_000, codec: "UNCOMPRESSED" })
      const result = yield* Files.read("parquet", file, { sensor: "id", columns: { temp: "t" } })
      expect(result.told.map(({ rows }) => rows)).toEqual([150_000, 300_000, 400_000])
      expect(Math.max(...result.asked)).toBeLessThanOrEqual(1_048_576)
      expect(result.told.at(-1)?.bytes).toBe(file.length)
    })
  )

  it.effect("has numbers of every kind, and sensors that are numbers", () =>
    Effect.gen(function* () {
      const numbers = [10, 5, 6, 9]
      const kinds = [
        { type: "INT32", data: numbers },
        { type: "INT64", data: numbers.map(BigInt) },
        { type: "FLOAT", data: numbers },
        { type: "FLOAT16", data: numbers },
        { type: "DOUBLE", data: numbers }
      ] as const
      for (const { type, data } of kinds) {
        const id = { name: "id", type: "INT64" as const, data: [7n, 7n, 7n, 7n] }
        const file = Files.parquet({}, { columnData: [id, { name: "t", type, data: [...data] }] })
        expect(yield* read("parquet", file)).toEqual({ "7 temp": golden, problems: [] })
      }
    })
  )

  it.effect("leaves out rows without a sensor or with something else than a number", () =>
    Effect.gen(function* () {
      const file = Files.parquet({
        id: ["a", null, "a", "", "a", "a"],
        t: [10, 1, 5, 1, 6, 9]
      })
      expect(yield* read("parquet", file)).toEqual({
        "a temp": golden,
        problems: [
          { line: 2, reason: "sensor" },
          { line: 4, reason: "sensor" }
        ]
      })
      const texts = Files.parquet({ id: ["a", "a"], t: ["10", "5"] })
      expect((yield* read("parquet", texts)).problems).toEqual([
        { line: 1, reason: "number" },
        { line: 2, reason: "number" }
      ])
    })
  )

  it.effect("has a column inside a group under the names with dots between them", () =>
    Effect.gen(function* () {
      const file = Files.parquet(
        {},
        {
          schema: [
            { name: "root", num_children: 2 },
            { name: "id", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
            { name: "params", num_children: 1, repetition_type: "OPTIONAL" },
            { name: "velRMS", num_children: 1, repetition_type: "OPTIONAL" },
            { name: "x", type: "DOUBLE", repetition_type: "OPTIONAL" }
          ],
          columnData: [
            { name: "id", data: ["a", "a", "a", "a", "a"] },
            {
              name: "params",
              data: [10, 5, 6, 9, null].map((x) => (x === null ? null : { velRMS: { x } }))
            }
          ]
        }
      )
      const nested = { sensor: "id", columns: { vel: "params.velRMS.x" } }
      const result = yield* Files.read("parquet", file, nested)
      expect(Files.weights(result)).toEqual({ "a vel": { ...golden, skipped: 1 } })
    })
  )

  it.live("that keeps its library busy for ever is refused, and holds up nobody", () =>
    Effect.gen(function* () {
      const file = Files.parquet(columns)
      const patient = Parquet.make({ patience: "500 millis" })
      const content: Fitting.Content = {
        size: file.length,
        read: (from, to) => Effect.succeed(file.slice(from, to))
      }
      let turns = 0
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.andThen(
            Effect.sync(() => void turns++),
            Effect.sleep("10 millis")
          )
        )
      )
      // One of the bytes that say how many values there are.
      for (const at of [107, 135, 196]) file[at] = file[at]! ^ 0xff
      const refused = yield* Effect.flip(patient(content, mapping, () => Effect.void))
      expect(refused).toMatchObject({ _tag: "Unreadable", expected: "a Parquet file" })
      expect(turns).toBeGreaterThan(1)
    })
  )

  it.effect("without rows has a fit of nothing", () =>
    Effect.gen(function* () {
      const file = Files.parquet({ id: [], t: [] })
      expect(yield* read("parquet", file)).toEqual({ problems: [] })
    })
  )
})

describe("Arrow", () => {
  const golden4 = [10, 5, 6, 9]
  const tableOf = (id: unknown, t: unknown) => new Table({ id, t } as never)
  const sensors = vectorFromArray(["a", "a", "a", "a"], new Utf8())

  it.effect("has numbers of every kind, and sensors by a dictionary or as numbers", () =>
    Effect.gen(function* () {
      const ids = [
        sensors,
        vectorFromArray(["a", "a", "a", "a"], new Dictionary(new Utf8(), new Int32())),
        vectorFromArray([7, 7, 7, 7], new Int32())
      ]
      const values = [
        vectorFromArray(golden4, new Float32()),
        vectorFromArray(golden4, new Float16()),
        vectorFromArray(golden4, new Int32()),
        vectorFromArray(golden4.map(BigInt), new Int64()),
        vectorFromArray([...golden4, null]).slice(0, 4)
      ]
      for (const id of ids) {
        for (const t of values) {
          const found = yield* read("arrow", tableToIPC(tableOf(id, t), "file"))
          expect(Object.values(found)).toEqual([golden, []])
        }
      }
    })
  )

  it.effect("is read batch by batch", () =>
    Effect.gen(function* () {
      const table = tableOf(sensors, vectorFromArray(golden4))
      const both = new Table([...table.batches, ...table.batches])
      for (const kind of ["file", "stream"] as const) {
        const result = yield* Files.read("arrow", tableToIPC(both, kind), {
          sensor: "id",
          columns: { temp: "t" }
        })
        expect(result.told.map(({ rows }) => rows)).toEqual([4, 8])
      }
    })
  )
})
