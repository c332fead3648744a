/** The model card: for whom a model is, how well it did, and where it fails. */
import type * as RiskModel from "@bedside/core/RiskModel"
import type { Group, Rival } from "./evidence.ts"
import type { Task } from "./tasks.ts"
import type { Tuned } from "./train.ts"

export interface Evidence {
  readonly tuned: ReadonlyArray<Tuned>
  readonly deciles: ReadonlyArray<Group>
  readonly fairness: ReadonlyArray<Group>
  readonly others: ReadonlyArray<Rival>
  readonly variants: ReadonlyArray<Rival>
}

const row = (...cells: ReadonlyArray<string | number>): string => `| ${cells.join(" | ")} |`

const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string | number>>
): ReadonlyArray<string> => [
  row(...head),
  row(...head.map(() => "---")),
  ...rows.map((cells) => row(...cells)),
  ""
]

const figure = ({ estimate, lower, upper }: RiskModel.Figure, digits = 3): string =>
  `${estimate.toFixed(digits)} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`

const share = (value: number): string => `${(100 * value).toFixed(1)} %`

const titles: Readonly<Record<string, string>> = {
  auroc: "AUROC",
  averagePrecision: "average precision",
  brier: "Brier score",
  calibrationSlope: "calibration slope",
  calibrationIntercept: "calibration intercept",
  expectedCalibrationError: "expected calibration error (10 bins of equal width)"
}

const groups = (all: ReadonlyArray<Group>): ReadonlyArray<ReadonlyArray<string | number>> =>
  all.map(({ title, rows, events, expected, auroc }) => [
    title,
    rows,
    events,
    expected.toFixed(1),
    (events / expected).toFixed(2),
    auroc === null ? "" : auroc.toFixed(3)
  ])

const rivals = (all: ReadonlyArray<Rival>): ReadonlyArray<ReadonlyArray<string>> =>
  all.map(({ title, auroc, difference }) => [title, figure(auroc), figure(difference, 4)])

const groupHead = ["", "rows", "with the outcome", "expected", "observed / expected", "AUROC"]
const rivalHead = ["on the same rows", "AUROC", "difference from the model"]

const data = ({ train, tune }: RiskModel.RiskModel["training"]): ReadonlyArray<string> => [
  ...table(
    ["", "rows", "patients", "with the outcome"],
    [train, tune].map(({ name, rows, patients, events }) => [
      name,
      rows,
      patients,
      `${events} (${share(events / rows)})`
    ])
  ),
  ...table(
    ["file", "SHA-256"],
    [train, tune].flatMap(({ files }) => files.map(({ name, sha256 }) => [name, `\`${sha256}\``]))
  )
]

const figures = (
  { metrics, bands }: RiskModel.RiskModel,
  { others, deciles, fairness, variants }: Evidence
): ReadonlyArray<string> => [
  "## Figures on the tuning set",
  "",
  "Intervals are 95 %, from 1,000 draws of whole patients. Each probability was calibrated by a line",
  "that was fitted to other patients (5 folds); AUROC and average precision are of the scores before.",
  "",
  ...table(
    ["", ""],
    Object.entries(metrics).map(([name, value]) => [titles[name] ?? name, figure(value)])
  ),
  "The calibration error of a draw lies above that of all rows by chance alone: its interval is too high.",
  "",
  ...table(rivalHead, rivals(others)),
  "### Bands",
  "",
  ...table(
    ["band", "from", "rows that reach it", "sensitivity", "positive predictive value"],
    bands.map(({ band, from, share: part, sensitivity, positivePredictiveValue }) => [
      band,
      from,
      share(part),
      share(sensitivity),
      positivePredictiveValue === null ? "none" : share(positivePredictiveValue)
    ])
  ),
  "### Calibration, by tenths of the rows",
  "",
  ...table(
    groupHead.slice(0, 5),
    groups(deciles).map((cells) => cells.slice(0, 5))
  ),
  "### People",
  "",
  ...table(groupHead, groups(fairness)),
  "### What features are worth",
  "",
  "Each of these was trained for this table, as the model was and with its penalty.",
  "",
  ...table(rivalHead, rivals(variants))
]

const reference = ({ reference, training }: RiskModel.RiskModel): ReadonlyArray<string> =>
  reference === undefined
    ? []
    : [
        "## What live patients are compared with",
        "",
        `The first row of each of the ${reference.score.count} patients of ${training.tune.name}: its features, and the`,
        "probabilities as they ship. They are in `reference`, rounded to 4 digits, with 64 values of each.",
        ""
      ]

const tuning = ({ tuned }: Evidence): ReadonlyArray<string> => [
  "## How it was chosen",
  "",
  ...table(
    ["penalty", "log-loss, cross-validated on set a", "AUROC"],
    tuned.map(({ penalty, logLoss, auroc }) => [penalty, logLoss.toFixed(5), auroc.toFixed(4)])
  )
]

/** The card of a model; `notes` are what no figure says, and come from the task. */
export const write = (task: Task, model: RiskModel.RiskModel, evidence: Evidence): string =>
  [
    `# ${model.id} ${model.version}`,
    "",
    "Written by `packages/core/training`; change it there.",
    "",
    `**Foretells**: ${model.outcome}.`,
    "",
    `**For**: ${model.population.description}.`,
    "",
    "**Not a medical device.** It supports the judgement of a clinician and does not replace it. No",
    "treatment follows from it.",
    "",
    "## Data",
    "",
    model.citation + ".",
    "",
    `Licence: ${model.licence}. Stays in four intensive care units of one hospital in Boston, 2001 to 2008.`,
    "",
    ...data(model.training),
    `Features: ${model.definition.features.length} (SHA-256 of their definition: \`${model.definitionSha256}\`).`,
    `Method: ${model.training.method}. Penalty ${model.training.penalty}.`,
    "",
    ...figures(model, evidence),
    ...tuning(evidence),
    ...reference(model),
    ...task.notes.flatMap((paragraph) => [paragraph, ""]),
    "## How to train it again",
    "",
    "```sh",
    "node --conditions=@bedside/source packages/core/training/main.ts <folder of cinc2012>",
    "```",
    "",
    "The same data give the same bytes: no clock and no other source of chance is read.",
    ""
  ].join("\n")
