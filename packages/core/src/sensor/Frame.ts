/**
 * Readings of many sensors in columns, fitted and judged all at once.
 *
 * A frame keeps its rows as runs of one sensor and each column as one `Float64Array`, so that a run is
 * fitted, or compared with its threshold, in one sweep. The guarantee that bites: rows may come in any
 * order and mean the same, but they are fastest grouped by sensor.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { addColumn, fitOf, markColumn } from "./internal/frameColumns.ts"
import { forRuns, runsOf } from "./internal/frameRuns.ts"
import * as Table from "./internal/frameTable.ts"
import * as Sums from "./internal/momentsSums.ts"
import * as Sensor from "./Sensor.ts"

/**
 * Names, and the place of each.
 *
 * @since 0.2.0
 */
export interface Names {
  readonly list: ReadonlyArray<string>
  readonly index: ReadonlyMap<string, number>
}

/**
 * Rows of readings. Run `r` holds the rows from `starts[r]` up to `starts[r + 1]` (to `rows`, for the
 * last), all of the sensor at `codes[r]` in `sensors`. `values` has one array for each column, with
 * NaN where a value is missing.
 *
 * @since 0.2.0
 */
export interface Frame {
  readonly sensors: Names
  readonly columns: Names
  readonly rows: number
  readonly starts: Int32Array
  readonly codes: Int32Array
  readonly values: ReadonlyArray<Float64Array>
}

/**
 * Why arrays do not make a frame:
 *
 * - `lengths`: a column has not as many values as there are rows
 * - `codes`: a row has a code that is no place in the list of sensors
 * - `names`: a sensor or column is named twice
 *
 * @since 0.2.0
 */
export class FrameError extends Schema.TaggedError<FrameError>()("FrameError", {
  reason: Schema.Literals(["lengths", "codes", "names"])
}) {}

/**
 * A sensor or column that is asked for and is not there.
 *
 * @since 0.2.0
 */
export class UnknownName extends Schema.TaggedError<UnknownName>()("UnknownName", {
  kind: Schema.Literals(["sensor", "column"]),
  name: Schema.String
}) {}

/**
 * A frame of columns, with the sensor of each row as a code: its place in `sensors`.
 *
 * Shape: as many codes as rows, and as many values in each column. The columns are not copied.
 *
 * Fails with: `FrameError`, for the first reason found.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Result from "effect/Result"
 *
 * const frame = Result.getOrThrow(Frame.make(["pump-1", "pump-2"], Int32Array.of(0, 0, 1), { temp: Float64Array.of(20, 22, 30) }))
 * frame.rows // => 3
 * Array.from(frame.starts) // => [0, 2]
 * Result.isFailure(Frame.make([], Int32Array.of(0), {})) // => true
 * ```
 * @since 0.2.0
 */
export const make = (
  sensors: ReadonlyArray<string>,
  codes: Int32Array,
  columns: Readonly<Record<string, Float64Array>>
): Result.Result<Frame, FrameError> => {
  const refuse = (reason: FrameError["reason"]) => Result.fail(new FrameError({ reason }))
  const names = Table.namesOf(sensors)
  const values = Object.values(columns)
  if (values.some(({ length }) => length !== codes.length)) return refuse("lengths")
  if (names.index.size !== sensors.length) return refuse("names")
  if (codes.some((code) => code < 0 || code >= sensors.length)) return refuse("codes")
  const columnNames = Table.namesOf(Object.keys(columns))
  return Result.succeed({ sensors: names, columns: columnNames, ...runsOf(codes), values })
}

/**
 * Takes readings row by row, and makes a frame of all those so far.
 *
 * @since 0.2.0
 */
export interface Builder {
  readonly push: (sensor: string, values: ArrayLike<number>) => void
  readonly build: () => Frame
}

/**
 * A builder of frames with these columns.
 *
 * Shape: one value for each column in a row; one that is left out is missing.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 *
 * const builder = Frame.builder(["temp", "velRMS"])
 * builder.push("pump-1", [20, 1.5])
 * builder.push("pump-1", [21])
 * const frame = builder.build()
 * frame.values.map((column) => Array.from(column)) // => [[20, 21], [1.5, NaN]]
 * ```
 * @since 0.2.0
 */
