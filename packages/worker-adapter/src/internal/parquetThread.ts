/**
 * A thread that reads a Parquet file through hyparquet, one group of rows after the other.
 */
import { parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet"
import type { Compressors, ParquetScan, RowGroup, SchemaTree } from "hyparquet"
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib"
import * as FileRows from "./fileRows.ts"
import * as Thread from "./threadSide.ts"

/** What hyparquet does not unpack itself; no page gets larger than it says. */
const compressors: Compressors = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength })
}

const childOf = ({ children }: SchemaTree, name: string): SchemaTree | undefined =>
  children.find(({ element }) => element.name === name)

/** What these columns of a group of rows take unpacked, as the file says. */
const unpacked = ({ columns }: RowGroup, wanted: ReadonlySet<string>): number =>
  columns.reduce((sum, { meta_data: chunk }) => {
    const isWanted = chunk !== undefined && wanted.has(chunk.path_in_schema[0] ?? "")
    return isWanted ? sum + Number(chunk.total_uncompressed_size) : sum
  }, 0)

const inside = (value: unknown, names: ReadonlyArray<string>): unknown =>
  names.reduce<unknown>(
    (it, name) =>
      typeof it === "object" && it !== null ? Object.getOwnPropertyDescriptor(it, name)?.value : it,
    value
  )

const columnAt = async (
  scan: ParquetScan,
  [column, ...names]: FileRows.Place,
  range: ParquetScan["ranges"][number]
): Promise<ArrayLike<unknown>> => {
  const values: ArrayLike<unknown> = await scan.readColumn({ column, ...range })
  return names.length === 0 ? values : Array.from(values, (value) => inside(value, names))
}

await Thread.run(async (file, names) => {
  const metadata = await parquetMetadataAsync(file)
  const { places, missing } = FileRows.placesOf(parquetSchema(metadata), names, childOf)
  if (missing.length > 0) return { _tag: "Lacks", missing }
  const wanted = new Set(places.map(([column]) => column))
  if (metadata.row_groups.some((group) => unpacked(group, wanted) > Thread.mostAtOnce)) {
    throw new Thread.TooLarge()
  }
  const options = { file, metadata, columns: [...wanted], compressors, geoparquet: false }
  const scan = await parquetScan(options)
  for (const [nth, range] of scan.ranges.entries()) {
    const columns = await Promise.all(places.map((place) => columnAt(scan, place, range)))
    const share = (nth + 1) / scan.ranges.length
    Thread.tell({ _tag: "Read", rows: FileRows.read(columns), share })
  }
  return { _tag: "Ends" }
})
