/**
 * What may be asked for on the command line.
 */
import * as Result from "effect/Result"
import { statSync } from "node:fs"
import { parseArgs } from "node:util"

export interface Options {
  readonly folder: string
  /** The extension of the reference annotations. */
  readonly annotator: string
  /** Names of records that are not compared. */
  readonly skip: ReadonlyArray<string>
  /** In ms. */
  readonly windows: ReadonlyArray<number>
  /** Counted from 0. */
  readonly channel: number
  /** In seconds. */
  readonly from: number
  readonly csv: string | undefined
  /** The extension under which our beats are written. */
  readonly detections: string | undefined
}

const usage = `Compares the beats that Bedside detects with those annotated, record by record.

  node --conditions=@bedside/source examples/agreement/main.ts <folder> [options]

  <folder>               WFDB records, each with a header, signals and annotations
  --annotator atr        the extension of the reference annotations
  --skip 107             leave out a record, such as a paced one; may be given several times
  --window 150           the match window in ms; may be given several times (150 and 75)
  --channel 0            the channel to detect in, counted from 0
  --from 0               leave out the first seconds; EC57 leaves out 300
  --csv report.csv       write every figure to a CSV file
  --detections bed       write our beats as <record>.bed into the working directory
  --help                 this text

Leaves with 0 if every record could be read, and with 1 otherwise. Not a medical device.`

/** Shows how it is used. */
export const help = (): boolean => {
  console.log(usage)
  return true
}

/** Says what is wrong with what was asked for. */
export const refuse = (problem: string): boolean => {
  console.error(`${problem}\nSee --help.`)
  return false
}

/** The options of a command line, or what is wrong with it. */
export const read = (
  argumentList: ReadonlyArray<string>
): Result.Result<Options | "help", string> => Result.flatMap(parse(argumentList), check)

const check = ({ values, positionals }: Parsed): Result.Result<Options | "help", string> => {
  const { annotator, skip, detections, csv } = values
  const [folder, ...others] = positionals
  const windows = values.window.map(Number)
  const channel = Number(values.channel)
  const from = Number(values.from)
  if (values.help) return Result.succeed("help")
  if (folder === undefined || others.length > 0) return Result.fail("Name one folder of records.")
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return Result.fail(`There is no folder ${folder}.`)
  }
  if (!windows.every((window) => window > 0 && window <= 1000)) {
    return Result.fail("A window is above 0 and at most 1000 ms.")
  }
  if (!Number.isSafeInteger(channel) || channel < 0) return Result.fail("A channel is 0, 1, 2, …")
  if (!(from >= 0)) return Result.fail("The comparison begins at 0 s or later.")
  if (!isExtension(annotator)) return Result.fail("An annotator is a file extension.")
  if (detections !== undefined && (!isExtension(detections) || isTaken(detections, annotator))) {
    return Result.fail("Our beats need a file extension that records do not use.")
  }
  return Result.succeed({ folder, annotator, skip, windows, channel, from, csv, detections })
}

type Parsed = Result.Result.Success<ReturnType<typeof parse>>

const parse = (argumentList: ReadonlyArray<string>) =>
  Result.try({
    try: () =>
      parseArgs({
        args: [...argumentList],
        allowPositionals: true,
        options: {
          annotator: { type: "string", default: "atr" },
          skip: { type: "string", multiple: true, default: [] },
          window: { type: "string", multiple: true, default: ["150", "75"] },
          channel: { type: "string", default: "0" },
          from: { type: "string", default: "0" },
          csv: { type: "string" },
          detections: { type: "string" },
          help: { type: "boolean", default: false }
        }
      }),
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })

const isExtension = (text: string): boolean => /^[A-Za-z][\w-]*$/.test(text)

const isTaken = (extension: string, annotator: string): boolean =>
  ["hea", "dat", "atr", annotator].includes(extension)