export const builder = (columns: ReadonlyArray<string>): Builder => {
  const table = Table.empty(columns.length)
  return {
    push: (sensor, values) => {
      Table.reserve(table)
      table.codes[table.rows] = Table.codeOf(table, sensor)
      for (let place = 0; place < columns.length; place++) {
        table.cells[place]![table.rows] = values[place] ?? NaN
      }
      table.rows += 1
    },
    build: () => Table.frameOf(table, columns)
  }
}

/**
 * The frame with the rows of each sensor together, in the order they had; sensors come in the order of
 * the list.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 *
 * const builder = Frame.builder(["temp"])
 * for (const [sensor, temp] of [["a", 1], ["b", 2], ["a", 3]] as const) builder.push(sensor, [temp])
 * const frame = Frame.grouped(builder.build())
 * Array.from(frame.values[0] ?? []) // => [1, 3, 2]
 * Array.from(frame.starts) // => [0, 2]
 * ```
 * @since 0.2.0
 */
export const grouped = (frame: Frame): Frame => {
  const next = new Int32Array(frame.sensors.list.length + 1)
  forRuns(frame, (code, from, to) => {
    next[code + 1]! += to - from
  })
  for (let code = 1; code < next.length; code++) next[code]! += next[code - 1]!
  const codes = new Int32Array(frame.rows)
  const values = frame.values.map(() => new Float64Array(frame.rows))
  forRuns(frame, (code, from, to) => {
    const target = next[code]!
    next[code]! += to - from
    codes.fill(code, target, target + to - from)
    frame.values.forEach((column, place) => {
      for (let row = from; row < to; row++) values[place]![target + row - from] = column[row]!
    })
  })
  return { ...frame, ...runsOf(codes), values }
}

/**
 * What fitting leaves for each sensor (in the order of `sensors`), per column: `count` values used,
 * `skipped` others, `mean` and sample standard deviation `std` in the unit of the column; `std` is NaN
 * below two values that count, and `mean` below one.
 *
 * @since 0.2.0
 */
export interface ColumnFit {
  readonly count: Float64Array
  readonly skipped: Float64Array
  readonly mean: Float64Array
  readonly std: Float64Array
}

/**
 * A fit of all sensors and columns, one `ColumnFit` for each column.
 *
 * @since 0.2.0
 */
export interface Fit {
  readonly sensors: Names
  readonly columns: Names
  readonly fits: ReadonlyArray<ColumnFit>
}

/**
 * Takes frame after frame, in memory bounded by the number of sensors, and fits all their rows.
 *
 * @since 0.2.0
 */
export interface Fitter {
  readonly add: (frame: Frame) => void
  readonly result: () => Fit
}

/**
 * A fitter of these columns. Sensors are told apart by their name, in whatever frame they come;
 * columns of a frame that are not among these are left out.
 *
 * Fails with: nothing.
 *
 * Method: that of `fit`, frame by frame.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Result from "effect/Result"
 *
 * const fitter = Frame.fitter(["temp"])
 * for (const temps of [[10, 5], [6, 9]]) {
 *   const builder = Frame.builder(["temp"])
 *   for (const temp of temps) builder.push("pump-1", [temp])
 *   fitter.add(builder.build())
 * }
 * Result.getOrThrow(Frame.weights(fitter.result(), "pump-1", "temp")).std // => 2.3804761428476167
 * ```
 * @since 0.2.0
 */
export const fitter = (columns: ReadonlyArray<string>): Fitter => {
  const table = Table.empty(0)
  let sums = columns.map(() => Sums.noSums(64))
  return {
    add: (frame) => {
      const rows = frame.sensors.list.map((sensor) => Table.codeOf(table, sensor) * Sums.width)
      sums = sums.map((all) => Sums.withRoom(all, table.sensors.length))
      columns.forEach((column, place) => {
        const values = frame.values[frame.columns.index.get(column) ?? -1]
        if (values !== undefined) addColumn(sums[place]!, rows, frame, values)
      })
    },
    result: () => ({
      sensors: { list: [...table.sensors], index: new Map(table.index) },
      columns: Table.namesOf(columns),
      fits: sums.map((all) => fitOf(all, table.sensors.length))
    })
  }
}

