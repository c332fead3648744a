/**
 * Patients and vital signs out of a Bundle of FHIR R4: new patients, and readings for each.
 *
 * The guarantee that bites: nothing is stored and nothing is thrown. Every entry gets an outcome with
 * all that is to be said of it, and a bad entry never stops the others; whether a transaction with a
 * refused entry is to be dropped as a whole is told (`acceptable`) and left to the caller.
 *
 * Not a medical device. Patient and Observation are read, other resources passed over and counted. Of
 * Observations those are kept that have a code of the catalogue of vitals, and panels of them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../input/Invalid.ts"
import * as Measurement from "../measurement/Measurement.ts"
import type * as Patient from "../patient/Patient.ts"
import type { Notes } from "./internal/fhirNotes.ts"
import * as Entries from "./internal/importEntries.ts"
import * as Members from "./internal/importMembers.ts"
import * as Observation from "./internal/importObservation.ts"
import * as Subjects from "./internal/importSubjects.ts"
import * as OperationOutcome from "./OperationOutcome.ts"

/**
 * The input as a whole is not a bundle that can be imported.
 *
 * @since 0.2.0
 */
export class NotABundle extends Schema.TaggedError<NotABundle>()("NotABundle", {
  issues: Schema.Array(OperationOutcome.Issue)
}) {}

/**
 * What became of one entry. `imported`: its patient or at least one reading is in the import.
 * `left-out`: it is withdrawn, its values are missing or replaced further on. `passed-over`: nothing we keep.
 *
 * @since 0.2.0
 */
export interface Entry {
  readonly index: number
  readonly status: "imported" | "left-out" | "passed-over" | "refused"
  /** Absent where the entry has none. */
  readonly resourceType?: string
  readonly issues: ReadonlyArray<OperationOutcome.Issue>
}

/**
 * A reading in the canonical unit of its vital, with its entry and the place of its value.
 *
 * @since 0.2.0
 */
export interface ImportedReading {
  readonly entry: number
  readonly expression: string
  readonly reading: Measurement.Reading
}

/**
 * A patient that the bundle holds or refers to. On record they are found under `id` or under any of
 * `identifiers`; if they are not, `patient` is what to make the record from, where the bundle has it.
 *
 * @since 0.2.0
 */
export interface Subject {
  readonly id?: Patient.PatientId
  readonly identifiers: ReadonlyArray<Patient.Identifier>
  readonly patient?: Patient.NewPatient
  /** The entry of the Patient, with `PUT` where the record on file is to follow it. */
  readonly entry?: number
  readonly method?: "POST" | "PUT"
  /** In the order of the bundle. */
  readonly readings: ReadonlyArray<ImportedReading>
}

/**
 * All that a bundle holds. `acceptable` is false for a transaction with a refused entry, which is all or
 * nothing. Subjects are in the order in which the bundle first mentions them.
 *
 * @since 0.2.0
 */
export interface Import {
  readonly type: "transaction" | "batch" | "collection"
  readonly acceptable: boolean
  readonly subjects: ReadonlyArray<Subject>
  readonly entries: ReadonlyArray<Entry>
  /** How many entries of each resource type were passed over. */
  readonly passedOver: ReadonlyMap<string, number>
}

/**
 * What a bundle does not say itself.
 *
 * @since 0.2.0
 */
export interface Options {
  /** The source of readings that name none; "fhir" by default. */
  readonly source?: string
  /** For dates without a time of day: where that day begins, in minutes east of UTC, 0 by default. */
  readonly offsetMinutes?: number
}

const decodeBundle = Invalid.decoder(
  Schema.Struct({
    resourceType: Schema.Literal("Bundle"),
    type: Entries.Kind,
    entry: Schema.optionalKey(Schema.Array(Schema.Unknown))
  })
)

