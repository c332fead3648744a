/**
 * What is trained: which outcome, on which features, and by which columns of the tables these are known.
 *
 * The columns were computed by others; `test/risk/training.records.test.ts` computes them from the raw
 * readings with `Features.extract` and compares every cell.
 */
import type * as Features from "@bedside/core/Features"
import type * as RiskModel from "@bedside/core/RiskModel"
import type * as Vital from "@bedside/core/Vital"
import { join } from "node:path"
import { notes } from "./notes.ts"
import * as Tables from "./tables.ts"

/** A set of stays: which patient each row is of, whether it had the outcome, and its columns. */
export interface Stays {
  readonly name: string
  readonly table: Tables.Table
  readonly patients: Float64Array
  readonly labels: Float64Array
  readonly files: ReadonlyArray<Tables.File>
}

/**
 * Columns that a regression is fitted to, some of them squared as well, and some with an indicator of
 * being missing.
 */
export interface Candidate {
  readonly columns: ReadonlyArray<string>
  readonly squares: ReadonlyArray<string>
  readonly indicators: ReadonlyArray<string>
}

export interface Variant extends Candidate {
  readonly title: string
}

export interface Task {
  readonly id: "deterioration" | "hypotension"
  readonly version: string
  readonly outcome: string
  readonly population: RiskModel.Population
  readonly definition: Features.Definition
  /** The column of each feature. */
  readonly candidate: Candidate
  readonly penalties: ReadonlyArray<number>
  /** Trained for the card alone; given are all columns of the table but those of patient and label. */
  readonly variants: (all: ReadonlyArray<string>) => ReadonlyArray<Variant>
  /** Paragraphs of the card that no figure gives. */
  readonly notes: ReadonlyArray<string>
  readonly load: (folder: string, set: string) => Stays
}

/** The share of values at either end that is drawn in to the bound. */
export const tails = 0.01

type Column = readonly [column: string, feature: Features.Feature]

const prefixes = {
  "heart-rate": ["HR", "/min"],
  "respiratory-rate": ["RespRate", "/min"],
  temperature: ["Temp", "Cel"],
  "systolic-pressure": ["SBP", "mm[Hg]"],
  "diastolic-pressure": ["DBP", "mm[Hg]"],
  "mean-pressure": ["MAPx", "mm[Hg]"],
  "glasgow-coma-scale": ["GCS", "{score}"]
} as const satisfies { readonly [V in Vital.NumericCode]?: readonly [string, string] }

type Known = keyof typeof prefixes

const suffixes = {
  last: "last",
  mean: "mean",
  minimum: "min",
  maximum: "max",
  "standard-deviation": "std",
  "average-real-variability": "arv",
  slope: "slope"
} as const satisfies { readonly [S in Features.Statistic]?: string }

type Common = keyof typeof suffixes

const levels: ReadonlyArray<Common> = ["last", "mean", "minimum", "maximum"]
const all: ReadonlyArray<Common> = [
  ...levels,
  "standard-deviation",
  "average-real-variability",
  "slope"
]

/** Fluctuation by the column that holds it. */
export const isFluctuation = (column: string): boolean => /_(?:std|arv)$/.test(column)
const isPressure = (column: string): boolean => /^(?:SBP|DBP|MAPx)/.test(column)

const summary = (
  vital: Known,
  statistic: Common,
  hours: number,
  startIncluded: boolean,
  column: string
): Column => {
  const unit = prefixes[vital][1]
  return [
    column,
    {
      name: `${vital} ${statistic} ${hours} h`,
      // UCUM writes a rate per hour as "/min/h".
      unit: statistic === "slope" ? `${unit}/h` : unit,
      kind: "summary",
      of: { vital, statistic, hours, startIncluded }
    }
  ]
}

const age = (column: string): Column => [column, { name: "age", unit: "a", kind: "age" }]
const sex = (column: string): Column => [column, { name: "sex", unit: "1", kind: "sex" }]

// What lies outside was left out of the columns; the ranges are those of the values that are left.
const ranges: ReadonlyArray<Features.Range> = [
  { vital: "heart-rate", minimum: 10, maximum: 300 },
  { vital: "respiratory-rate", minimum: 2, maximum: 80 },
  { vital: "temperature", minimum: 25, maximum: 45 },
  { vital: "systolic-pressure", minimum: 30, maximum: 300 },
  { vital: "diastolic-pressure", minimum: 10, maximum: 200 },
  { vital: "mean-pressure", minimum: 20, maximum: 250 },
  { vital: "glasgow-coma-scale", minimum: 3, maximum: 15 }
]

