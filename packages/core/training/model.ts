/** Puts a trained model and its figures together, as they ship. */
import type * as RiskModel from "@bedside/core/RiskModel"
import * as Tables from "./tables.ts"
import type { Stays, Task } from "./tasks.ts"
import { foldCount, seed, type Trained } from "./train.ts"

const citation =
  "Silva I, Moody G, Scott DJ, Celi LA, Mark RG. Predicting in-hospital mortality of ICU patients: the " +
  "PhysioNet/Computing in Cardiology Challenge 2012. Comput Cardiol 2012;39:245-248. Goldberger AL et " +
  "al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 2000;101:e215-e220, " +
  "doi:10.1161/01.CIR.101.23.e215"

const dataSet = ({ name, table, patients, labels, files }: Stays): RiskModel.DataSet => ({
  name,
  rows: table.rows,
  patients: new Set(patients).size,
  events: labels.reduce((sum, label) => sum + label, 0),
  files
})

export const assemble = (
  task: Task,
  on: Stays,
  tuning: Stays,
  { penalty, model, calibrator, bands }: Trained,
  metrics: RiskModel.RiskModel["metrics"]
): RiskModel.RiskModel => ({
  id: task.id,
  version: task.version,
  outcome: task.outcome,
  citation,
  licence: "data: Open Data Commons Attribution License (ODC-By) 1.0; model: MIT",
  population: task.population,
  definition: task.definition,
  definitionSha256: Tables.sha256(JSON.stringify(task.definition)),
  predictor: { kind: "logistic", model },
  calibrator,
  bands,
  training: {
    method:
      "L2-regularised logistic regression on bounded, filled-in, standardised features and some of " +
      `their squares; penalty by ${foldCount}-fold cross-validation by patient within the training set; ` +
      "Platt scaling on the tuning set",
    split: "by patient: set a of the challenge trains, set b tunes",
    seed,
    penalty,
    train: dataSet(on),
    tune: dataSet(tuning)
  },
  metrics
})

// What is short enough, or a list of numbers, stays on one line: so changes can be read line by line.
// In a reference, so does all that is known of one feature.
const longest = 200
const longestInReference = 2000

/** The text of a value, one line for each part that changes on its own. */
export const format = (value: unknown, indent = "", most = longest): string => {
  const flat = JSON.stringify(value)
  const isFlat =
    flat.length <= most || typeof value !== "object" || value === null || isNumbers(value)
  if (isFlat) return flat
  const deeper = `${indent}  `
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  const parts = Array.isArray(value)
    ? value.map((each) => format(each, deeper, most))
    : Object.entries(value).map(([key, each]) => {
        const text = format(each, deeper, key === "reference" ? longestInReference : most)
        return `${JSON.stringify(key)}: ${text}`
      })
  return `${open}\n${parts.map((part) => `${deeper}${part}`).join(",\n")}\n${indent}${close}`
}

const isNumbers = (value: object): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === "number")

/** The module that carries the text of a model, so that every bundler and runtime finds it. */
export const source = ({ id }: RiskModel.RiskModel, text: string): string =>
  [
    "/**",
    ` * The model \`${id}\`, made by \`packages/core/training\`: not to be edited. \`models/${id}.json\` is the same.`,
    " */",
    "export const text = `",
    `${text}\``,
    ""
  ].join("\n")
