/**
 * Checks our beat detection on a folder of records: beat by beat against their annotations, as
 * ANSI/AAMI EC57 has it.
 *
 *     node --conditions=@bedside/source examples/agreement/main.ts <folder> [options]
 *     node --conditions=@bedside/source examples/agreement/main.ts --help
 */
import * as Result from "effect/Result"
import * as Comparison from "./Comparison.ts"
import * as Options from "./Options.ts"
import * as Progress from "./Progress.ts"
import * as Record from "./Record.ts"
import * as Report from "./Report.ts"

const run = (options: Options.Options): boolean => {
  const names = Record.names(options)
  const outcomes = names.map((name, index) => {
    const outcome = Comparison.ofRecord(name, options)
    Progress.show(index + 1, names.length, Report.line(outcome))
    return outcome
  })
  return Report.write(outcomes, options)
}

const isGood = Result.match(Options.read(process.argv.slice(2)), {
  onSuccess: (options) => (options === "help" ? Options.help() : run(options)),
  onFailure: (problem) => Options.refuse(problem)
})
process.exitCode = isGood ? 0 : 1