/** The ranges that concern the vitals of these columns. */
const define = (columns: ReadonlyArray<Column>): Features.Definition => {
  const features = columns.map(([, feature]) => feature)
  const vitals = new Set<string>(
    features.flatMap((feature) =>
      feature.kind === "summary"
        ? [feature.of.vital]
        : feature.kind === "difference"
          ? [feature.of.vital, feature.minus.vital]
          : feature.kind === "ratio"
            ? [feature.of.vital, feature.over.vital]
            : []
    )
  )
  return { features, ranges: ranges.filter(({ vital }) => vitals.has(vital)) }
}

/** Where the sex is not known, the value is half-way, as in `Features`. */
const withKnownSex = (table: Tables.Table, name: string): Tables.Table => {
  const sexes = Tables.column(table, name).map((value) => (Number.isNaN(value) ? 0.5 : value))
  return { ...table, columns: new Map([...table.columns, [name, sexes]]) }
}

const deteriorationColumns: ReadonlyArray<Column> = [
  age("Age"),
  sex("Gender"),
  ...(Object.keys(prefixes) as ReadonlyArray<Known>).flatMap((vital) => [
    ...all.map((statistic) =>
      summary(vital, statistic, 48, true, `${prefixes[vital][0]}_${suffixes[statistic]}`)
    ),
    summary(vital, "mean", 12, false, `${prefixes[vital][0]}_late_mean`)
  ])
]

const deteriorationCandidate: Candidate = {
  columns: deteriorationColumns.map(([column]) => column),
  squares: deteriorationColumns
    .map(([column]) => column)
    .filter((column) => /(?<!late)_mean$/.test(column)),
  // No rate is charted of a patient whom a ventilator breathes for.
  indicators: ["RespRate_last", "RespRate_late_mean"]
}

const oxygen = ["last", "mean", "min", "max", "std", "arv", "slope", "late_mean"].map(
  (suffix) => `SaO2_${suffix}`
)
const counts = ["HR", "RespRate", "Temp", "SBP", "DBP", "MAPx", "GCS", "SaO2"].map(
  (prefix) => `${prefix}_n`
)

const without = (
  { columns, squares, indicators }: Candidate,
  leaveOut: (column: string) => boolean
): Candidate => ({
  columns: columns.filter((column) => !leaveOut(column)),
  squares: squares.filter((column) => !leaveOut(column)),
  indicators: indicators.filter((column) => !leaveOut(column))
})

const plus = (candidate: Candidate, more: ReadonlyArray<string>): Candidate => ({
  ...candidate,
  columns: [...candidate.columns, ...more]
})

export const deterioration: Task = {
  id: "deterioration",
  version: "1.0.0",
  outcome: "death in hospital, foretold from the vitals of 48 hours in intensive care",
  population: {
    description:
      "adults (16 years and over) in intensive care for 48 hours or longer; not checked on other wards",
    minimumAge: 16,
    requirements: [
      { vital: "heart-rate", hours: 48, readings: 2 },
      { vital: "systolic-pressure", hours: 48, readings: 2 }
    ]
  },
  definition: define(deteriorationColumns),
  candidate: deteriorationCandidate,
  penalties: [10, 30, 100, 300],
  variants: (columns) => [
    {
      title: "without the fluctuation of any vital (standard deviation, average real variability)",
      ...without(deteriorationCandidate, isFluctuation)
    },
    {
      title: "without the fluctuation of blood pressure",
      ...without(deteriorationCandidate, (column) => isPressure(column) && isFluctuation(column))
    },
    { title: "without squares", ...deteriorationCandidate, squares: [] },
    {
      title: "without the indicators of a missing respiratory rate",
      ...deteriorationCandidate,
      indicators: []
    },
    {
      title: "with the type of intensive care unit",
      ...plus(deteriorationCandidate, ["ICU1", "ICU2", "ICU3", "ICU4"])
    },
    {
      title: "with counts of readings, and an indicator for each feature that is missing",
      ...plus(deteriorationCandidate, counts),
      indicators: deteriorationCandidate.columns
    },
    {
      title: "with the saturation of blood gases (SaO2)",
      ...plus(deteriorationCandidate, oxygen)
    },
    {
      title: "all 112 columns of the table, with indicators and without squares",
      columns,
      squares: [],
      indicators: columns
    }
  ],
  notes: notes.deterioration,
  load: (folder, set) => {
    const files = [`features-vitals-${set}.csv.gz`, `Outcomes-${set}.txt`].map((name) =>
      join(folder, name)
    )
    const [features = "", outcomes = ""] = files
    const table = withKnownSex(Tables.read(features), "Gender")
    const died = Tables.read(outcomes)
    const deaths = Tables.column(died, "In-hospital_death")
    const rowOf = new Map(Array.from(Tables.column(died, "RecordID"), (id, row) => [id, row]))
    const patients = Tables.column(table, "RecordID")
    const labels = patients.map((id) => deaths[rowOf.get(id) ?? -1] ?? NaN)
    return { name: `set ${set}`, table, patients, labels, files: files.map(Tables.fingerprint) }
  }
}

