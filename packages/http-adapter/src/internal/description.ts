/**
 * The generated OpenAPI made exact: no problem that a request cannot have, and one name for each
 * schema.
 */
import * as Predicate from "effect/Predicate"

type Members = Record<string, unknown>

const isMembers: (value: unknown) => value is Members = Predicate.isObject

const membersOf = (value: unknown, key: string): Members => {
  const found = isMembers(value) ? value[key] : undefined
  return isMembers(found) ? found : {}
}

/** What only a body can cause, and what only a body or a parameter can. */
const ofBody = ["400", "413", "415"]
const ofInput = [...ofBody, "422"]

const withoutImpossible = (operation: Members): Members => {
  if (operation["requestBody"] !== undefined) return operation
  const { parameters } = operation
  const impossible = Array.isArray(parameters) && parameters.length > 0 ? ofBody : ofInput
  const responses = Object.entries(membersOf(operation, "responses")).filter(
    ([status]) => !impossible.includes(status)
  )
  return { ...operation, responses: Object.fromEntries(responses) }
}

const mapValues = (members: Members, f: (value: unknown) => unknown): Members =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [key, f(value)]))

const each = (value: unknown, f: (members: Members) => Members): unknown =>
  isMembers(value) ? f(value) : value

/**
 * The name each schema should have: that of the record, without `Encoded` behind it, and without a
 * number where a schema stands twice.
 */
const namesOf = (schemas: Members): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const [name, schema] of Object.entries(schemas)) {
    const plain = name.replace(/Encoded$/, "")
    const first = name.replace(/_\d+$/, "")
    const isTwin = first !== name && JSON.stringify(schemas[first]) === JSON.stringify(schema)
    names.set(name, isTwin ? first : plain in schemas ? name : plain)
  }
  return names
}

const renamed = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((it) => renamed(it, names))
  if (!isMembers(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => {
      const name = /^#\/components\/schemas\/(.+)$/.exec(String(it))?.[1]
      return key === "$ref" && name !== undefined
        ? [key, `#/components/schemas/${names.get(name) ?? name}`]
        : [key, renamed(it, names)]
    })
  )
}

/** Makes a document exact, for `OpenApi.Transform`. */
export const exact = (document: Members): Members => {
  const schemas = membersOf(document["components"], "schemas")
  const names = namesOf(schemas)
  const paths = mapValues(membersOf(document, "paths"), (path) =>
    each(path, (operations) => mapValues(operations, (it) => each(it, withoutImpossible)))
  )
  const components = {
    ...membersOf(document, "components"),
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [names.get(name) ?? name, schema])
    )
  }
  return { ...document, paths: renamed(paths, names), components: renamed(components, names) }
}

const age = {
  description:
    "Seconds since the source of the copy last said that it had told everything (RFC 9111). Absent where the measurements are no copy, and before the source was heard for the first time.",
  schema: { type: "integer", minimum: 0 }
}

/** Describes the header `Age` of an operation's good answer, for `OpenApi.Transform`. */
export const aged = (operation: Members): Members => {
  const responses = membersOf(operation, "responses")
  const good = membersOf(responses, "200")
  const headers = { ...membersOf(good, "headers"), Age: age }
  return { ...operation, responses: { ...responses, 200: { ...good, headers } } }
}
