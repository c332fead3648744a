/**
 * Rows of a file fitted batch by batch. What is left out is reported by its number, the first row of
 * the file being 1.
 */
import * as Frame from "@bedside/core/Frame"
import type * as Readings from "@bedside/core/Readings"
import type * as Upload from "@bedside/core/Upload"
import * as Result from "effect/Result"
import type { Rows } from "./fileRows.ts"

/** Takes batch after batch. */
export interface FileFit {
  readonly add: (batch: Rows) => void
  readonly progress: (bytes: number) => Upload.Progress
  readonly result: () => Readings.Report & { readonly fit: Frame.Fit }
}

/** More is not kept; the others are counted. */
const mostProblems = 1_000

/** A fit of these columns. */
export const make = (names: ReadonlyArray<string>): FileFit => {
  const fitter = Frame.fitter(names)
  const problems: Array<Readings.Problem> = []
  let rows = 0
  let malformed = 0
  return {
    add: ({ length, sensors, codes, columns, malformed: more, leftOut }) => {
      const first = rows + malformed + 1
      for (const { row, reason } of leftOut.slice(0, mostProblems - problems.length)) {
        problems.push({ line: first + row, reason })
      }
      rows += length - more
      malformed += more
      const values = names.map((name, at) => [name, columns[at] ?? new Float64Array()] as const)
      fitter.add(Result.getOrThrow(Frame.make(sensors, codes, Object.fromEntries(values))))
    },
    progress: (bytes) => ({ bytes, rows, malformed }),
    result: () => ({ rows, malformed, problems, fit: fitter.result() })
  }
}