/**
 * Fits every sensor in every column.
 *
 * Shape: rows in any order. A sensor with fewer than two usable values in a column has no weights
 * there and does not keep the others from theirs; `weights` says so.
 *
 * Fails with: nothing.
 *
 * Method: `Sensor.fit` for each run of rows, merged where a sensor has several; in runs below 16 rows,
 * value by value (Welford 1962, doi:10.1080/00401706.1962.10490022, with the rounding errors carried
 * along).
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Result from "effect/Result"
 *
 * const codes = Int32Array.of(0, 0, 0, 0, 1)
 * const frame = Result.getOrThrow(Frame.make(["pump-1", "pump-2"], codes, { temp: Float64Array.of(10, 5, 6, 9, 7) }))
 * const fit = Frame.fit(frame)
 * Result.getOrThrow(Frame.weights(fit, "pump-1", "temp")).mean // => 7.5
 * Result.isFailure(Frame.weights(fit, "pump-2", "temp")) // => true
 * ```
 * @since 0.2.0
 */
export const fit = (frame: Frame): Fit => {
  const all = fitter(frame.columns.list)
  all.add(frame)
  return all.result()
}

/**
 * The weights of a sensor in a column, and how many values were skipped for them.
 *
 * Fails with: `UnknownName`, for a sensor or column that was not fitted; `TooFewValues`, below two
 * values that count.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Result from "effect/Result"
 *
 * const builder = Frame.builder(["temp"])
 * for (const temp of [10, 5, NaN, 6, 9]) builder.push("pump-1", [temp])
 * const fit = Frame.fit(builder.build())
 * Result.getOrThrow(Frame.weights(fit, "pump-1", "temp")) // => { count: 4, mean: 7.5, std: 2.3804761428476167, skipped: 1 }
 * Result.isFailure(Frame.weights(fit, "pump-9", "temp")) // => true
 * ```
 * @since 0.2.0
 */
export const weights = (
  { sensors, columns, fits }: Fit,
  sensor: string,
  column: string
): Result.Result<
  Sensor.Weights & { readonly skipped: number },
  UnknownName | Sensor.TooFewValues
> => {
  const place = columns.index.get(column)
  const code = sensors.index.get(sensor)
  if (place === undefined) return Result.fail(new UnknownName({ kind: "column", name: column }))
  if (code === undefined) return Result.fail(new UnknownName({ kind: "sensor", name: sensor }))
  const of = fits[place]!
  const count = of.count[code]!
  return count < 2
    ? Result.fail(new Sensor.TooFewValues({ needed: 2, got: count }))
    : Result.succeed({
        count,
        mean: of.mean[code]!,
        std: of.std[code]!,
        skipped: of.skipped[code]!
      })
}

/**
 * Alerts of one column. Bit `row & 31` of `bits[row >>> 5]` is 1 where the value of that row is in
 * alert. For each sensor (in the order of `sensors`): `count` rows in alert, `last` the last of these
 * (-1 for none), `latest` its last row with a value (-1 for none), and the `threshold` that was used,
 * NaN where the fit has no weights.
 *
 * @since 0.2.0
 */
export interface ColumnAlerts {
  readonly bits: Uint32Array
  readonly count: Int32Array
  readonly last: Int32Array
  readonly latest: Int32Array
  readonly threshold: Float64Array
}

/**
 * The alerts of a frame, one `ColumnAlerts` for each of its columns.
 *
 * @since 0.2.0
 */
export interface Alerts {
  readonly sensors: Names
  readonly columns: Names
  readonly rows: number
  readonly marks: ReadonlyArray<ColumnAlerts>
}