/**
 * Reads a Bundle of type transaction, batch or collection.
 *
 * Shape: parsed JSON of any shape in. Patients become what a record is made from: the official or usual
 * name (digits are left out of it with a warning), identifiers that have a system, e-mail and E.164
 * telephone. Readings are in canonical units, with the offset they were written with. A date without a
 * time is the beginning of that day, a period its start; both are said. The source of a reading is,
 * whatever comes first: our own extension `urn:bedside:source`, the device, the Observation's own
 * identifier, the first performer, and `source` of the options; identifiers as `system|value`.
 *
 * The same import again gives the same: a patient is found by identifiers, a reading is known by
 * patient, vital, time and source. A Patient without identifiers gets its `fullUrl` as one; of several
 * values of one vital, time and source the last is taken.
 *
 * Fails with: `NotABundle`; everything else is said of single entries, up to 100 problems each.
 *
 * Method: FHIR R4 (4.0.1), https://hl7.org/fhir/R4/bundle.html and /observation.html. References are
 * resolved to the bundle (`fullUrl`, `Patient/id`), to contained resources, and to records by
 * `Patient/id` or `Patient?identifier=system|value`. Deviations: entries of other resource types never
 * refuse a transaction; `ifMatch` and `meta.versionId` are ignored; DELETE and PATCH are refused.
 * Refused are also modifier extensions, quantities with a comparator, and blood pressures whose
 * diastolic is not below the systolic.
 *
 * @example
 * ```ts
 * import * as FhirImport from "@bedside/core/FhirImport"
 * import * as Result from "effect/Result"
 *
 * const bundle = {
 *   resourceType: "Bundle",
 *   type: "collection",
 *   entry: [
 *     { resource: { resourceType: "Patient", id: "a", name: [{ family: "Byron", given: ["Ada"] }], birthDate: "1990-12-10" } },
 *     {
 *       resource: {
 *         resourceType: "Observation",
 *         status: "final",
 *         code: { coding: [{ system: "http://loinc.org", code: "8310-5" }] },
 *         subject: { reference: "Patient/a" },
 *         effectiveDateTime: "2026-03-01T23:30:00+02:00",
 *         valueQuantity: { value: 100.4, system: "http://unitsofmeasure.org", code: "[degF]" }
 *       }
 *     }
 *   ]
 * }
 * const { entries, subjects } = Result.getOrThrow(FhirImport.read(bundle))
 * entries.map((it) => it.status) // => ["imported", "imported"]
 * subjects[0]?.patient?.familyName // => "Byron"
 * subjects[0]?.readings[0]?.reading.value // => 38
 * ```
 * @since 0.2.0
 */
export const read = (
  input: unknown,
  { offsetMinutes = 0, source = "fhir" }: Options = {}
): Result.Result<Import, NotABundle> => {
  const bundle = decodeBundle(input)
  if (Result.isFailure(bundle)) {
    const issues = OperationOutcome.fromInvalid(bundle.failure, "Bundle")
    return Result.fail(new NotABundle({ issues }))
  }
  const { entry = [], type } = bundle.success
  const entries = entry.map((raw, index) => ({ index, ...Entries.read(raw, index, type) }))
  refuseTwins(entries)
  const patients = entries.flatMap((it) => held(it, "Patient"))
  const subjects = new Subjects.Subjects(entries.flatMap((it) => it.entry ?? []))
  for (const { entry, notes } of patients) subjects.admit(entry, notes)
  const members = new Members.Members(entries.flatMap((it) => it.entry ?? []))
  const observed = entries
    .flatMap((it) => held(it, "Observation"))
    .flatMap((it) => observe(it, subjects, members, { offsetMinutes, source }))
  refuseContradictions(observed)
  return Result.succeed(assemble(type, entries, subjects, observed))
}

/** An entry on its way: what was read of it, and what is to be said of it. */
interface Draft extends Entries.Read {
  readonly index: number
}

interface Held extends Draft {
  readonly entry: Entries.Entry
}

const held = ({ entry, ...draft }: Draft, resourceType: string): ReadonlyArray<Held> =>
  entry?.resourceType === resourceType && !draft.notes.refused() ? [{ ...draft, entry }] : []

/** Entries of one `fullUrl` cannot be told apart, so none of them is taken. */
const refuseTwins = (drafts: ReadonlyArray<Draft>): void => {
  for (const [url, twins] of Map.groupBy(drafts, ({ entry }) => entry?.fullUrl)) {
    if (url === undefined || twins.length === 1) continue
    for (const { index, notes, resourceType = "" } of twins) {
      if (!Entries.isImported(resourceType)) continue
      notes.error("duplicate", `Bundle.entry[${index}].fullUrl`, "a fullUrl no other entry has")
    }
  }
}

/** A reading with the entry it is from and the patient it is of. */
interface Observed {
  readonly index: number
  readonly notes: Notes
  readonly subject: Subjects.Found
  readonly checked: Observation.Checked
}

