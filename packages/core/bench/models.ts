/**
 * A fit of 16,947 rows and 160 columns, and rows scored per second, of the models that scikit-learn
 * exported.
 *
 *     node --conditions=@bedside/source packages/core/bench/models.ts <folder of cinc2012>
 *
 * Both speeds are given by the clock and by the time of this process: what else the machine does slows
 * the first only.
 */
import * as Logistic from "@bedside/core/Logistic"
import * as Trees from "@bedside/core/Trees"
import * as Result from "effect/Result"
import { join } from "node:path"
import * as Tables from "../training/tables.ts"
import * as Exported from "./exportedModels.ts"

const get = Result.getOrThrow

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error("name the folder of the PhysioNet/CinC 2012 tables")

const exported = Exported.read(join(folder, "hypotension6h-sklearn-models.json"))

/** The least time of some rounds in ms, by the clock and of this process. */
const least = (run: () => unknown, rounds = 9) => {
  run()
  let best = { clock: Infinity, process: Infinity }
  for (let round = 0; round < rounds; round++) {
    const used = process.cpuUsage()
    const start = performance.now()
    run()
    const clock = performance.now() - start
    const { user, system } = process.cpuUsage(used)
    best = {
      clock: Math.min(best.clock, clock),
      process: Math.min(best.process, (user + system) / 1000)
    }
  }
  return best
}

const table = Tables.read(join(folder, "hypotension6h-a.csv.gz"))
const names = [...table.columns.keys()].filter((name) => name !== "RecordID" && name !== "y")
const features = Tables.matrix(table, names)
const labels = Tables.column(table, "y")

const columns = get(Logistic.design(get(Logistic.prepare(features)), features))
const fitted = get(Logistic.fit(columns, labels))
const fit = least(() => Logistic.fit(columns, labels), 5)
console.log(`fit of ${columns.rows} rows and ${columns.columns} columns (asked: 2 s)`)
console.log(
  `  ${fit.clock.toFixed(0)} ms, of the process ${fit.process.toFixed(0)} ms; ${fitted.steps} steps, ${fitted.curvatures} curvatures, converged: ${fitted.converged}`
)

/** The exported rows over and over. */
const repeated = (times: number): Logistic.Matrix => {
  const { rows, columns, values } = exported.rows
  const all = new Float64Array(values.length * times)
  for (let time = 0; time < times; time++) all.set(values, time * values.length)
  return { rows: rows * times, columns, values: all }
}

const print = (name: string, rows: number, time: ReturnType<typeof least>, asked: string) => {
  const speed = (ms: number) =>
    ((rows / ms) * 1000).toLocaleString("en", { maximumFractionDigits: 0 })
  console.log(`${name} (asked: ${asked} rows/s)`)
  console.log(`  ${speed(time.clock)} rows/s, of the process ${speed(time.process)} rows/s`)
}

const many = repeated(100)
const logistic = Logistic.scorer(exported.logistic)
const logisticTime = least(() => logistic.probabilities(many), 30)
print("logistic regression, 94 features", many.rows, logisticTime, "1,000,000")

const trees = get(Trees.scorer(exported.trees))
print(
  "200 trees",
  many.rows,
  least(() => trees.probabilities(many), 9),
  "100,000"
)
