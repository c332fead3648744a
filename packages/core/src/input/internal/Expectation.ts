/**
 * What a schema expects, in words, read from the schema alone.
 *
 * The author's annotation wins; a built-in check or type has a sentence of ours. No value that was
 * sent is ever at hand here, so none can be repeated.
 */
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * The annotations of a schema or of a check.
 *
 * @since 0.1.0
 */
export type Annotations = Schema.Annotations.Annotations | undefined

/**
 * The annotations that describe the value a schema ends with: those of its last check, if any.
 *
 * @since 0.1.0
 */
export const annotations = (ast: SchemaAST.AST): Annotations =>
  ast.checks === undefined ? ast.annotations : ast.checks.at(-1)?.annotations

/**
 * Reads one annotation that is a text.
 *
 * @since 0.1.0
 */
export const text = (from: Annotations, key: string): string | undefined => {
  const value = from?.[key]
  return typeof value === "string" ? value : undefined
}

/**
 * Joins alternatives, each once.
 *
 * @since 0.1.0
 */
export const either = (words: ReadonlyArray<string>): string => [...new Set(words)].join(" or ")

const codeOfCheck: Record<string, string> = {
  isInt: "type",
  isFinite: "type",
  isUUID: "format",
  isGUID: "format",
  isULID: "format",
  isBase64: "format",
  isBase64Url: "format",
  isPattern: "pattern",
  isTrimmed: "pattern",
  isUnique: "unique",
  isUniqueKey: "unique"
}

/**
 * The code of a failed check without a code of its own, from the check's kind.
 *
 * @since 0.1.0
 */
export const codeOf = (check: Annotations): string => {
  const representation = check?.["representation"]
  if (typeof representation !== "object" || representation === null) return "value"
  const name = "id" in representation ? (String(representation.id).split("/").at(-1) ?? "") : ""
  if (/Length$|Size$|Properties$|CodePoints$/.test(name)) return "length"
  if (/Than|Between|MultipleOf/.test(name)) return "range"
  return codeOfCheck[name] ?? "value"
}

const nouns: Partial<Record<SchemaAST.AST["_tag"], string>> = {
  String: "a string",
  TemplateLiteral: "a string",
  Number: "a number",
  BigInt: "an integer",
  Boolean: "true or false",
  Null: "null",
  Arrays: "an array",
  Objects: "an object"
}

/**
 * The only values a schema admits, or `undefined` when it is not made of literals.
 *
 * @since 0.1.0
 */
export const literals = (ast: SchemaAST.AST): ReadonlyArray<string> | undefined => {
  if (ast._tag === "Literal") {
    return [typeof ast.literal === "string" ? JSON.stringify(ast.literal) : String(ast.literal)]
  }
  if (ast._tag !== "Union") return undefined
  const members = ast.types.filter((type) => type._tag !== "Undefined").map(literals)
  return members.every((it) => it !== undefined) ? [...new Set(members.flat())] : undefined
}

/**
 * The field whose literal tells the members of a union apart, with its literals.
 *
 * @since 0.1.0
 */
export const discriminator = (
  members: ReadonlyArray<SchemaAST.AST>
): { readonly name: string; readonly values: ReadonlyArray<string> } | undefined => {
  const objects = members.map((member) => SchemaAST.toEncoded(member))
  const first = objects[0]
  if (objects.length < 2 || first?._tag !== "Objects") return undefined
  for (const { name, type } of first.propertySignatures) {
    if (type._tag !== "Literal") continue
    const values = objects.map((it) => {
      const field =
        it._tag === "Objects" ? it.propertySignatures.find((its) => its.name === name) : undefined
      return field === undefined ? undefined : literals(field.type)
    })
    if (values.every((it) => it !== undefined)) {
      return { name: String(name), values: [...new Set(values.flat())] }
    }
  }
  return undefined
}

const oneOf = (values: ReadonlyArray<string>): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`

/**
 * What a schema expects, to follow the word "Expected".
 *
 * @since 0.1.0
 */
export const of = (ast: SchemaAST.AST): string => {
  const last = annotations(ast)
  const expected = text(last, "expected")
  // That each occurs once says nothing of what it is.
  const named = !["unique", undefined].includes(text(last, "code"))
  const tellsType = ast.checks !== undefined && ["type", "format"].includes(codeOf(last))
  if (expected !== undefined && (named || tellsType)) return expected
  const encoded = ast.encoding === undefined ? ast : SchemaAST.toEncoded(ast)
  const own = text(encoded.annotations, "expected")
  if (own !== undefined) return own
  const values = literals(encoded)
  if (values !== undefined) return oneOf(values)
  if (encoded._tag !== "Union") {
    return nouns[encoded._tag] ?? text(encoded.annotations, "title") ?? "a valid value"
  }
  const members = encoded.types.filter((type) => type._tag !== "Undefined")
  const tag = discriminator(members)
  return tag === undefined
    ? either(members.map(of))
    : `an object whose "${tag.name}" is ${oneOf(tag.values)}`
}

/**
 * What a schema expects under one of its names or indexes.
 *
 * @since 0.1.0
 */
export const ofField = (parent: SchemaAST.AST | undefined, key: PropertyKey): string => {
  const field =
    parent?._tag === "Objects"
      ? parent.propertySignatures.find((its) => its.name === key)?.type
      : parent?._tag === "Arrays" && typeof key === "number"
        ? parent.elements[key]
        : undefined
  return field === undefined ? "a value" : of(field)
}
