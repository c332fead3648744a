/**
 * Sensor models, the trials of their candidates and the tallies of their values over Maps.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Drift from "../../sensor/Drift.ts"
import type * as SensorModel from "../../sensor/SensorModel.ts"
import type * as Ports from "../Ports.ts"
import { found, slice, step, type State } from "./state.ts"

type Models = ReadonlyArray<SensorModel.Version>

const nameOf = (...parts: ReadonlyArray<string | number>): string => JSON.stringify(parts)

const inState = (models: Models, state: SensorModel.SensorModel["state"]) =>
  models.find((it) => it.state === state)

const lineageOf = (models: Models): SensorModel.Lineage => ({
  latest: models.length,
  live: inState(models, "live"),
  candidate: inState(models, "candidate")
})

const standingOf = (models: Models): SensorModel.Standing | undefined => {
  const { live, candidate } = lineageOf(models)
  return live && { live, candidate, edges: live.bins.edges }
}

const changed = (models: Models, changes: SensorModel.Changes): Models => {
  const next = [...models]
  for (const change of changes) next[change.version - 1] = change
  return next
}

const wasLive = ({ liveFrom, liveUntil }: SensorModel.SensorModel, at: DateTime.Utc): boolean =>
  liveFrom !== null &&
  DateTime.isLessThanOrEqualTo(liveFrom, at) &&
  (liveUntil === null || DateTime.isLessThan(at, liveUntil))

const summed = (
  before: Ports.Tried | undefined,
  trial: SensorModel.Trial,
  at: DateTime.Utc
): Ports.Tried =>
  before === undefined
    ? { ...trial, since: at, until: at }
    : {
        ...trial,
        readings: before.readings + trial.readings,
        agreements: before.agreements + trial.agreements,
        liveAlerts: before.liveAlerts + trial.liveAlerts,
        candidateAlerts: before.candidateAlerts + trial.candidateAlerts,
        since: DateTime.min(before.since, at),
        until: DateTime.max(before.until, at)
      }

const modelsOf = (state: State, { sensorId, column }: SensorModel.Key): Models =>
  state.sensorModels.get(nameOf(sensorId, column)) ?? []

/** Stores what is decided on the lineage, inside the step of a method. */
export const append = <E>(
  state: State,
  key: SensorModel.Key,
  decide: (lineage: SensorModel.Lineage) => Result.Result<SensorModel.Changes, E>
): Result.Result<SensorModel.Version, E> => {
  const models = modelsOf(state, key)
  return Result.map(decide(lineageOf(models)), (changes) => {
    state.sensorModels.set(nameOf(key.sensorId, key.column), changed(models, changes))
    return changes[0]
  })
}

export const make = (state: State): Ports.SensorModels["Service"] => {
  const tried = new Map<string, ReadonlyMap<number, Ports.Tried>>()
  const tallies = new Map<string, ReadonlyMap<number, Ports.Tallied>>()
  const of = (key: SensorModel.Key): Models => modelsOf(state, key)
  const newestFirst = (left: number, right: number) => right - left
  return {
    append: (key, decide) => step(() => append(state, key, decide)),
    live: (key) => step(() => found(inState(of(key), "live"), "sensor")),
    standing: (keys) => step(() => Result.succeed(keys.map((key) => standingOf(of(key))))),
    candidate: (key) => step(() => found(inState(of(key), "candidate"), "sensor")),
    version: (key, version) => step(() => found(of(key)[version - 1], "sensor")),
    liveAt: (key, at) =>
      step(() =>
        found(
          of(key).find((it) => wasLive(it, at)),
          "sensor"
        )
      ),
    versions: (key, page) =>
      step(() => Result.succeed(slice(of(key), newestFirst, (it) => it.version, page))),
    addTrials: (trials, at) =>
      step(() => {
        for (const { key, trial } of trials) {
          const name = nameOf(key.sensorId, key.column, trial.candidate)
          const before = tried.get(name) ?? new Map<number, Ports.Tried>()
          tried.set(
            name,
            new Map(before).set(trial.live, summed(before.get(trial.live), trial, at))
          )
        }
        return Result.succeed(undefined)
      }),
    trials: (key, candidate) =>
      step(() => {
        const all = tried.get(nameOf(key.sensorId, key.column, candidate))?.values() ?? []
        return Result.succeed([...all].sort((left, right) => left.live - right.live))
      }),
    addTallies: (added) =>
      step(() => {
        for (const { key, version, tallied } of added) {
          const name = nameOf(key.sensorId, key.column, version)
          const day = tallied.day.epochMilliseconds
          const days = new Map(tallies.get(name))
          const before = days.get(day)
          days.set(day, before ? { ...Drift.merge(before, tallied), day: tallied.day } : tallied)
          tallies.set(name, days)
        }
        return Result.succeed(undefined)
      }),
    tallies: (key, version, { from, to }) =>
      step(() => {
        const all = tallies.get(nameOf(key.sensorId, key.column, version))?.values() ?? []
        return Result.succeed(
          [...all]
            .filter(({ day }) => from === undefined || !DateTime.isLessThan(day, from))
            .filter(({ day }) => to === undefined || DateTime.isLessThan(day, to))
            .sort((left, right) => left.day.epochMilliseconds - right.day.epochMilliseconds)
        )
      })
  }
}
