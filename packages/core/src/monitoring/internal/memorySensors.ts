/**
 * Sensor models and the trials of their candidates over Maps.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as SensorModel from "../../sensor/SensorModel.ts"
import type * as Ports from "../Ports.ts"
import { found, slice, step, type State } from "./state.ts"

type Models = ReadonlyArray<SensorModel.SensorModel>

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
  return live && { live, candidate }
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

export const make = (state: State): Ports.SensorModels["Service"] => {
  const tried = new Map<string, ReadonlyMap<number, Ports.Tried>>()
  const of = ({ sensorId, column }: SensorModel.Key): Models =>
    state.sensorModels.get(nameOf(sensorId, column)) ?? []
  const newestFirst = (left: number, right: number) => right - left
  return {
    append: (key, decide) =>
      step(() =>
        Result.map(decide(lineageOf(of(key))), (changes) => {
          state.sensorModels.set(nameOf(key.sensorId, key.column), changed(of(key), changes))
          return changes[0]
        })
      ),
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
      })
  }
}
