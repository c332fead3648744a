/**
 * Trains the models that ship, and writes them, their cards, and the modules that carry them.
 *
 *     node --conditions=@bedside/source packages/core/training/main.ts <folder of cinc2012> [--check]
 *
 * With `--check` nothing is written, and the exit code is 1 where a file is not what would be written.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Card from "./card.ts"
import * as Evidence from "./evidence.ts"
import * as Model from "./model.ts"
import * as Reference from "./reference.ts"
import { tasks } from "./tasks.ts"
import * as Train from "./train.ts"

const core = fileURLToPath(new URL("..", import.meta.url).href)
const [folder, mode] = process.argv.slice(2)
if (folder === undefined) throw new Error("name the folder of the PhysioNet/CinC 2012 tables")

const place = (path: string, text: string): void => {
  const file = join(core, path)
  if (existsSync(file) && readFileSync(file, "utf8") === text) {
    process.stdout.write(`same     ${path}\n`)
  } else if (mode === "--check") {
    process.stdout.write(`DIFFERS  ${path}\n`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    process.stdout.write(`written  ${path}\n`)
  }
}

for (const task of tasks) {
  const [on, tuning] = [task.load(folder, "a"), task.load(folder, "b")]
  const tuned = Train.tune(task, on)
  const trained = Train.train(task, on, tuning, Train.best(tuned))
  const made = Model.assemble(task, on, tuning, trained, Evidence.metrics(tuning, trained))
  const model = { ...made, reference: Reference.of(task, tuning, made) }
  const evidence: Card.Evidence = {
    tuned,
    deciles: Evidence.deciles(tuning, trained),
    fairness: Evidence.fairness(task, tuning, trained),
    others: Evidence.others(task, tuning, trained),
    variants: Evidence.variants(task, on, tuning, trained)
  }
  const text = `${Model.format(model)}\n`
  place(`models/${task.id}.json`, text)
  place(`models/${task.id}.md`, Card.write(task, model, evidence))
  place(`src/risk/internal/${task.id}Model.ts`, Model.source(model, text))
}