/**
 * Judges every value of a frame against the weights of its sensor in its column.
 *
 * Units: values in the unit of those that were fitted. Shape: sensors and columns are found by name,
 * so the fit may be of other rows, or know more or fewer of them.
 *
 * Fails with: nothing. A missing value is never in alert; nor is any value of a sensor or column that
 * was not fitted or had too few values, and its `threshold` is NaN: `alert` answers `judged: false`.
 *
 * Method: `Sensor.predict`, one-sided and inclusive. The comparisons are free of branches: the time
 * does not depend on how many values are in alert. They run in WebAssembly where the platform has it
 * with SIMD, and else in plain code; the bits are the same.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 *
 * const builder = Frame.builder(["temp"])
 * for (const temp of [10, 5, 6, 9]) builder.push("pump-1", [temp])
 * const fit = Frame.fit(builder.build())
 * builder.push("pump-1", [12.3])
 * const alerts = Frame.predict(builder.build(), fit)
 * Array.from(alerts.marks[0]?.bits ?? []) // => [16]
 * Array.from(alerts.marks[0]?.last ?? []) // => [4]
 * ```
 * @since 0.2.0
 */
export const predict = (
  frame: Frame,
  fit: Fit,
  rule: Sensor.Rule = Sensor.defaultRule
): Alerts => ({
  sensors: frame.sensors,
  columns: frame.columns,
  rows: frame.rows,
  marks: frame.columns.list.map((column, place) => {
    const threshold = thresholdsOf(frame.sensors, fit, column, rule)
    return markColumn(frame, frame.values[place]!, threshold)
  })
})

const thresholdsOf = (
  { list }: Names,
  { sensors, columns, fits }: Fit,
  column: string,
  rule: Sensor.Rule
): Float64Array => {
  const of = fits[columns.index.get(column) ?? -1]
  return Float64Array.from(list, (sensor) => {
    const code = sensors.index.get(sensor)
    if (of === undefined || code === undefined) return NaN
    return Sensor.threshold({ mean: of.mean[code]!, std: of.std[code]! }, rule)
  })
}

/**
 * Whether a column of a sensor is in alert: `now`, by its latest value that is not missing, or at
 * `any` row; `count` rows are, the last at row `last` (-1 for none). `judged` is false where the fit
 * had no weights for it, and nothing can be in alert.
 *
 * @since 0.2.0
 */
export interface Alert {
  readonly judged: boolean
  readonly now: boolean
  readonly any: boolean
  readonly count: number
  readonly last: number
}

/**
 * Answers whether a column of a sensor is in alert, in constant time.
 *
 * Fails with: `UnknownName`, for a sensor or column that the frame does not have.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 * import * as Result from "effect/Result"
 *
 * const builder = Frame.builder(["temp"])
 * for (const temp of [10, 5, 6, 9]) builder.push("pump-1", [temp])
 * const fit = Frame.fit(builder.build())
 * for (const temp of [12.3, 8]) builder.push("pump-1", [temp])
 * const alerts = Frame.predict(builder.build(), fit)
 * Result.getOrThrow(Frame.alert(alerts, "pump-1", "temp")) // => { judged: true, now: false, any: true, count: 1, last: 4 }
 * ```
 * @since 0.2.0
 */
export const alert = (
  { sensors, columns, marks }: Alerts,
  sensor: string,
  column: string
): Result.Result<Alert, UnknownName> => {
  const place = columns.index.get(column)
  const code = sensors.index.get(sensor)
  if (place === undefined) return Result.fail(new UnknownName({ kind: "column", name: column }))
  if (code === undefined) return Result.fail(new UnknownName({ kind: "sensor", name: sensor }))
  const { count, last, latest, threshold } = marks[place]!
  return Result.succeed({
    judged: !Number.isNaN(threshold[code]!),
    now: last[code]! >= 0 && last[code] === latest[code],
    any: count[code]! > 0,
    count: count[code]!,
    last: last[code]!
  })
}

/**
 * Whether the value at a row of a column is in alert; false outside the frame.
 *
 * Shape: `column` is its place in `columns`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Frame from "@bedside/core/Frame"
 *
 * const builder = Frame.builder(["temp"])
 * for (const temp of [10, 5, 6, 9]) builder.push("pump-1", [temp])
 * const fit = Frame.fit(builder.build())
 * builder.push("pump-1", [12.3])
 * const alerts = Frame.predict(builder.build(), fit)
 * Frame.isAlert(alerts, 0, 3) // => false
 * Frame.isAlert(alerts, 0, 4) // => true
 * ```
 * @since 0.2.0
 */
export const isAlert = ({ marks, rows }: Alerts, column: number, row: number): boolean =>
  row >= 0 && row < rows && (((marks[column]?.bits[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1
