/**
 * An Observation of FHIR as readings of ours: its value, those of its components, and those of the
 * Observations it contains and lists as members.
 *
 * The guarantee that bites: a value that cannot be kept as it was meant is refused, not adapted. One
 * with a comparator ("below 50") or with codings that contradict each other is no reading.
 */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Invalid from "../../input/Invalid.ts"
import * as Text from "../../input/Text.ts"
import * as Timestamp from "../../input/Timestamp.ts"
import * as Measurement from "../../measurement/Measurement.ts"
import * as Vital from "../../measurement/Vital.ts"
import * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import type { Notes } from "./fhirNotes.ts"
import * as Value from "./importValue.ts"

/** A reading that passed its checks, and the place of its value. */
export interface Checked extends Measurement.Checked {
  readonly at: string
}

/** The readings of one Observation, and whose they are. */
export interface Observed {
  readonly subject: FhirResource.Reference | undefined
  readonly subjectAt: string
  readonly readings: ReadonlyArray<Checked>
  readonly members: ReadonlyArray<FhirResource.Reference>
}

export interface Options {
  /** For dates without a time, in minutes east of UTC. */
  readonly offsetMinutes: number
  /** Taken where an Observation names no source. */
  readonly source: string
}

// What is written but not read may have any shape in an import.
const Component = FhirResource.Component.mapFields(Struct.omit(["interpretation"]))
const Read = FhirResource.Observation.mapFields(
  Struct.omit([
    "id",
    "meta",
    "contained",
    "category",
    "issued",
    "interpretation",
    "note",
    "method",
    "derivedFrom"
  ])
).mapFields(Struct.assign({ component: Schema.optionalKey(Schema.Array(Component)) }))
interface Read extends Schema.Schema.Type<typeof Read> {}

// Most are in order, and telling so takes a third of the time of listing what is not.
const isRead = Schema.is(Read)
const problemsOf = Invalid.decoder(Read)
const decodeCode = Schema.decodeUnknownOption(FhirResource.CodeableConcept)

/** Whether an Observation is none of ours: its code is well-formed and names nothing we keep. */
export const isForeign = ({ code }: Readonly<Record<string, unknown>>): boolean =>
  Option.match(decodeCode(code), {
    onNone: () => false,
    onSome: (concept) => Codes.vitalsOf(concept).length === 0 && !Codes.isPanel(concept)
  })

const withdrawn: ReadonlySet<string> = new Set(["entered-in-error", "cancelled"])

/** Reads one; `at` is its place. Gives nothing when it is withdrawn or an error was noted. */
export const read = (
  resource: unknown,
  at: string,
  options: Options,
  notes: Notes
): Observed | undefined => {
  if (!isRead(resource)) return refuse(resource, at, notes)
  const observation = resource
  if (withdrawn.has(observation.status)) {
    return notes.omission(`${at}.status`, "an observation that stands; it was left out")
  }
  checkMeaning(observation, at, notes)
  const found = valuesOf(observation, at, notes)
  const observedAt = timeOf(observation, at, options, notes)
  if (observedAt === undefined || notes.refused()) return undefined
  const source = sourceOf(observation) ?? options.source
  return {
    subject: observation.subject,
    subjectAt: `${at}.subject`,
    readings: found.map((it) => ({ ...it, observedAt, source })),
    members: observation.hasMember ?? []
  }
}

const refuse = (resource: unknown, at: string, notes: Notes): undefined => {
  const decoded = problemsOf(resource)
  return Result.isFailure(decoded) ? notes.invalid(decoded.failure, at) : undefined
}

const checkMeaning = (observation: Read, at: string, notes: Notes): void => {
  const holders = [observation, ...(observation.component ?? [])]
  for (const [index, { modifierExtension = [] }] of holders.entries()) {
    if (modifierExtension.length === 0) continue
    const place = index === 0 ? at : `${at}.component[${index - 1}]`
    notes.error("extension", `${place}.modifierExtension`, "no extension that modifies the meaning")
  }
}

type Found = Omit<Checked, "observedAt" | "source">

const valuesOf = (observation: Read, at: string, notes: Notes): ReadonlyArray<Found> => {
  const { component = [], hasMember = [] } = observation
  const isAlone = component.length === 0 && hasMember.length === 0
  const own = ownValue(observation, at, isAlone, notes)
  const parts = component.map((part, index) => partOf(part, `${at}.component[${index}]`, notes))
  const found = [own, ...parts].filter((it) => it !== undefined)
  const vitals = new Set(found.map(({ vital }) => vital))
  if (vitals.size < found.length) {
    notes.error("duplicate", `${at}.component`, "each vital once in one observation")
  }
  return found
}

