/** The models that ship are those that the data give, and their features those of the raw readings. */
import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { join } from "node:path"
import { describeWithData } from "../../../../test/data.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import type * as Series from "../../src/measurement/Series.ts"
import type * as Vital from "../../src/measurement/Vital.ts"
import * as Deterioration from "../../src/risk/Deterioration.ts"
import * as Features from "../../src/risk/Features.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as Performance from "../../src/risk/Performance.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Tables from "../../training/tables.ts"
import * as Tasks from "../../training/tasks.ts"
import * as Train from "../../training/train.ts"

const get = Result.getOrThrow
const minute = 60_000
const hour = 60 * minute

const shipped = [
  [Tasks.deterioration, Deterioration.model, 0.82],
  [Tasks.hypotension, Hypotension.model, 0.8]
] as const

describeWithData("ml/cinc2012", "the models that ship, trained again", (folder) => {
  describe.each(shipped)("$id", (task, model, floor) => {
    const [on, tuning] = [task.load(folder, "a"), task.load(folder, "b")]
    const trained = Train.train(task, on, tuning, model.training.penalty)

    it("comes out the same, to the last digit", () => {
      expect({ kind: "logistic", model: trained.model }).toEqual(model.predictor)
      expect(trained.calibrator).toEqual(model.calibrator)
      expect(trained.bands).toEqual(model.bands)
      expect(task.definition).toEqual(model.definition)
      expect(on.files).toEqual(model.training.train.files)
      expect(tuning.files).toEqual(model.training.tune.files)
    })

    it("ranks and is calibrated as its figures say, on patients its calibrator was not fitted to", () => {
      const { labels } = tuning
      const auroc = get(Performance.auroc(labels, trained.raw))
      const error = get(Performance.expectedCalibrationError(labels, trained.calibrated))
      const { slope, slopeInterval } = get(Performance.calibrationLine(labels, trained.calibrated))
      expect(auroc).toBeGreaterThanOrEqual(floor)
      expect(error).toBeLessThan(0.02)
      expect(slopeInterval.lower).toBeLessThan(1)
      expect(slopeInterval.upper).toBeGreaterThan(1)
      expect(model.metrics).toMatchObject({
        auroc: { estimate: expect.closeTo(auroc, 9) },
        expectedCalibrationError: { estimate: expect.closeTo(error, 9) },
        calibrationSlope: { estimate: expect.closeTo(slope, 9) }
      })
    })

    it("gives the probabilities it was tuned to, row by row", () => {
      const rows = Tables.matrix(tuning.table, task.candidate.columns)
      const probabilities = get(get(RiskModel.ready(model)).probabilities(rows))
      const high = model.bands[2]!
      const reach = probabilities.filter((each) => each >= high.from)
      expect(reach.length / rows.rows).toBe(high.share)
    })
  })
})

const vitals: Readonly<Record<string, Vital.NumericCode>> = {
  HR: "heart-rate",
  RespRate: "respiratory-rate",
  Temp: "temperature",
  SysABP: "systolic-pressure",
  NISysABP: "systolic-pressure",
  DiasABP: "diastolic-pressure",
  NIDiasABP: "diastolic-pressure",
  MAP: "mean-pressure",
  NIMAP: "mean-pressure",
  GCS: "glasgow-coma-scale"
}

type Readings = { [V in Vital.NumericCode]?: Array<Series.Reading> }

/** The raw readings of every patient, with ids that keep the order of the file. */
const rawReadings = (path: string): ReadonlyMap<number, Readings> => {
  const patients = new Map<number, Readings>()
  Tables.lines(path).forEach(([id, time, parameter, value], line) => {
    const vital = vitals[parameter ?? ""]
    if (vital === undefined) return
    const [hours, minutes] = (time ?? "").split(":").map(Number)
    const readings = patients.get(Number(id)) ?? {}
    patients.set(Number(id), readings)
    const reading = {
      id: String(line).padStart(8, "0"),
      observedAt: Timestamp.at((60 * hours! + minutes!) * minute),
      value: Number(value)
    }
    ;(readings[vital] ??= []).push(reading)
  })
  return patients
}

describeWithData("ml/cinc2012", "the features of the raw readings", (folder) => {
  const patients = rawReadings(join(folder, "set-a.csv.gz"))
  const sexes = { 0: "female", 1: "male", 0.5: "unknown" } as const

  /** How many rows differ from the table in some feature, and in which features. */
  const differing = (
    task: Tasks.Task,
    [ageColumn, sexColumn]: readonly [string, string],
    every: number,
    hoursOf: (row: number, table: Tables.Table) => number
  ) => {
    const { table, patients: ids } = task.load(folder, "a")
    const { columns } = task.candidate
    const rows = Tables.matrix(table, columns)
    const features = new Set<string>()
    let [compared, different] = [0, 0]
    for (let row = 0; row < rows.rows; row += every) {
      const computed = Features.extract(task.definition, {
        at: Timestamp.at(hoursOf(row, table) * hour),
        age: Tables.column(table, ageColumn)[row],
        sex: sexes[Tables.column(table, sexColumn)[row] as keyof typeof sexes],
        readings: patients.get(ids[row]!) ?? {}
      })
      // The tables have six decimals.
      const off = columns.filter((_, at) => {
        const stored = rows.values[row * columns.length + at]!
        const isSame = Number.isNaN(stored)
          ? Number.isNaN(computed[at]!)
          : Math.abs(computed[at]! - stored) <= 1.01e-6
        return !isSame
      })
      compared++
      different += off.length > 0 ? 1 : 0
      for (const column of off) features.add(column)
    }
    return { compared, different, features: [...features] }
  }

  it("are those of the table, of all stays: but for means derived of pairs, in 14 of 4,000", () => {
    const found = differing(Tasks.deterioration, ["Age", "Gender"], 1, () => 48)
    expect(found).toMatchObject({ compared: 4000, different: 14 })
    expect(found.features.filter((column) => !column.startsWith("MAPx"))).toEqual([])
  })

  it("are those of the table, of every third time of assessment", () => {
    const hoursOf = (row: number, table: Tables.Table) => Tables.column(table, "t_h")[row]!
    const found = differing(Tasks.hypotension, ["age", "sex"], 3, hoursOf)
    expect(found.compared).toBe(5649)
    expect(found.features).toEqual([])
  })
})
