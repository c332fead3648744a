/**
 * What one service tells another of patients and their measurements: events with versions, and the few
 * words the two exchange beside them.
 *
 * A stream is what one source tells of one patient: numbered from 1 without gaps, and closed by
 * `patient.erased`, which is then all that is left of it. An event holds what a copy needs to answer in
 * the place of the original: of a patient no contact, no identifier and no photo.
 *
 * The guarantee that bites: a message is read as one of three things. It is known; or its envelope is
 * good and its type or version is not known here, and then it can be kept until it is; or it is
 * malformed. Nothing is guessed.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Account from "../access/Account.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Measurement from "../measurement/Measurement.ts"
import * as Patient from "../patient/Patient.ts"

/**
 * The id of an event, a UUID of version 7.
 *
 * @since 0.2.0
 */
export const EventId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("EventId"))
export type EventId = typeof EventId.Type

/**
 * The services that tell: the one that keeps the patients, and the one that keeps the measurements.
 *
 * @since 0.2.0
 */
export const Source = Schema.Literals(["patients", "measurements"])
export type Source = typeof Source.Type

/**
 * The place of an event in its stream, from 1.
 *
 * @since 0.2.0
 */
export const Sequence = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }))

const envelope = {
  id: EventId,
  patientId: Patient.PatientId,
  source: Source,
  sequence: Sequence,
  at: Timestamp.Instant
}

/**
 * What every event has, whatever it tells and however new its version.
 *
 * @since 0.2.0
 */
export const Envelope = Schema.Struct({
  ...envelope,
  type: Schema.String.check(Schema.isPattern(/^[\w.-]{1,200}$/)),
  version: Sequence
})
export interface Envelope extends Schema.Schema.Type<typeof Envelope> {}

/**
 * What of a patient is told: no contact, no identifier, no photo.
 *
 * @since 0.2.0
 */
export const ToldPatient = Patient.Patient.mapFields(
  Struct.omit(["id", "identifiers", "email", "phone", "registration", "hasPhoto"])
).annotate({ identifier: "ToldPatient" })
export interface ToldPatient extends Schema.Schema.Type<typeof ToldPatient> {}

/**
 * A measurement as it is told; `writtenBy` is the account of the device that may read it back.
 *
 * @since 0.2.0
 */
export const ToldMeasurement = Schema.Struct({
  ...Struct.omit(Measurement.Measurement.fields, ["patientId"]),
  writtenBy: Schema.optionalKey(Account.AccountId)
}).annotate({ identifier: "ToldMeasurement" })
export interface ToldMeasurement extends Schema.Schema.Type<typeof ToldMeasurement> {}

/**
 * A corrected measurement with every value it had before, oldest first.
 *
 * @since 0.2.0
 */
export const ToldCorrection = Schema.Struct({
  ...ToldMeasurement.fields,
  replaced: Schema.Array(Measurement.Replaced)
}).annotate({ identifier: "ToldCorrection" })
export interface ToldCorrection extends Schema.Schema.Type<typeof ToldCorrection> {}

const event = <const Type extends string, Data extends Schema.Constraint>(type: Type, data: Data) =>
  Schema.Struct({
    ...envelope,
    type: Schema.Literal(type),
    version: Schema.Literal(1),
    data
  }).annotate({ identifier: type })

/**
 * Any event of the versions known here.
 *
 * @since 0.2.0
 */
export const Event = Schema.Union([
  event("patient.registered", ToldPatient),
  event("patient.changed", ToldPatient),
  event("patient.erased", Schema.Struct({})),
  event(
    "measurement.recorded",
    Schema.Struct({ measurements: Schema.NonEmptyArray(ToldMeasurement) })
  ),
  event(
    "measurement.corrected",
    Schema.Struct({ measurements: Schema.NonEmptyArray(ToldCorrection) })
  ),
  event("measurement.deleted", Schema.Struct({ measurementId: Measurement.MeasurementId }))
])
export type Event = typeof Event.Type

/**
 * What an event tells, before it has a place in a stream.
 *
 * @since 0.2.0
 */
export type Content = Event extends infer One
  ? One extends Event
    ? Pick<One, "type" | "data">
    : never
  : never

/**
 * The most measurements that one event tells of; a larger batch is several events.
 *
 * @since 0.2.0
 */
export const most = 1_000

/**
 * A source says that it has told everything that was on record at a time.
 *
 * @since 0.2.0
 */
export const Heartbeat = Schema.Struct({
  type: Schema.Literal("heartbeat"),
  version: Schema.Literal(1),
  source: Source,
  at: Timestamp.Instant
})
export interface Heartbeat extends Schema.Schema.Type<typeof Heartbeat> {}