const ownValue = (
  observation: Read,
  at: string,
  isAlone: boolean,
  notes: Notes
): Found | undefined => {
  const vital = vitalOf(observation, at, notes)
  if (vital !== undefined) return Value.read(vital, observation, at, isAlone, notes)
  if (isAlone && observation.dataAbsentReason !== undefined) return Value.missing(at, notes)
  return isAlone && Codes.isPanel(observation.code)
    ? notes.error("required", `${at}.component`, "components, members, or a dataAbsentReason")
    : undefined
}

const partOf = (part: typeof Component.Type, at: string, notes: Notes): Found | undefined => {
  const vital = vitalOf(part, at, notes)
  return vital === undefined ? undefined : Value.read(vital, part, at, true, notes)
}

const vitalOf = (
  { code }: Pick<FhirResource.Component, "code">,
  at: string,
  notes: Notes
): Vital.Vital | undefined => {
  const vitals = Codes.vitalsOf(code)
  return vitals.length > 1
    ? notes.error("code-invalid", `${at}.code`, "codings that name one vital")
    : vitals[0]
}

const timeOf = (
  observation: Read,
  at: string,
  options: Options,
  notes: Notes
): DateTime.Zoned | undefined => {
  const { effectiveDateTime, effectiveInstant, effectivePeriod, effectiveTiming } = observation
  const given = [effectiveDateTime, effectiveInstant, effectivePeriod, effectiveTiming]
  const count = given.filter((it) => it !== undefined).length
  if (count === 0) {
    return notes.error("required", `${at}.effective`, "the time of the observation")
  }
  if (count > 1) return notes.error("structure", `${at}.effective`, "one time")
  if (effectiveDateTime !== undefined) {
    return readTime(effectiveDateTime, `${at}.effectiveDateTime`, options, notes)
  }
  if (effectiveInstant !== undefined) {
    return readTime(effectiveInstant, `${at}.effectiveInstant`, options, notes)
  }
  if (effectivePeriod === undefined) {
    return notes.error("not-supported", `${at}.effectiveTiming`, "a time, or a period")
  }
  return readPeriod(effectivePeriod, `${at}.effectivePeriod`, options, notes)
}

const readPeriod = (
  { end, start }: { readonly start?: string; readonly end?: string },
  at: string,
  options: Options,
  notes: Notes
): DateTime.Zoned | undefined => {
  const text = start ?? end
  if (text === undefined) return notes.error("required", at, "a start or an end")
  const bound = start === undefined ? "end" : "start"
  notes.information("informational", at, `a single time; the ${bound} of the period was taken`)
  return readTime(text, `${at}.${bound}`, options, notes)
}

const isDate = Schema.is(Timestamp.CalendarDate)

const readTime = (
  text: string,
  at: string,
  { offsetMinutes }: Options,
  notes: Notes
): DateTime.Zoned | undefined => {
  if (!isDate(text)) {
    return Option.getOrElse(Timestamp.parse(text), () =>
      notes.error("value", at, "a date-time with seconds and offset, or a calendar date")
    )
  }
  notes.warning("value", at, "a time of day; the beginning of the day was taken")
  return Timestamp.at(Date.parse(`${text}T00:00:00Z`) - offsetMinutes * 60_000, offsetMinutes)
}

const isSource = Schema.is(Text.upTo(200))

/** Our own extension, else the device, the observation's identifier, or the first performer. */
const sourceOf = ({
  device,
  extension,
  identifier = [],
  performer = []
}: Read): string | undefined =>
  [
    ...Codes.extended(extension, Codes.own.source, "valueString"),
    nameOf(device),
    device?.display,
    ...identifier.map(written),
    ...performer.map(nameOf)
  ].find(isSource)

// What a performer displays is the name of a person, which is no source.
const nameOf = (reference: FhirResource.Reference | undefined): string | undefined =>
  written(reference?.identifier) ?? reference?.reference

const written = (identifier: FhirResource.Identifier | undefined): string | undefined => {
  if (identifier?.value === undefined) return undefined
  return identifier.system === undefined
    ? identifier.value
    : `${identifier.system}|${identifier.value}`
}
