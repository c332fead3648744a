/**
 * The little XML a strip is written in. Whatever text comes from outside passes through `text`.
 */

/** The value of an attribute; `undefined` leaves the attribute out. */
type Value = string | number | undefined

/** A number to two decimals, without trailing zeros. */
export const number = (value: number): string => String(Math.round(value * 100) / 100 + 0)

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

// What XML 1.0 has no way to write: most control characters, halves of surrogate pairs, U+FFFE and
// U+FFFF.
const unwritable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/** Any text as XML holds it, in content and in attributes. */
export const text = (content: string): string =>
  content.replaceAll(unwritable, "\u{FFFD}").replaceAll(/[&<>"']/g, (it) => entities[it] ?? it)

/** An element; its content is XML already. */
export const element = (
  name: string,
  attributes: { readonly [name: string]: Value },
  content = ""
): string => {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined
      ? ""
      : ` ${key}="${typeof value === "number" ? number(value) : text(value)}"`
  )
  const opening = `<${name}${written.join("")}`
  return content === "" ? `${opening}/>` : `${opening}>${content}</${name}>`
}

/** A line of text that begins, or as its anchor says ends or is centred, at a point. */
export const label = (
  content: string,
  x: number,
  y: number,
  attributes: { readonly [name: string]: Value } = {}
): string => (content === "" ? "" : element("text", { x, y, ...attributes }, text(content)))

/** A text cut to a number of characters, with an ellipsis where it was longer. */
export const cut = (content: string, longest: number): string => {
  const characters = Array.from(content)
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : content
}
