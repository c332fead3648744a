/**
 * Whose the observations of a bundle are: the patients in it, and those it refers to.
 *
 * The guarantee that bites: a reference that could mean two patients means none. It is refused, and so
 * are two Patients under one `fullUrl` or one identifier.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Patient from "../../patient/Patient.ts"
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import type { Notes } from "./fhirNotes.ts"
import * as Entries from "./importEntries.ts"
import * as ImportPatient from "./importPatient.ts"

/** A patient while the bundle is read: `first` is the entry that mentions them first. */
export interface Found {
  first: number
  readonly entry?: Entries.Entry
  readonly id?: Patient.PatientId
  identifiers: ReadonlyArray<Patient.Identifier>
  patient?: Patient.NewPatient
}

type Refusal = readonly [code: "not-found" | "not-supported" | "required" | "duplicate", string]

const refuse = (...refusal: Refusal): Result.Result<never, Refusal> => Result.fail(refusal)

const isPatientId = Schema.is(Patient.PatientId)
const isIdentifier = Schema.is(Patient.Identifier)

const ambiguous = "ambiguous"
type Named = Entries.Entry | typeof ambiguous

export class Subjects {
  /** Every patient found so far. */
  readonly found = new Set<Found>()
  readonly #entries = new Map<Entries.Entry, Found>()
  readonly #names = new Map<string, Named>()
  readonly #identifiers = new Map<string, Found>()
  readonly #ids = new Map<string, Found>()

  /** Refused ones are among the entries: a reference to them means nobody else. */
  constructor(entries: ReadonlyArray<Entries.Entry>) {
    for (const entry of entries.filter(({ resourceType }) => resourceType === "Patient")) {
      for (const name of namesOf(entry)) {
        const there = this.#names.get(name)
        this.#names.set(name, there === undefined || there === entry ? entry : ambiguous)
      }
    }
  }

  /** Takes in the Patient of an entry, unless an error is noted. */
  admit(entry: Entries.Entry, notes: Notes): void {
    const read = ImportPatient.read(entry.resource, entry.at, notes)
    if (read === undefined || notes.refused()) return
    const patient = withIdentifier(read, entry, notes)
    const identifiers = patient.identifiers ?? []
    if (identifiers.some((it) => this.#identifiers.has(ImportPatient.keyOf(it)))) {
      notes.error("duplicate", `${entry.at}.identifier`, "identifiers no other Patient here has")
      return
    }
    const id = entry.ask?.id
    if (id !== undefined && this.#ids.has(id)) {
      notes.error("duplicate", `${entry.at}.id`, "an id no other Patient here has")
      return
    }
    const found: Found = {
      first: entry.index,
      entry,
      ...(isPatientId(id) ? { id } : {}),
      identifiers,
      patient
    }
    this.found.add(found)
    this.#entries.set(entry, found)
    this.#learn(found)
  }

  /** The patient that a reference in an entry means, or a refusal that is noted. */
  resolve(
    reference: FhirResource.Reference | undefined,
    from: Entries.Entry,
    at: string,
    notes: Notes
  ): Found | undefined {
    const resolved =
      reference === undefined
        ? refuse("required", "a reference to a Patient")
        : this.#resolve(reference, from, notes)
    if (Result.isFailure(resolved)) return notes.error(resolved.failure[0], at, resolved.failure[1])
    const found = resolved.success
    found.first = Math.min(found.first, from.index)
    this.found.add(found)
    return found
  }

  #resolve(
    { identifier, reference }: FhirResource.Reference,
    from: Entries.Entry,
    notes: Notes
  ): Result.Result<Found, Refusal> {
    if (reference === undefined) {
      return isIdentifier(identifier)
        ? Result.succeed(this.#byIdentifiers([identifier], from.index))
        : refuse("required", "a reference, or an identifier with its system")
    }
    if (reference.startsWith("#")) return this.#contained(reference.slice(1), from, notes)
    const named = this.#named(reference, from)
    if (named === ambiguous) return refuse("duplicate", "a reference that one Patient alone has")
    if (named !== undefined) return this.#accepted(named)
    return this.#elsewhere(reference, from)
  }

  /** The Patient of the bundle that a reference names, seen from an entry. */
  #named(reference: string, from: Entries.Entry): Named | undefined {
    const bare = unversioned(reference)
    const root = rootOf(from)
    const local = this.#names.get(bare)
    const absolute = root === undefined ? undefined : this.#names.get(root + bare)
    if (absolute !== undefined || local === undefined || local === ambiguous) {
      return absolute ?? local
    }
    // The same id on another server is another patient.
    return root === undefined || [undefined, root].includes(rootOf(local)) ? local : undefined
  }

