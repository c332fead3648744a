/**
 * The members of a panel. Those with an entry of their own are read there; those that the panel
 * contains are read with it, one level deep, so that panels in a circle end.
 */
import type * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import type { Notes } from "./fhirNotes.ts"
import type * as Entries from "./importEntries.ts"
import * as Observation from "./importObservation.ts"

export class Members {
  readonly #names: ReadonlySet<string>

  constructor(entries: ReadonlyArray<Entries.Entry>) {
    this.#names = new Set(
      entries.flatMap(({ fullUrl, resource, resourceType }) => [
        ...(fullUrl === undefined ? [] : [fullUrl]),
        ...(typeof resource["id"] === "string" ? [`${resourceType}/${resource["id"]}`] : [])
      ])
    )
  }

  /** The readings of members that the resource contains; says which members are nowhere. */
  read(
    { at, resource }: Entries.Entry,
    members: ReadonlyArray<FhirResource.Reference>,
    options: Observation.Options,
    notes: Notes
  ): ReadonlyArray<Observation.Observed> {
    const contained = containedOf(resource)
    const wanted = new Set<number>()
    for (const [index, { reference }] of members.entries()) {
      if (reference === undefined || this.#names.has(reference)) continue
      const place = reference.startsWith("#") ? contained.indexOf(reference.slice(1)) : -1
      if (place >= 0) wanted.add(place)
      else notes.warning("not-found", `${at}.hasMember[${index}]`, "a member in the bundle")
    }
    return [...wanted].flatMap((index) => {
      const member = Array.isArray(resource["contained"]) ? resource["contained"][index] : undefined
      if (!Codes.isRecord(member) || Observation.isForeign(member)) return []
      return Observation.read(member, `${at}.contained[${index}]`, options, notes) ?? []
    })
  }
}

/** The ids of contained resources, by their place. */
const containedOf = ({
  contained
}: Readonly<Record<string, unknown>>): ReadonlyArray<string | undefined> =>
  (Array.isArray(contained) ? contained : []).map((it: unknown) => {
    const id = Codes.isRecord(it) ? it["id"] : undefined
    return typeof id === "string" ? id : undefined
  })