const observe = (
  { entry, index, notes }: Held,
  subjects: Subjects.Subjects,
  members: Members.Members,
  options: Observation.Options
): ReadonlyArray<Observed> => {
  if (Observation.isForeign(entry.resource)) return []
  const own = Observation.read(entry.resource, entry.at, options, notes)
  if (own === undefined) return []
  return [own, ...members.read(entry, own.members, options, notes)].flatMap((it) => {
    if (it.readings.length === 0) return []
    const subject = subjects.resolve(it.subject, entry, it.subjectAt, notes)
    if (subject === undefined) return []
    return it.readings.map((checked) => ({ index, notes, subject, checked }))
  })
}

/** Refuses the entries of pressures that contradict each other. */
const refuseContradictions = (observed: ReadonlyArray<Observed>): void => {
  for (const readings of Map.groupBy(observed, ({ subject }) => subject).values()) {
    const checked = readings.map((it) => Result.succeed(it.checked))
    for (const [at, result] of Measurement.checkPressures(checked).entries()) {
      const of = readings[at]
      if (of === undefined || Result.isSuccess(result)) continue
      for (const { expected } of result.failure.issues) {
        of.notes.error("value", of.checked.at, expected)
      }
    }
  }
}

/**
 * The readings of a subject that stand. Of several values under one key the last does, as if it had
 * corrected the others: were they imported too, each import would change them to and fro.
 */
const standing = (readings: ReadonlyArray<Observed>): ReadonlyArray<Observed> => {
  const last = new Map(readings.map(({ checked }) => [keyOf(checked), checked.value]))
  return readings.filter(({ checked, notes }) => {
    if (last.get(keyOf(checked)) === checked.value) return true
    notes.omission(checked.at, "a time or a source of its own; a later value replaces this one")
    return false
  })
}

const keyOf = ({ observedAt, source, vital }: Observation.Checked): string =>
  `${vital} ${observedAt.epochMilliseconds} ${source}`

const assemble = (
  type: Entries.Kind,
  drafts: ReadonlyArray<Draft>,
  subjects: Subjects.Subjects,
  observed: ReadonlyArray<Observed>
): Import => {
  const kept = observed.filter(({ notes }) => !notes.refused())
  const bySubject = new Map(
    Array.from(
      Map.groupBy(kept, ({ subject }) => subject),
      ([it, of]) => [it, standing(of)]
    )
  )
  const indexes = new Set([...bySubject.values()].flatMap((of) => of.map(({ index }) => index)))
  const entries = drafts.map((draft) => outcomeOf(draft, indexes.has(draft.index)))
  const passedOver = Map.groupBy(
    entries.filter(({ status }) => status === "passed-over"),
    ({ resourceType = "" }) => resourceType
  )
  return {
    type,
    acceptable: type !== "transaction" || entries.every(({ status }) => status !== "refused"),
    subjects: [...subjects.found]
      .filter((it) => it.entry !== undefined || bySubject.has(it))
      .toSorted((a, b) => a.first - b.first)
      .map((it) => subjectOf(it, bySubject.get(it) ?? [])),
    entries,
    passedOver: new Map(Array.from(passedOver, ([name, { length }]) => [name, length]))
  }
}

const outcomeOf = ({ index, notes, resourceType }: Draft, hasReadings: boolean): Entry => ({
  index,
  status: statusOf(notes, hasReadings || resourceType === "Patient"),
  ...(resourceType === undefined ? {} : { resourceType }),
  issues: notes.issues
})

const statusOf = (notes: Notes, isKept: boolean): Entry["status"] => {
  if (notes.refused()) return "refused"
  if (isKept) return "imported"
  return notes.omitted() ? "left-out" : "passed-over"
}

const subjectOf = (
  { entry, id, identifiers, patient }: Subjects.Found,
  observed: ReadonlyArray<Observed>
): Subject => ({
  ...(id === undefined ? {} : { id }),
  identifiers,
  ...(patient === undefined ? {} : { patient }),
  ...(entry === undefined ? {} : { entry: entry.index, method: entry.ask?.method ?? "POST" }),
  readings: observed.map(({ checked, index }) => ({
    entry: index,
    expression: checked.at,
    reading: readingOf(checked)
  }))
})

const readingOf = ({ observedAt, source, value, vital }: Observation.Checked) => {
  const { unit } = Measurement.describe(vital, false)
  return { vital, value, ...(unit === undefined ? {} : { unit }), observedAt, source }
}