  #accepted(entry: Entries.Entry): Result.Result<Found, Refusal> {
    const found = this.#entries.get(entry)
    return found === undefined
      ? refuse("not-found", "a Patient that is not refused itself")
      : Result.succeed(found)
  }

  /** A patient who is not in the bundle but may be on record. */
  #elsewhere(reference: string, from: Entries.Entry): Result.Result<Found, Refusal> {
    const target = Entries.targetOf(reference, "Patient")
    if (target === undefined || /^[a-z]+:/.test(reference)) {
      return refuse("not-found", "a reference to a Patient of the bundle or on record")
    }
    if (target.query !== undefined) {
      const identifiers = Entries.identifiersOf(target.query)
      return identifiers === undefined
        ? refuse("not-supported", "the condition Patient?identifier=system|value")
        : Result.succeed(this.#byIdentifiers(identifiers, from.index))
    }
    if (!isPatientId(target.id)) {
      return refuse("not-found", "a reference to a Patient of the bundle or on record")
    }
    const known = this.#ids.get(target.id)
    const found = known ?? { first: from.index, id: target.id, identifiers: [] }
    this.#ids.set(target.id, found)
    return Result.succeed(found)
  }

  #byIdentifiers(identifiers: ReadonlyArray<Patient.Identifier>, first: number): Found {
    const known = identifiers.flatMap((it) => this.#identifiers.get(ImportPatient.keyOf(it)) ?? [])
    const found = known[0] ?? { first, identifiers }
    this.#learn(found)
    return found
  }

  #contained(id: string, from: Entries.Entry, notes: Notes): Result.Result<Found, Refusal> {
    const { contained } = from.resource
    const resources: ReadonlyArray<unknown> = Array.isArray(contained) ? contained : []
    const at = resources.findIndex((it) => Codes.isRecord(it) && it["id"] === id)
    if (at < 0) return refuse("not-found", "a Patient among the contained resources")
    const patient = ImportPatient.read(resources[at], `${from.at}.contained[${at}]`, notes)
    if (patient === undefined) return refuse("not-found", "a Patient that is not refused itself")
    const identifiers = patient.identifiers ?? []
    // It has no other identity: without one, each import would make another patient.
    if (identifiers.length === 0)
      return refuse("required", "a contained Patient with an identifier")
    const known = new Set(
      identifiers.flatMap((it) => this.#identifiers.get(ImportPatient.keyOf(it)) ?? [])
    )
    if (known.size > 1) return refuse("duplicate", "identifiers of one patient")
    const found = this.#byIdentifiers(identifiers, from.index)
    if (found.entry === undefined) {
      found.patient ??= patient
      found.identifiers = unique([...found.identifiers, ...identifiers])
      this.#learn(found)
    }
    return Result.succeed(found)
  }

  #learn(found: Found): void {
    for (const it of found.identifiers) this.#identifiers.set(ImportPatient.keyOf(it), found)
    if (found.id !== undefined) this.#ids.set(found.id, found)
  }
}

const unversioned = (url: string): string => url.replace(/\/_history\/[^/]*$/, "")

/** The server that an entry comes from: what its `fullUrl` has in front of `Patient/id`. */
const rootOf = ({ fullUrl, resourceType }: Entries.Entry): string | undefined => {
  if (fullUrl === undefined || !/^https?:/.test(fullUrl)) return undefined
  const { id } = Entries.targetOf(fullUrl, resourceType) ?? {}
  const end = `${resourceType}/${id ?? ""}`
  const bare = unversioned(fullUrl)
  return id !== undefined && bare.endsWith(end) ? bare.slice(0, -end.length) : undefined
}

/** What references may call the Patient of an entry. */
const namesOf = ({ ask, fullUrl, resource }: Entries.Entry): ReadonlySet<string> => {
  const { id } = resource
  const ids = [id, ask?.id].filter((it) => typeof it === "string")
  return new Set([
    ...(fullUrl === undefined ? [] : [unversioned(fullUrl)]),
    ...ids.map((it) => `Patient/${it}`)
  ])
}

const unique = (
  identifiers: ReadonlyArray<Patient.Identifier>
): ReadonlyArray<Patient.Identifier> => [
  ...new Map(identifiers.map((it) => [ImportPatient.keyOf(it), it])).values()
]

const uri = "urn:ietf:rfc:3986"

/**
 * The identifiers that the next import finds the patient by: their own, those of the condition, or
 * the url of the entry, which is one too.
 */
const withIdentifier = (
  patient: Patient.NewPatient,
  { ask, at, fullUrl }: Entries.Entry,
  notes: Notes
): Patient.NewPatient => {
  const identifiers = unique([...(patient.identifiers ?? []), ...(ask?.identifiers ?? [])])
  if (identifiers.length > 0 || isPatientId(ask?.id)) return { ...patient, identifiers }
  const identifier = { system: uri, value: fullUrl }
  if (!isIdentifier(identifier) || !/^(urn:|https?:)/.test(identifier.value)) {
    notes.warning("required", `${at}.identifier`, "an identifier that the next import finds")
    return patient
  }
  notes.information("informational", `${at}.identifier`, "an identifier; the fullUrl was taken")
  return { ...patient, identifiers: [identifier] }
}
