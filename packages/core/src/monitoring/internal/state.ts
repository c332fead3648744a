/**
 * The tables of the memory store, the step in which they are read and written, and the queue's side
 * of storing: offering.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Account from "../../access/Account.ts"
import type * as Recording from "../../ecg/Recording.ts"
import type * as Measurement from "../../measurement/Measurement.ts"
import type * as Patient from "../../patient/Patient.ts"
import type * as Registration from "../../patient/Registration.ts"
import type * as Registry from "../../risk/Registry.ts"
import type * as RiskModel from "../../risk/RiskModel.ts"
import type * as SensorModel from "../../sensor/SensorModel.ts"
import type * as Upload from "../../sensor/Upload.ts"
import type * as Assessed from "../Assessed.ts"
import type * as Campaign from "../Campaign.ts"
import type * as CopyPosition from "../CopyPosition.ts"
import type * as Events from "../Events.ts"
import type * as Foretold from "../Foretold.ts"
import * as Jobs from "../Jobs.ts"
import type * as Label from "../Label.ts"
import * as Ports from "../Ports.ts"

export interface StoredMeasurement {
  measurement: Measurement.Measurement
  replaced: ReadonlyArray<Measurement.Replaced>
  readonly writtenBy: Account.AccountId | undefined
}

export interface StoredEcg {
  readonly owner: Account.AccountId
  recording: Recording.Recording
  record: Ports.EcgRecord
  /** Of the methods that analysed it last. */
  edition: string | undefined
}

export interface StoredUpload {
  upload: Upload.Upload
  parts: ReadonlyArray<Uint8Array>
}

export interface StoredCampaign {
  campaign: Campaign.Campaign
  /** Who came later is not gone through. */
  readonly through: string | undefined
  readonly counted: Set<number>
}

export interface StoredJob {
  readonly id: string
  readonly job: Jobs.Job
  readonly sequence: number
  state: Jobs.JobInfo["state"]
  attempts: number
  /** Of whoever runs it; another one once it was taken from them. */
  claim: symbol | undefined
  visibleAt: number
  lastFailure: string | null
  createdAt: number
  updatedAt: number
}

export interface StoredStream extends Ports.ToldStream {
  readonly events: ReadonlyArray<Events.Event>
}

export interface StoredSource {
  readonly source: Events.Source
  heardAt: DateTime.Utc | undefined
  rebuilding: boolean
}

export interface StoredCopy {
  readonly source: Events.Source
  readonly patientId: Patient.PatientId
  position: CopyPosition.CopyPosition
  readonly waiting: Map<number, Extract<Ports.Heard, { readonly _tag: "event" | "unfit" }>>
  gap:
    | {
        readonly since: DateTime.Utc
        readonly toldUpTo: DateTime.Utc | undefined
        askedAt: DateTime.Utc | undefined
      }
    | undefined
}

export interface State {
  /** What this store tells other services of. */
  readonly tells: Events.Source | undefined
  readonly streams: Map<string, StoredStream>
  readonly copySources: Map<Events.Source, StoredSource>
  readonly copies: Map<string, StoredCopy>
  readonly parked: Array<CopyPosition.Parked & { readonly nth: number }>
  parkedCount: number

  readonly patients: Map<string, Patient.Patient>
  readonly photos: Map<string, Patient.Photo>
  readonly confirmations: Map<string, Registration.Confirmation>
  readonly measurements: Map<string, StoredMeasurement>
  /** Natural key to id. */
  readonly naturalKeys: Map<string, Measurement.MeasurementId>
  readonly assessments: Map<string, Assessed.Assessed>
  readonly ecgs: Map<string, StoredEcg>
  readonly sensorModels: Map<string, ReadonlyArray<SensorModel.Version>>
  readonly uploads: Map<string, StoredUpload>
  readonly riskEntries: Map<Registry.Task, Registry.Lineage>
  readonly riskModels: Map<string, RiskModel.RiskModel>
  readonly predictions: Map<string, Foretold.Foretold>
  readonly labels: Map<string, Label.Label>
  readonly campaigns: Map<string, StoredCampaign>
  readonly accounts: Map<string, Account.Credentials>
  readonly deliveries: Set<string>
  readonly jobs: Map<string, StoredJob>
  /** Called after an offer, to wake those who wait for a job. */
  wake: () => void
}

export const make = (tells?: Events.Source): State => ({
  tells,
  streams: new Map(),
  copySources: new Map(),
  copies: new Map(),
  parked: [],
  parkedCount: 0,
  patients: new Map(),
  photos: new Map(),
  confirmations: new Map(),
  measurements: new Map(),
  naturalKeys: new Map(),
  assessments: new Map(),
  ecgs: new Map(),
  sensorModels: new Map(),
  uploads: new Map(),
  riskEntries: new Map(),
  riskModels: new Map(),
  predictions: new Map(),
  labels: new Map(),
  campaigns: new Map(),
  accounts: new Map(),
  deliveries: new Set(),
  jobs: new Map(),
  wake: () => {}
})

/**
 * What a method of a port does, in one step of JavaScript: a fiber may give way between any two
 * effects, and another one must not see or change what is half done.
 */
export const step = <A, E>(body: (now: DateTime.Utc) => Result.Result<A, E>): Effect.Effect<A, E> =>
  Effect.clockWith((clock) =>
    Effect.fromResult(body(DateTime.makeUnsafe(clock.currentTimeMillisUnsafe())))
  )

export const found = <A>(
  value: A | undefined,
  what: Ports.NotFound["what"]
): Result.Result<A, Ports.NotFound> =>
  value === undefined ? Result.fail(new Ports.NotFound({ what })) : Result.succeed(value)

export const offer = (state: State, job: Jobs.Job, at: DateTime.Utc): void => {
  const id = Jobs.idOf(job)
  if (state.jobs.has(id)) return
  const now = at.epochMilliseconds
  state.jobs.set(id, {
    id,
    job,
    sequence: state.jobs.size + 1,
    state: "pending",
    attempts: 0,
    claim: undefined,
    visibleAt: now,
    lastFailure: null,
    createdAt: now,
    updatedAt: now
  })
  state.wake()
}

/** The records of a list that come after a key, in order, up to the limit. */
export const slice = <A, Key>(
  items: Iterable<A>,
  compare: (left: Key, right: Key) => number,
  key: (item: A) => Key,
  { limit, after }: Ports.Slice<Key>
): ReadonlyArray<A> =>
  [...items]
    .sort((left, right) => compare(key(left), key(right)))
    .filter((item) => after === undefined || compare(key(item), after) > 0)
    .slice(0, limit)

export const ascending = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0