const window = (vital: Known, statistic: Features.Statistic, hours: number) => ({
  vital,
  statistic,
  hours,
  startIncluded: false
})

const hypotensionColumns: ReadonlyArray<Column> = [
  age("age"),
  sex("sex"),
  ...(["mean-pressure", "systolic-pressure", "diastolic-pressure", "heart-rate"] as const).flatMap(
    (vital) =>
      all.map((statistic) =>
        summary(vital, statistic, 12, false, `${prefixes[vital][0]}_${suffixes[statistic]}`)
      )
  ),
  ...(["mean-pressure", "systolic-pressure"] as const).flatMap((vital) =>
    all
      .filter((statistic) => statistic !== "last" && statistic !== "maximum")
      .map((statistic) =>
        summary(vital, statistic, 3, false, `${prefixes[vital][0]}3h_${suffixes[statistic]}`)
      )
  ),
  ...(["last", "mean"] as const).map((statistic): Column => [
    `pp_${statistic}`,
    {
      name: `pulse pressure ${statistic} 12 h`,
      unit: "mm[Hg]",
      kind: "difference",
      of: window("systolic-pressure", statistic, 12),
      minus: window("diastolic-pressure", statistic, 12)
    }
  ]),
  [
    "shock_index",
    {
      name: "shock index last 12 h",
      unit: "/min/mm[Hg]",
      kind: "ratio",
      of: window("heart-rate", "last", 12),
      over: window("systolic-pressure", "last", 12)
    }
  ],
  [
    "frac_below_70",
    {
      name: "mean-pressure share-below 70 12 h",
      unit: "1",
      kind: "summary",
      of: { ...window("mean-pressure", "share-below", 12), below: 70 }
    }
  ]
]

const hypotensionCandidate: Candidate = {
  columns: hypotensionColumns.map(([column]) => column),
  squares: ["MAPx_last", "MAPx_mean", "MAPx_min", "MAPx3h_mean", "MAPx3h_min", "frac_below_70"],
  indicators: []
}

const meanPressureOnly = without(
  hypotensionCandidate,
  (column) => !/^MAPx|^frac_below_70$/.test(column)
)

const oxygenAndMore = ["RespRate", "Temp", "SaO2", "GCS"].flatMap((prefix) =>
  ["last", "mean", "min", "max", "std", "slope", "arv"].map((suffix) => `${prefix}_${suffix}`)
)

export const hypotension: Task = {
  id: "hypotension",
  version: "1.0.0",
  outcome: "two mean pressures below 65 mm[Hg] or more within the next 6 hours",
  population: {
    description:
      "adults (16 years and over) in intensive care, with 4 mean pressures or more in 12 hours, the " +
      "last not older than 2 hours, and none below 65 mm[Hg] in those 2 hours",
    minimumAge: 16,
    requirements: [
      { vital: "mean-pressure", hours: 12, readings: 4 },
      { vital: "mean-pressure", hours: 2, readings: 1, noneBelow: 65 }
    ]
  },
  definition: define(hypotensionColumns),
  candidate: hypotensionCandidate,
  penalties: [3, 10, 30, 100],
  variants: () => [
    {
      title: "without fluctuation (standard deviation, average real variability)",
      ...without(hypotensionCandidate, isFluctuation)
    },
    { title: "mean pressure alone", ...meanPressureOnly },
    {
      title: "mean pressure alone, without its fluctuation",
      ...without(meanPressureOnly, isFluctuation)
    },
    { title: "without squares", ...hypotensionCandidate, squares: [] },
    {
      title: "with the type of unit, mechanical ventilation and hours since admission",
      ...plus(hypotensionCandidate, ["icu1", "icu2", "icu3", "icu4", "mechvent", "t_h"])
    },
    {
      title: "with respiratory rate, temperature, SaO2 and Glasgow coma scale",
      ...plus(hypotensionCandidate, oxygenAndMore)
    }
  ],
  notes: notes.hypotension,
  load: (folder, set) => {
    const file = join(folder, `hypotension6h-${set}.csv.gz`)
    const table = withKnownSex(Tables.read(file), "sex")
    return {
      name: `set ${set}`,
      table,
      patients: Tables.column(table, "RecordID"),
      labels: Tables.column(table, "y"),
      files: [Tables.fingerprint(file)]
    }
  }
}

export const tasks: ReadonlyArray<Task> = [deterioration, hypotension]
