/**
 * A thread that reads an Arrow file or stream through apache-arrow, one batch of records after the
 * other.
 */
import {
  compressionRegistry,
  CompressionType,
  DataType,
  type Field,
  Precision,
  type RecordBatch,
  RecordBatchReader,
  Schema,
  type Vector
} from "apache-arrow"
import type { FileHandle } from "node:fs/promises"
import { zstdDecompressSync } from "node:zlib"
import * as FileRows from "./fileRows.ts"
import * as Thread from "./threadSide.ts"

const unpack = (data: Uint8Array): Uint8Array =>
  zstdDecompressSync(data, { maxOutputLength: Thread.mostAtOnce })

/** How far into a file was read. */
interface Reading {
  far: number
}

/** What apache-arrow uses of an open file. */
const handleOf = ({ byteLength, slice }: Thread.File, reading: Reading): FileHandle =>
  ({
    // By a number here it tells an open file from other sources.
    fd: -1,
    stat: () => Promise.resolve({ size: byteLength }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const bytes = new Uint8Array(await slice(position, position + length))
      buffer.set(bytes, offset)
      reading.far = Math.max(reading.far, position + bytes.length)
      return { bytesRead: bytes.length, buffer }
    },
    close: () => Promise.resolve()
    // apache-arrow asks no more of one.
  }) as FileHandle

const childOf = (parent: Schema | Field, name: string): Field | undefined =>
  ("fields" in parent ? parent.fields : (parent.type.children ?? [])).find(
    (field: Field) => field.name === name
  )

const columnAt = (batch: RecordBatch, [column, ...inside]: FileRows.Place): Vector | null =>
  inside.reduce<Vector | null>((it, name) => it?.getChild(name) ?? null, batch.getChild(column))

/** Whether the values are doubles or integers as they lie there. */
const isPlain = ({ type, nullCount }: Vector): boolean => {
  if (nullCount > 0) return false
  return DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== Precision.HALF)
}

const valuesOf = (vector: Vector | null): ArrayLike<unknown> => {
  if (vector === null) return []
  return isPlain(vector) ? vector.toArray() : [...vector.memoize()]
}

await Thread.run(async (file, names) => {
  compressionRegistry.set(CompressionType.ZSTD, { decode: unpack })
  const reading: Reading = { far: 0 }
  const batches = await (await RecordBatchReader.from(handleOf(file, reading))).open()
  // Of a file without a byte there is no schema, whatever the type says.
  if (!(batches.schema instanceof Schema)) return { _tag: "Refuses", because: "format" }
  const { places, missing } = FileRows.placesOf<Schema | Field>(batches.schema, names, childOf)
  if (missing.length > 0) return { _tag: "Lacks", missing }
  for await (const batch of batches) {
    const rows = FileRows.read(places.map((place) => valuesOf(columnAt(batch, place))))
    Thread.tell({ _tag: "Read", rows, share: reading.far / file.byteLength })
  }
  return { _tag: "Ends" }
})