/**
 * A source says that it has told again all it has of a stream up to a place; of every stream, where no
 * patient is named.
 *
 * @since 0.2.0
 */
export const Answer = Schema.Struct({
  type: Schema.Literal("answer"),
  version: Schema.Literal(1),
  source: Source,
  patientId: Schema.NullOr(Patient.PatientId),
  through: Schema.Int
})
export interface Answer extends Schema.Schema.Type<typeof Answer> {}

/**
 * What a source says.
 *
 * @since 0.2.0
 */
export const Message = Schema.Union([Event, Heartbeat, Answer])
export type Message = typeof Message.Type

/**
 * What a copy asks its source for: a stream from a place on, or every stream from its beginning, where
 * no patient is named.
 *
 * @since 0.2.0
 */
export const Request = Schema.Struct({
  type: Schema.Literal("request"),
  version: Schema.Literal(1),
  source: Source,
  patientId: Schema.NullOr(Patient.PatientId),
  from: Sequence
})
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * A message as it was understood.
 *
 * @since 0.2.0
 */
export type Read =
  | { readonly _tag: "message"; readonly message: Message }
  /** Good, and of a type or version that is not known here. */
  | { readonly _tag: "unknown"; readonly envelope: Envelope }
  /** Not what it should be; with an envelope, its place in the stream is known. */
  | { readonly _tag: "malformed"; readonly envelope: Envelope | undefined }

const decodeMessage = Schema.decodeUnknownResult(Message)
const decodeEnvelope = Schema.decodeUnknownResult(Envelope)

const types = new Set<string>(Event.members.map(({ fields }) => fields.type.literal))

/**
 * Reads what came from a source.
 *
 * Shape: JSON that was parsed already.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Events from "@bedside/core/Events"
 *
 * const event = {
 *   id: "01890a5d-ac96-774b-bcce-b302099a8057",
 *   patientId: "01890a5d-ac97-774b-bcce-b302099a8057",
 *   source: "patients",
 *   sequence: 3,
 *   at: "2026-03-01T10:00:00.000Z",
 *   type: "patient.erased",
 *   version: 1,
 *   data: {}
 * }
 * Events.read(event)._tag // => "message"
 * Events.read({ ...event, version: 2 })._tag // => "unknown"
 * Events.read({ ...event, sequence: 0 })._tag // => "malformed"
 * ```
 * @since 0.2.0
 */
export const read = (message: unknown): Read => {
  const known = decodeMessage(message)
  if (Result.isSuccess(known)) return { _tag: "message", message: known.success }
  const decoded = decodeEnvelope(message)
  if (Result.isFailure(decoded)) return { _tag: "malformed", envelope: undefined }
  const { type, version } = decoded.success
  return types.has(type) && version === 1
    ? { _tag: "malformed", envelope: decoded.success }
    : { _tag: "unknown", envelope: decoded.success }
}

/**
 * Reads what a copy asks for.
 *
 * Shape: JSON that was parsed already.
 *
 * Fails with: within the result, the error of the schema.
 *
 * @example
 * ```ts
 * import * as Events from "@bedside/core/Events"
 * import * as Result from "effect/Result"
 *
 * const everything = { type: "request", version: 1, source: "patients", patientId: null, from: 1 }
 * Result.isSuccess(Events.readRequest(everything)) // => true
 * Result.isFailure(Events.readRequest({ ...everything, from: 0 })) // => true
 * ```
 * @since 0.2.0
 */
export const readRequest = Schema.decodeUnknownResult(Request)

/**
 * Writes what a source says, as JSON can hold it.
 *
 * Shape: a message in; what `read` reads out.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Events from "@bedside/core/Events"
 * import * as DateTime from "effect/DateTime"
 *
 * const at = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
 * const heartbeat = { type: "heartbeat", version: 1, source: "patients", at } as const
 * Events.write(heartbeat) // => { type: "heartbeat", version: 1, source: "patients", at: "2026-03-01T10:00:00.000Z" }
 * ```
 * @since 0.2.0
 */
export const write = Schema.encodeSync(Message)

/**
 * Writes what a copy asks for, as JSON can hold it.
 *
 * Shape: a request in; what `readRequest` reads out.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Events from "@bedside/core/Events"
 *
 * const everything = { type: "request", version: 1, source: "patients", patientId: null, from: 1 } as const
 * Events.writeRequest(everything) // => { type: "request", version: 1, source: "patients", patientId: null, from: 1 }
 * ```
 * @since 0.2.0
 */
export const writeRequest = Schema.encodeSync(Request)
