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
import * as Folds from "../../src/risk/Folds.ts"
import * as Hypotension from "../../src/risk/Hypotension.ts"
import * as ModelMonitor from "../../src/risk/ModelMonitor.ts"
import * as Performance from "../../src/risk/Performance.ts"
import * as RiskModel from "../../src/risk/RiskModel.ts"
import * as Drift from "../../src/sensor/Drift.ts"
import * as Reference from "../../training/reference.ts"
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

/** An event of each row that is named, as if it had been scored now. */
const eventsOf = (
  task: Tasks.Task,
  model: RiskModel.RiskModel,
  stays: Tasks.Stays,
  rows: ReadonlyArray<number>
): ReadonlyArray<ModelMonitor.Event> => {
  const matrix = Tables.matrix(stays.table, task.candidate.columns)
  const probabilities = get(get(RiskModel.ready(model)).probabilities(matrix))
  return rows.map((row) => ({
    patient: String(stays.patients[row]),
    scoredAt: Timestamp.at(0),
    features: matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns),
    probability: probabilities[row]!,
    outcome: stays.labels[row] === 1
  }))
}

const watch = (
  { id, version, reference }: RiskModel.RiskModel,
  events: ReadonlyArray<ModelMonitor.Event>,
  now = 7 * hour
): ModelMonitor.Report => {
  if (reference === undefined) return expect.fail("there is no reference")
  const frozen = { model: id, version, ...reference }
  return get(ModelMonitor.watch(frozen, events, { now: Timestamp.at(now), horizon: "6 hours" }))
}

describeWithData("ml/cinc2012", "the references that ship", (folder) => {
  describe.each(shipped)("$id", (task, model) => {
    const tuning = task.load(folder, "b")
    const first = Reference.firstRows(tuning.patients)
    const events = eventsOf(task, model, tuning, first)
    const reference = model.reference ?? expect.fail("there is none")

    it("are what the tuning set gives, to the last digit", () => {
      expect(Reference.of(task, tuning, model)).toEqual(reference)
    })

    it("are of the earliest row of each patient", () => {
      const patients = first.map((row) => tuning.patients[row])
      expect(new Set(patients).size).toBe(patients.length)
      expect(new Set(tuning.patients).size).toBe(patients.length)
      if (task.id === "deterioration") return
      const hours = Tables.column(tuning.table, "t_h")
      const earliest = new Map<number, number>()
      tuning.patients.forEach((patient, row) => {
        earliest.set(patient, Math.min(earliest.get(patient) ?? Infinity, hours[row]!))
      })
      expect(first.map((row) => hours[row])).toEqual([...earliest.values()])
    })

    it("count those rows as they are, and hold their means and spreads within a thousandth", () => {
      const columns = [...reference.features.map((it) => it.reference), reference.score]
      for (const [at, frozen] of columns.entries()) {
        const values = events.map(({ features, probability }) => features[at] ?? probability)
        const { counts, count, missing, mean, variance } = Drift.tally(frozen, values)
        expect([frozen.count, frozen.missing]).toEqual([count, missing])
        expect(frozen.shares.map((share) => Math.round(share * values.length))).toEqual([
          ...counts,
          missing
        ])
        expect(Math.abs(frozen.mean - mean)).toBeLessThanOrEqual(1e-3 * Math.abs(mean))
        const std = Math.sqrt((variance * count) / (count - 1))
        expect(Math.abs(frozen.std - std)).toBeLessThanOrEqual(1e-3 * std)
      }
      const { features, score, alarms } = watch(model, events, 0)
      expect(alarms).toEqual([])
      for (const { comparison } of [...features, { comparison: score }]) {
        expect(comparison.psi).toBeLessThan(1e-9)
        expect(Math.abs(comparison.shift ?? 1)).toBeLessThan(0.01)
      }
    })

    // Set a as well: other patients of the same hospital, as far as features go.
    it.each([
      ["b", 1000],
      ["a", 500]
    ] as const)(
      "alarm in at most 5 % of windows of 30 to 250 patients of set %s, outcomes and all",
      (set, windows) => {
        const stays = set === "b" ? tuning : task.load(folder, set)
        const all =
          set === "b" ? events : eventsOf(task, model, stays, Reference.firstRows(stays.patients))
        const random = Folds.generator(2012)
        let alarmed = 0
        for (let window = 0; window < windows; window++) {
          const drawn = Array.from(
            { length: [30, 60, 100, 250][window % 4]! },
            () => all[Math.floor(random() * all.length)]!
          )
          if (watch(model, drawn).alarms.length > 0) alarmed += 1
        }
        expect(alarmed).toBeLessThanOrEqual(0.05 * windows)
      }
    )
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

const sexes = { 0: "female", 1: "male", 0.5: "unknown" } as const

describeWithData("ml/cinc2012", "patients asked about at the first moment there is", (folder) => {
  const patients = rawReadings(join(folder, "set-a.csv.gz"))
  const people = {
    deterioration: ["Age", "Gender"],
    hypotension: ["age", "sex"]
  } as const

  /** The first risk of 250 stays, of readings that came in for some hours at least. */
  const firstRisks = (
    task: Tasks.Task,
    model: RiskModel.RiskModel,
    hours: number
  ): ReadonlyArray<ModelMonitor.Event> => {
    const stays = task.load(folder, "a")
    const ready = get(RiskModel.ready(model))
    const [ages, genders] = people[task.id].map((name) => Tables.column(stays.table, name))
    return Reference.firstRows(stays.patients)
      .slice(0, 250)
      .flatMap((row) => {
        const readings = patients.get(stays.patients[row]!) ?? {}
        const times = [
          ...new Set(
            Object.values(readings).flatMap((all) =>
              all.map(({ observedAt }) => observedAt.epochMilliseconds)
            )
          )
        ].toSorted((a, b) => a - b)
        for (const time of times.filter((it) => it >= times[0]! + hours * hour)) {
          const at = Timestamp.at(time)
          const sex = sexes[genders![row] as keyof typeof sexes]
          const history = { at, age: ages![row], sex, readings }
          const assessed = ready.assess(history)
          if (Result.isFailure(assessed) || assessed.success.risk === null) continue
          const features = Features.extract(model.definition, history)
          const scored = { patient: String(row), scoredAt: at, outcome: null }
          return [{ ...scored, features, probability: assessed.success.risk }]
        }
        return []
      })
  }

  const differing = (model: RiskModel.RiskModel, events: ReadonlyArray<ModelMonitor.Event>) => {
    const of = new Set(watch(model, events).alarms.map((alarm) => alarm.of))
    return [...of].filter((name) => name !== "score").length
  }

  // The stays end after 48 hours, so here there is no patient to follow for so long.
  it("differ from the reference in most features, although they are of the same hospital", () => {
    const { model } = Deterioration
    expect(differing(model, firstRisks(Tasks.deterioration, model, 0))).toBe(44)
    expect(differing(model, firstRisks(Tasks.deterioration, model, 40))).toBeLessThan(5)
  })

  it("differ in few once they were followed for as long as the model looks back", () => {
    const { model } = Hypotension
    expect(differing(model, firstRisks(Tasks.hypotension, model, 0))).toBe(27)
    expect(differing(model, firstRisks(Tasks.hypotension, model, 12))).toBe(4)
  })
})

describeWithData("ml/cinc2012", "the features of the raw readings", (folder) => {
  const patients = rawReadings(join(folder, "set-a.csv.gz"))

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
