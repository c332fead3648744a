/**
 * Trained risk models, what they foretold, and what became of it, over Maps.
 */
import * as Result from "effect/Result"
import * as Registry from "../../risk/Registry.ts"
import type * as Foretold from "../Foretold.ts"
import type * as Label from "../Label.ts"
import type * as Ports from "../Ports.ts"
import { ascending, found, slice, step, type State } from "./state.ts"

export const models = (state: State): Ports.RiskModels["Service"] => {
  const of = (task: Registry.Task): Registry.Lineage => state.riskEntries.get(task) ?? []
  const nameOf = (task: Registry.Task, version: string) => `${task} ${version}`
  return {
    append: (task, decide) =>
      step(() =>
        Result.map(decide(of(task)), ({ entries, model }) => {
          const changed = new Map(of(task).map((entry) => [entry.version, entry]))
          for (const entry of entries) changed.set(entry.version, entry)
          state.riskEntries.set(task, [...changed.values()])
          if (model !== undefined) state.riskModels.set(nameOf(task, model.version), model)
          return entries[0]
        })
      ),
    standing: step(() =>
      Result.succeed(
        Registry.Task.literals.flatMap((task) =>
          (["active", "shadow"] as const).flatMap((role) =>
            of(task)
              .filter(({ state }) => state === role)
              .map(({ version }) => ({ task, version, role }))
          )
        )
      )
    ),
    model: (task, version) =>
      step(() => found(state.riskModels.get(nameOf(task, version)), "risk-model")),
    activeAt: (task, at) => step(() => found(Registry.activeAt(of(task), at), "risk-model")),
    lineage: (task) => step(() => Result.succeed(of(task)))
  }
}

type Place = Pick<Foretold.Foretold, "asOf" | "task" | "version">
type Event = Pick<Foretold.Foretold, "asOf" | "patientId">

const newestFirst = (left: Place, right: Place): number =>
  right.asOf.epochMilliseconds - left.asOf.epochMilliseconds ||
  ascending(left.task, right.task) ||
  ascending(left.version, right.version)

const byTime = (left: Event, right: Event): number =>
  left.asOf.epochMilliseconds - right.asOf.epochMilliseconds ||
  ascending(left.patientId, right.patientId)

const naturalKey = ({ patientId, task, version, asOf }: Foretold.Foretold): string =>
  JSON.stringify([patientId, task, version, asOf.epochMilliseconds])

const hour = 3_600_000

export const predictions = (state: State): Ports.Predictions["Service"] => {
  const all = () => [...state.predictions.values()]
  return {
    save: (patientId, foretold) =>
      step(() =>
        Result.map(found(state.patients.get(patientId), "patient"), () => {
          for (const it of foretold) {
            const key = naturalKey(it)
            const before = state.predictions.get(key)?.foretoldAt.epochMilliseconds ?? -Infinity
            if (before <= it.foretoldAt.epochMilliseconds) state.predictions.set(key, it)
          }
        })
      ),
    latest: (patientId) =>
      step(() => {
        const shown = all()
          .filter((it) => it.patientId === patientId && it.role === "active")
          .toSorted(
            (left, right) =>
              right.asOf.epochMilliseconds - left.asOf.epochMilliseconds ||
              right.foretoldAt.epochMilliseconds - left.foretoldAt.epochMilliseconds ||
              ascending(right.version, left.version)
          )
        return Result.succeed(
          Registry.Task.literals.flatMap((task) => {
            const newest = shown.find((it) => it.task === task)
            return newest === undefined ? [] : [newest]
          })
        )
      }),
    list: (patientId, page) =>
      step(() => {
        const own = all().filter((it) => it.patientId === patientId)
        return Result.succeed(slice(own, newestFirst, (it): Place => it, page))
      }),
    firsts: ({ task, version, from, to, followed = 0 }, page) =>
      step(() => {
        const met = new Map<string, number>()
        const first = new Map<string, Foretold.Foretold>()
        for (const it of all().toSorted(byTime)) {
          if (it.task !== task || it.version !== version) continue
          const since = met.get(it.patientId) ?? it.asOf.epochMilliseconds
          met.set(it.patientId, since)
          const isFollowed = it.asOf.epochMilliseconds >= since + followed * hour
          if (it.refusal === null && isFollowed && !first.has(it.patientId)) {
            first.set(it.patientId, it)
          }
        }
        const matching = [...first.values()].filter(
          (it) =>
            (from === undefined || it.asOf.epochMilliseconds >= from.epochMilliseconds) &&
            (to === undefined || it.asOf.epochMilliseconds < to.epochMilliseconds)
        )
        return Result.succeed(slice(matching, byTime, (it): Event => it, page))
      })
  }
}

export const labels = (state: State): Ports.Labels["Service"] => {
  const keyOf = (task: Label.Task, patientId: string) => `${task} ${patientId}`
  const store = (task: Label.Task, label: Label.Label): Label.Stored => {
    if (!state.patients.has(label.patientId)) return "absent"
    const key = keyOf(task, label.patientId)
    const before = state.labels.get(key)
    const isSame =
      before?.outcome === label.outcome &&
      before.at.epochMilliseconds === label.at.epochMilliseconds
    if (isSame) return "unchanged"
    state.labels.set(key, label)
    return before === undefined ? "created" : "corrected"
  }
  return {
    state: (task, stated) => step(() => Result.succeed(stated.map((label) => store(task, label)))),
    of: (task, patientIds) =>
      step(() =>
        Result.succeed(
          patientIds.flatMap((patientId) => {
            const label = state.labels.get(keyOf(task, patientId))
            return label === undefined ? [] : [label]
          })
        )
      )
  }
}
