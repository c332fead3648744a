/**
 * Assessments, ECGs, accounts and deliveries over Maps.
 */
import * as Result from "effect/Result"
import type * as Account from "../../access/Account.ts"
import type * as Metric from "../../ecg/Metric.ts"
import * as Recording from "../../ecg/Recording.ts"
import type * as Assessed from "../Assessed.ts"
import * as Ports from "../Ports.ts"
import { ascending, found, offer, slice, step, type State, type StoredEcg } from "./state.ts"

type Place = Pick<Assessed.Assessed, "asOf" | "id">

const newestFirst = (left: Place, right: Place): number =>
  right.asOf.epochMilliseconds - left.asOf.epochMilliseconds || ascending(right.id, left.id)

export const assessments = (state: State): Ports.Assessments["Service"] => {
  const of = (patientId: string) =>
    [...state.assessments.values()].filter((it) => it.patientId === patientId)
  return {
    save: (assessed, decide) =>
      step((now) =>
        Result.map(found(state.patients.get(assessed.patientId), "patient"), () => {
          const others = of(assessed.patientId).filter((it) => it.score === assessed.score)
          const at = assessed.asOf.epochMilliseconds
          const same = others.find((it) => it.asOf.epochMilliseconds === at)
          const earlier = others.filter((it) => it.asOf.epochMilliseconds < at)
          const saved = same === undefined ? assessed : { ...assessed, id: same.id }
          const jobs = decide(earlier.sort(newestFirst)[0], saved)
          state.assessments.set(saved.id, saved)
          for (const job of jobs) offer(state, job, now)
          return saved
        })
      ),
    find: (id) => step(() => found(state.assessments.get(id), "assessment")),
    list: (patientId, page) =>
      step(() => Result.succeed(slice(of(patientId), newestFirst, (it): Place => it, page)))
  }
}

const metricKey = (metric: Metric.Metric): string =>
  JSON.stringify([metric.name, metric.version, metric.lead ?? null])

/** In the order of their ids. */
export const outdated = (state: State, edition: string): ReadonlyArray<Recording.RecordingId> =>
  [...state.ecgs.values()]
    .filter((ecg) => ecg.record.status !== "queued" && ecg.edition !== edition)
    .map((ecg) => ecg.record.recordingId)
    .sort(ascending)

export const ecgs = (state: State): Ports.Ecgs["Service"] => {
  const ofOwner = (owner: Account.AccountId): ReadonlyArray<StoredEcg> =>
    [...state.ecgs.values()].filter((it) => it.owner === owner)
  const owned = (owner: Account.AccountId, id: string): StoredEcg | undefined =>
    ofOwner(owner).find((it) => it.recording.id === id)
  return {
    submit: ({ recordingId, owner, recording, receivedAt }) =>
      step((now): Result.Result<void, Ports.Conflict | Ports.NotFound> => {
        const { leads, ...header } = recording
        const same = owned(owner, header.id)
        if (same !== undefined) {
          return Recording.equals(same.recording, recording)
            ? Result.succeed(undefined)
            : Result.fail(new Ports.Conflict({ code: "ecg-differs", path: "id" }))
        }
        if (header.patientId !== undefined && !state.patients.has(header.patientId)) {
          return Result.fail(new Ports.NotFound({ what: "patient" }))
        }
        const record: Ports.EcgRecord = {
          ...header,
          recordingId,
          status: "queued",
          leads: leads.map(({ name, samples }) => ({ name, numberOfSamples: samples.length })),
          metrics: [],
          receivedAt
        }
        state.ecgs.set(recordingId, { owner, recording, record, edition: undefined })
        offer(state, { _tag: "analyse-ecg", recordingId }, now)
        return Result.succeed(undefined)
      }),
    find: (owner, id) => step(() => found(owned(owner, id)?.record, "ecg")),
    list: (owner, page) =>
      step(() => {
        const records = ofOwner(owner).map((it) => it.record)
        return Result.succeed(slice(records, ascending, (it): string => it.recordingId, page))
      }),
    load: (id) => step(() => found(state.ecgs.get(id)?.recording, "ecg")),
    finish: (id, { edition, status, metrics }) =>
      step(() =>
        Result.map(found(state.ecgs.get(id), "ecg"), (ecg) => {
          const made = new Set(metrics.map(metricKey))
          const kept = ecg.record.metrics.filter((metric) => !made.has(metricKey(metric)))
          ecg.record = { ...ecg.record, status, metrics: [...kept, ...metrics] }
          ecg.edition = edition
        })
      ),
    outdated: (edition, { after, through, limit }) =>
      step(() =>
        Result.succeed(
          outdated(state, edition)
            .filter((id) => (after === undefined || id > after) && !(through && id > through))
            .slice(0, limit)
        )
      )
  }
}

export const accounts = (state: State): Ports.Accounts["Service"] => {
  const byUser = (user: string) =>
    [...state.accounts.values()].find((it) => it.user.toLowerCase() === user.toLowerCase())
  return {
    insert: (credentials) =>
      step(() => {
        if (byUser(credentials.user) !== undefined) {
          return Result.fail(new Ports.Conflict({ code: "user-taken", path: "user" }))
        }
        state.accounts.set(credentials.id, credentials)
        return Result.succeed(undefined)
      }),
    findByUser: (user) => step(() => found(byUser(user), "account")),
    find: (id) => step(() => found(state.accounts.get(id), "account")),
    setPasswordHash: (id, passwordHash) =>
      step(() =>
        Result.map(found(state.accounts.get(id), "account"), (account) => {
          state.accounts.set(id, { ...account, passwordHash })
        })
      ),
    list: (page) =>
      step(() => {
        const all = [...state.accounts.values()].map(withoutHash)
        return Result.succeed(slice(all, ascending, (it): string => it.id, page))
      })
  }
}

const withoutHash = ({ id, user, roles, createdAt }: Account.Credentials): Account.Account => ({
  id,
  user,
  roles,
  createdAt
})

export const deliveries = (state: State): Ports.Deliveries["Service"] => ({
  isDone: (key) => step(() => Result.succeed(state.deliveries.has(key))),
  done: (key) => step(() => Result.succeed(void state.deliveries.add(key)))
})
