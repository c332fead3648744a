/**
 * The entries of a bundle before their resources are read: what is there, and what is asked to be done
 * with it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../input/Invalid.ts"
import * as Patient from "../../patient/Patient.ts"
import * as FhirResource from "../FhirResource.ts"
import * as Codes from "./fhirCodes.ts"
import * as Notes from "./fhirNotes.ts"

/** Bundles that hold what is to be imported. */
export const Kind = Schema.Literals(["transaction", "batch", "collection"])
export type Kind = typeof Kind.Type

/** An entry with a resource. `ask` is absent in a collection, which asks for nothing. */
export interface Entry {
  readonly index: number
  /** The place of the resource. */
  readonly at: string
  readonly fullUrl?: string | undefined
  readonly resourceType: string
  readonly resource: Readonly<Record<string, unknown>>
  readonly ask?: Ask
}

/** `id` of `PUT Patient/id`; `identifiers` of a condition, any of which finds the patient. */
export interface Ask {
  readonly method: "POST" | "PUT"
  readonly id?: string
  readonly identifiers: ReadonlyArray<Patient.Identifier>
}

/** What an entry holds, and what is to be said of it so far, an error where it is refused. */
export interface Read {
  readonly notes: Notes.Notes
  readonly resourceType?: string
  readonly entry?: Entry
}

const Resourceful = Schema.Struct({
  fullUrl: Schema.optionalKey(Schema.String),
  resource: Schema.optionalKey(Schema.Unknown),
  modifierExtension: Schema.optionalKey(Schema.Array(Schema.Unknown))
})

const decode = {
  plain: Invalid.decoder(Resourceful),
  request: Invalid.decoder(Schema.Struct({ request: Schema.optionalKey(FhirResource.Request) }))
}

const imported: ReadonlySet<string> = new Set(["Patient", "Observation"])

/** Whether a resource of this type is read at all. */
export const isImported = (resourceType: string): boolean => imported.has(resourceType)

/** Reads one entry of a bundle. */
export const read = (raw: unknown, index: number, kind: Kind): Read => {
  const notes = Notes.make()
  const at = `Bundle.entry[${index}]`
  const plain = decode.plain(raw)
  if (Result.isFailure(plain)) {
    notes.invalid(plain.failure, at)
    return { notes }
  }
  const { fullUrl, modifierExtension = [], resource } = plain.success
  if (modifierExtension.length > 0) {
    notes.error("extension", `${at}.modifierExtension`, "no extension that modifies the meaning")
  }
  const request = kind === "collection" ? undefined : requestOf(raw, at, notes)
  if (resource === undefined && notes.refused()) return { notes }
  const typed = typeOf(resource, `${at}.resource`, notes)
  if (typed === undefined) return { notes }
  const { resourceType } = typed
  const entry = { index, at: `${at}.resource`, fullUrl, ...typed }
  const asks = kind !== "collection" && isImported(resourceType) && !notes.refused()
  const ask = asks ? askOf(request, entry, `${at}.request`, notes) : undefined
  return { notes, resourceType, entry: ask === undefined ? entry : { ...entry, ask } }
}

const requestOf = (raw: unknown, at: string, notes: Notes.Notes) => {
  const decoded = decode.request(raw)
  if (Result.isFailure(decoded)) return notes.invalid(decoded.failure, at)
  const { request } = decoded.success
  if (request !== undefined && request.method !== "POST" && request.method !== "PUT") {
    return notes.error("not-supported", `${at}.request.method`, "POST or PUT")
  }
  return request
}

const typePattern = /^[A-Z][A-Za-z]{0,63}$/

const typeOf = (
  resource: unknown,
  at: string,
  notes: Notes.Notes
): Pick<Entry, "resourceType" | "resource"> | undefined => {
  if (resource === undefined) return notes.error("required", at, "a resource")
  if (!Codes.isRecord(resource)) return notes.error("structure", at, "an object")
  const { resourceType } = resource
  if (resourceType === undefined) {
    return notes.error("required", `${at}.resourceType`, "the name of a resource type")
  }
  return typeof resourceType === "string" && typePattern.test(resourceType)
    ? { resourceType, resource }
    : notes.error("structure", `${at}.resourceType`, "the name of a resource type")
}

const askOf = (
  request: FhirResource.Request | undefined,
  { resource, resourceType, at: place }: Entry,
  at: string,
  notes: Notes.Notes
): Ask | undefined => {
  if (request === undefined) return notes.error("required", at, "a request with POST or PUT")
  const target = targetOf(request.url, resourceType)
  const isPost = request.method === "POST"
  const fits = isPost
    ? target !== undefined && target.id === undefined && target.query === undefined
    : target !== undefined && (target.id === undefined) !== (target.query === undefined)
  if (target === undefined || !fits) {
    return notes.error(
      "value",
      `${at}.url`,
      isPost ? resourceType : `${resourceType}/id, or ${resourceType}?identifier=system|value`
    )
  }
  if (target.id !== undefined && target.id !== resource["id"]) {
    notes.error("value", `${place}.id`, "the id that the request names")
  }
  const condition = isPost ? request.ifNoneExist : target.query
  const identifiers = conditionOf(condition, resourceType)
  if (identifiers === undefined) {
    return notes.error(
      "not-supported",
      isPost ? `${at}.ifNoneExist` : `${at}.url`,
      "the condition identifier=system|value"
    )
  }
  return {
    method: isPost ? "POST" : "PUT",
    ...(target.id === undefined ? {} : { id: target.id }),
    identifiers
  }
}

const idPattern = /^[A-Za-z0-9.-]{1,64}$/

interface Target {
  readonly id?: string
  readonly query?: string
}

/** The end of a url that names a type, and what is said of the resource behind it. */
export const targetOf = (url: string, resourceType: string): Target | undefined => {
  const mark = url.indexOf("?")
  const query = mark < 0 ? {} : { query: url.slice(mark + 1) }
  const segments = (mark < 0 ? url : url.slice(0, mark))
    .replace(/\/_history\/[^/]*$/, "")
    .split("/")
  const last = segments.at(-1) ?? ""
  if (last === resourceType) return query
  return segments.at(-2) === resourceType && idPattern.test(last)
    ? { id: last, ...query }
    : undefined
}

// An Observation is found by patient, vital, time and source: no condition says more.
const conditionOf = (
  condition: string | undefined,
  resourceType: string
): ReadonlyArray<Patient.Identifier> | undefined =>
  condition === undefined || resourceType !== "Patient" ? [] : identifiersOf(condition)

const isIdentifier = Schema.is(Patient.Identifier)

/**
 * The identifier that a search asks for, `identifier=system|value`; nothing where it asks for anything
 * else, for several at once, or for an identifier without its system.
 */
export const identifiersOf = (query: string): ReadonlyArray<Patient.Identifier> | undefined => {
  const [, encoded] = /^(?:[^?]*\?)?identifier=([^&]*)$/.exec(query) ?? []
  const value = encoded === undefined ? undefined : percentDecoded(encoded)
  if (value === undefined) return undefined
  const [system, number, ...more] = value.split(/(?<!\\)[|,]/).map(unescaped)
  const identifier = { system, value: number }
  return more.length === 0 && isIdentifier(identifier) ? [identifier] : undefined
}

const percentDecoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"))
  } catch {
    return undefined
  }
}

const unescaped = (text: string): string => text.replaceAll(/\\([\\|,$])/g, "$1")
