/**
 * The ports of services that stand apart: what one tells, and the copies that another keeps of it.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Patient from "../../patient/Patient.ts"
import type * as CopyPosition from "../CopyPosition.ts"
import type * as Events from "../Events.ts"
import type { Slice } from "./portTerms.ts"

/**
 * What is told of one patient: the place of the last event, and up to where they were published.
 *
 * @since 0.2.0
 */
export interface ToldStream {
  readonly patientId: Patient.PatientId
  readonly last: number
  readonly published: number
}

/**
 * The events of a store that was told to keep some: each stored by the method that made the change,
 * in its transaction, with a `publish-events` offered. Other stores have none.
 *
 * @since 0.2.0
 */
export class EventLog extends Context.Service<
  EventLog,
  {
    /** In order of patient. */
    readonly streams: (slice: Slice<Patient.PatientId>) => Effect.Effect<ReadonlyArray<ToldStream>>
    /** The stream of a patient, none where nothing was told of them. */
    readonly stream: (patientId: Patient.PatientId) => Effect.Effect<ToldStream | undefined>
    /** In order of their places, those after one. */
    readonly read: (
      patientId: Patient.PatientId,
      slice: Slice<number>
    ) => Effect.Effect<ReadonlyArray<Events.Event>>
    /** Those that were not published of any stream, in order of patient and place, up to a number. */
    readonly unpublished: (limit: number) => Effect.Effect<ReadonlyArray<Events.Event>>
    /** Never takes back what was marked further. */
    readonly published: (
      marks: ReadonlyArray<{ readonly patientId: Patient.PatientId; readonly through: number }>
    ) => Effect.Effect<void>
  }
>()("bedside/EventLog") {}

/**
 * What a copy heard of its source, in the order in which it came.
 *
 * @since 0.2.0
 */
export type Heard =
  | { readonly _tag: "event"; readonly event: Events.Event }
  /** An event that is not applied, at its place in the stream. */
  | {
      readonly _tag: "unfit"
      readonly envelope: Events.Envelope
      readonly reason: CopyPosition.Reason
      /** The message as it came. */
      readonly content: unknown
    }
  | { readonly _tag: "heartbeat"; readonly source: Events.Source; readonly at: DateTime.Utc }
  | {
      readonly _tag: "answer"
      readonly source: Events.Source
      readonly patientId: Patient.PatientId | null
      readonly through: number
    }

/**
 * The copies of what other services keep: in the records of the store itself, so that whatever reads
 * these reads them. Applying is no change of the record's own service, and offers no jobs but those of
 * the copy.
 *
 * @since 0.2.0
 */
export class Copies extends Context.Service<
  Copies,
  {
    /**
     * Takes what was heard, in order, all in one transaction with the positions: an event at its turn
     * is applied, with those that waited for it; one too early waits; one that is known changes
     * nothing. What is told of a patient who is not on record is passed over, but for patients
     * themselves. A heartbeat counts unless the copy is being rebuilt. An answer steps over what is
     * missing in a stream; one for all streams ends a rebuilding, and what the source did not tell of
     * goes. An outcome for each.
     */
    readonly hear: (
      heard: ReadonlyArray<Heard>
    ) => Effect.Effect<ReadonlyArray<CopyPosition.Outcome>>
    /** Offers `request-events` for everything, when this source was never listened to. */
    readonly begin: (source: Events.Source) => Effect.Effect<void>
    /** Forgets the positions of all streams and offers `request-events` for everything. */
    readonly rebuild: (source: Events.Source) => Effect.Effect<void>
    /**
     * Offers `request-events` for streams, a hundred at most, that have had a gap since `since`, unless
     * it was offered after `since` already or the copy is being rebuilt; says how many.
     */
    readonly ask: (since: DateTime.Utc) => Effect.Effect<number>
    /**
     * The time up to which everything was told of a patient that their source had: where there is a
     * gap, the one before it was noticed. Undefined before the first heartbeat.
     */
    readonly toldUpTo: (
      source: Events.Source,
      patientId?: Patient.PatientId
    ) => Effect.Effect<DateTime.Utc | undefined>
    /** In order of source. */
    readonly standing: Effect.Effect<ReadonlyArray<CopyPosition.Standing>>
    /** Newest first. */
    readonly parked: (
      slice: Slice<number>
    ) => Effect.Effect<ReadonlyArray<CopyPosition.Parked & { readonly nth: number }>>
  }
>()("bedside/Copies") {}
