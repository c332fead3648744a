/**
 * The figures as people read them, and as programs do.
 */
import * as Agreement from "@bedside/core/Agreement"
import * as Result from "effect/Result"
import { writeFileSync } from "node:fs"
import * as Comparison from "./Comparison.ts"
import type { Options } from "./Options.ts"

const perCent = (fraction: number): string =>
  Number.isNaN(fraction) ? "-" : (fraction * 100).toFixed(2)

const ms = (error: number): string => (Number.isNaN(error) ? "-" : error.toFixed(1))

const compared = (outcomes: ReadonlyArray<Comparison.Outcome>) =>
  outcomes.flatMap(({ name, result }) =>
    Result.isSuccess(result) ? [{ name, comparisons: result.success }] : []
  )

const failed = (outcomes: ReadonlyArray<Comparison.Outcome>) =>
  outcomes.flatMap(({ name, result }) =>
    Result.isFailure(result) ? [{ name, problem: result.failure }] : []
  )

/** How one record went, in a line. */
export const line = ({ name, result }: Comparison.Outcome): string =>
  Result.match(result, {
    onSuccess: ([first]) => `${name}: F1 ${perCent(first?.agreement.f1 ?? NaN)} %`,
    onFailure: (problem) => `${name}: ${problem}`
  })

/** Prints the tables, writes the CSV file where one is wanted, and tells whether all went well. */
export const write = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options): boolean => {
  console.log(tables(outcomes, options))
  const isWritten = options.csv === undefined || save(options.csv, csv(outcomes, options))
  return isWritten && outcomes.length > 0 && failed(outcomes).length === 0
}

const save = (file: string, content: string): boolean => {
  try {
    writeFileSync(file, content)
    return true
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return false
  }
}

/** Every record, what they come to together, and those that could not be read. */
const tables = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options): string => {
  if (outcomes.length === 0) {
    return `No record with .${options.annotator} annotations in ${options.folder}.`
  }
  const problems = failed(outcomes).map(({ name, problem }) => `${name} was left out: ${problem}`)
  return [
    table(recordRows(outcomes, options)),
    table(summaryRows(outcomes, options)),
    ...problems
  ].join("\n\n")
}

/** A row of titles and rows of cells as text, the first column to the left and the others to the right. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
        )
        .join("  ")
    )
    .join("\n")
}

const recordRows = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options) => {
  const titles = options.windows.flatMap((window) => [
    `Se@${window}`,
    `+P@${window}`,
    `F1@${window}`,
    "no flutter"
  ])
  const rows = compared(outcomes).map(({ name, comparisons }) => {
    const [whole] = comparisons
    const figures = comparisons.flatMap(({ setting, agreement }) => {
      const { sensitivity, positivePredictivity, f1 } = agreement
      const shown = setting.withoutFlutter ? [f1] : [sensitivity, positivePredictivity, f1]
      return shown.map(perCent)
    })
    const { truePositives = 0, falseNegatives = 0, falsePositives = 0 } = whole?.agreement ?? {}
    return [
      name,
      ...[truePositives + falseNegatives, falseNegatives, falsePositives].map(String),
      ...figures,
      ms(whole?.agreement.medianError ?? NaN)
    ]
  })
  return [["record", "beats", "missed", "extra", ...titles, "error ms"], ...rows]
}

/** The records together, in each setting. */
const summaries = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options) => {
  const records = compared(outcomes)
  return Comparison.settings(options).map((setting, index) => ({
    setting,
    summary: Agreement.summary(
      records.flatMap(({ comparisons }) => comparisons[index]?.agreement ?? [])
    )
  }))
}

const summaryRows = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options) => [
  [
    "all records, %",
    "missed",
    "extra",
    "gross Se",
    "+P",
    "F1",
    "average Se",
    "+P",
    "F1",
    "error ms"
  ],
  ...summaries(outcomes, options).map(({ setting, summary: { gross, average, medianError } }) => [
    `${setting.window} ms${setting.withoutFlutter ? ", no flutter" : ""}`,
    String(gross.falseNegatives),
    String(gross.falsePositives),
    ...[gross.sensitivity, gross.positivePredictivity, gross.f1].map(perCent),
    ...[average.sensitivity, average.positivePredictivity, average.f1].map(perCent),
    ms(medianError)
  ])
]

const columns = [
  "scope",
  "record",
  "window_ms",
  "flutter",
  "reference_beats",
  "true_positives",
  "false_positives",
  "false_negatives",
  "sensitivity",
  "positive_predictivity",
  "f1",
  "median_error_ms",
  "problem"
]

/** Every figure, ratios as fractions; a ratio of 0 to 0 is empty. */
const csv = (outcomes: ReadonlyArray<Comparison.Outcome>, options: Options): string => {
  const records = compared(outcomes).flatMap(({ name, comparisons }) =>
    comparisons.map(({ setting, agreement }) => [
      "record",
      name,
      ...settingCells(setting),
      ...countCells(agreement),
      ...ratioCells(agreement),
      digits(agreement.medianError)
    ])
  )
  const problems = failed(outcomes).map(({ name, problem }) => {
    const figures = columns.slice(2, -1).map(() => "")
    return ["record", name, ...figures, problem]
  })
  const together = summaries(outcomes, options).flatMap(({ setting, summary }) => {
    const { gross, average, medianError } = summary
    const cells = settingCells(setting)
    const counts = countCells(gross)
    return [
      ["gross", "", ...cells, ...counts, ...ratioCells(gross), digits(medianError)],
      ["average", "", ...cells, ...counts.map(() => ""), ...ratioCells(average)]
    ]
  })
  const rows = [columns, ...records, ...problems, ...together]
  return rows.map((row) => `${columns.map((_, at) => quoted(row[at] ?? "")).join(",")}\n`).join("")
}

const settingCells = ({ window, withoutFlutter }: Comparison.Setting) => [
  String(window),
  withoutFlutter ? "left out" : "counted"
]

const countCells = (it: Agreement.Statistics) =>
  [
    it.truePositives + it.falseNegatives,
    it.truePositives,
    it.falsePositives,
    it.falseNegatives
  ].map(String)

const ratioCells = (it: Agreement.Summary["average"]) =>
  [it.sensitivity, it.positivePredictivity, it.f1].map(digits)

const digits = (value: number): string =>
  Number.isNaN(value) ? "" : String(Number(value.toFixed(6)))

const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
