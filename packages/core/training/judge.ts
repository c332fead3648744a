/**
 * Judges the models that ship on other stays, with nothing fitted to them.
 *
 *     node --conditions=@bedside/source packages/core/training/judge.ts <folder> <letter of the set>
 *
 * The folder holds tables such as those of sets a and b, with another letter in their names.
 */
import * as Deterioration from "@bedside/core/Deterioration"
import * as Hypotension from "@bedside/core/Hypotension"
import * as RiskModel from "@bedside/core/RiskModel"
import * as Result from "effect/Result"
import * as Evidence from "./evidence.ts"
import * as Tables from "./tables.ts"
import * as Tasks from "./tasks.ts"

const [folder, set] = process.argv.slice(2)
if (folder === undefined || set === undefined) throw new Error("name a folder and a set")

const get = Result.getOrThrow

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const shipped = [
  [Tasks.deterioration, Deterioration.model],
  [Tasks.hypotension, Hypotension.model]
] as const

for (const [task, model] of shipped) {
  const stays = task.load(folder, set)
  const rows = Tables.matrix(stays.table, task.candidate.columns)
  const probabilities = get(get(RiskModel.ready(model)).probabilities(rows))
  print(`${model.id} ${model.version} on ${stays.name}: ${rows.rows} rows`)
  const figures = Evidence.metrics(stays, { raw: probabilities, calibrated: probabilities })
  for (const [name, { estimate, lower, upper }] of Object.entries(figures)) {
    print(`  ${name} ${estimate.toFixed(4)} (${lower.toFixed(4)} to ${upper.toFixed(4)})`)
  }
  for (const { title, auroc } of Evidence.others(task, stays, { raw: probabilities })) {
    print(`  AUROC of ${title}: ${auroc.estimate.toFixed(4)}`)
  }
}
