/**
 * How points become an assessment: the items of a chart, their total, and the band it lies in.
 *
 * The guarantee that bites: an item counts once, by the highest points of its inputs, and an input
 * is missing only while knowing it could add something.
 */
import * as Vital from "../../measurement/Vital.ts"
import type * as Shape from "./chartShape.ts"
import * as Score from "../Score.ts"
import * as Inputs from "./inputs.ts"

/** An input with the points of every value that it may take. */
export interface Scored {
  readonly field: Inputs.Field
  readonly item: string
  readonly optional: boolean
  readonly highest: number
  readonly points: (value: unknown) => number
}

/** The table of a chart: its inputs, and the items that they make up. */
export interface Sheet {
  readonly fields: ReadonlyArray<Inputs.Field>
  readonly items: ReadonlyArray<readonly [name: string, inputs: ReadonlyArray<Scored>]>
}

/** What one item adds; `points` is absent while none of its inputs is known. */
export interface Item {
  readonly name: string
  readonly points?: number
  readonly missing: ReadonlyArray<string>
}

/** What a total is read against. */
export interface Rule<Band extends string> {
  readonly about: Pick<Score.Assessment, "score" | "version" | "citation">
  readonly bands: ReadonlyArray<Shape.TotalBand<Band>>
  readonly single?: Shape.SingleBand<Band>
  readonly rounding: string
}

/** Reads the table of a chart, whose rows lie under the points of its columns. */
export const sheet = (
  columns: ReadonlyArray<number>,
  inputs: ReadonlyArray<Shape.Input>
): Sheet => {
  const scored = inputs.map((input) => ({
    field: fieldOf(input),
    item: input.item ?? input.name,
    optional: input.optional === true,
    ...pointsOf(columns, input)
  }))
  return {
    fields: scored.map(({ field }) => field),
    items: [...Map.groupBy(scored, ({ item }) => item)]
  }
}

const fieldOf = (input: Shape.Input): Inputs.Field => {
  if (input.kind === "flag") return Inputs.flag(input.name)
  if (input.kind === "code") return Inputs.code(input.name, Object.keys(input.points))
  return input.whole === true
    ? Inputs.whole(input.name, input, input.unit)
    : Inputs.number(input.name, input, input.unit, input.decimals)
}

const pointsOf = (
  columns: ReadonlyArray<number>,
  input: Shape.Input
): Pick<Scored, "highest" | "points"> => {
  if (input.kind === "flag") {
    return { highest: input.points, points: (value) => (value === true ? input.points : 0) }
  }
  if (input.kind === "code") {
    const codes = new Map(Object.entries(input.points))
    return {
      highest: Math.max(...codes.values()),
      points: (value) => codes.get(String(value)) ?? NaN
    }
  }
  const row = Score.row(input.row)
  return {
    highest: Math.max(...columns.filter((_, at) => row[at] !== undefined)),
    points: (value) => columns[Score.column(row, scoredAs(value, input.decimals))] ?? NaN
  }
}

/** A line of a chart for a vital, with its unit and its possible range. */
export const vital = (
  name: string,
  code: Vital.NumericCode,
  row: string,
  decimals?: number
): Shape.NumberInput => {
  const { possible, unit } = Vital.get(code)
  const line = { kind: "number", name, unit, ...possible, row } as const
  return decimals === undefined ? line : { ...line, decimals }
}

const scoredAs = (value: unknown, decimals: number | undefined): number =>
  decimals === undefined ? Number(value) : Score.roundHalfUp(Number(value), decimals)

/** The items of a chart, in its order, with what is known of each. */
export const items = (sheet: Sheet, given: Inputs.Given): ReadonlyArray<Item> =>
  sheet.items.map(([name, inputs]) => itemOf(name, inputs, given))

const itemOf = (name: string, inputs: ReadonlyArray<Scored>, given: Inputs.Given): Item => {
  const known = inputs.filter(({ field }) => Inputs.isGiven(given[field.name]))
  if (known.length === 0) return { name, missing: firstNeeded(inputs) }
  const points = Math.max(...known.map((input) => input.points(given[input.field.name])))
  const couldAdd = inputs.filter(
    (input) => !known.includes(input) && !input.optional && input.highest > points
  )
  return { name, points, missing: namesOf(couldAdd) }
}

// Of inputs that are all optional one is enough, and the first is asked for.
const firstNeeded = (inputs: ReadonlyArray<Scored>): ReadonlyArray<string> => {
  const needed = inputs.filter(({ optional }) => !optional)
  return namesOf(needed.length === 0 ? inputs.slice(0, 1) : needed)
}

const namesOf = (inputs: ReadonlyArray<Scored>): ReadonlyArray<string> =>
  inputs.map(({ field }) => field.name)

/** Adds the items up and reads the total against the bands. */
export const assess = <Band extends string>(
  { about, rounding, ...rule }: Rule<Band>,
  items: ReadonlyArray<Item>,
  inputs: ReadonlyArray<Score.Input>
): Score.Assessment & { readonly band: Band | null } => {
  const contributions = items.flatMap(({ name, points }) =>
    points === undefined ? [] : [{ input: name, points }]
  )
  const lowerBound = contributions.reduce((sum, { points }) => sum + points, 0)
  const highest = Math.max(...contributions.map(({ points }) => points))
  const missing = items.flatMap((item) => item.missing)
  const complete = missing.length === 0
  const atLeast = bandOf(rule, lowerBound, highest)
  const isCertain = complete || atLeast?.band === rule.bands.at(-1)?.band
  return {
    ...about,
    total: complete ? lowerBound : null,
    lowerBound,
    band: isCertain ? (atLeast?.band ?? null) : null,
    contributions,
    inputs,
    rounding,
    missing,
    response: complete ? (atLeast?.response ?? null) : incomplete(missing, atLeast?.response)
  }
}

const bandOf = <Band extends string>(
  { bands, single }: Pick<Rule<Band>, "bands" | "single">,
  total: number,
  highest: number
): Omit<Shape.TotalBand<Band>, "from"> | undefined =>
  single !== undefined && highest >= single.points && total < single.below
    ? single
    : bands.findLast(({ from }) => total >= from)

const incomplete = (missing: ReadonlyArray<string>, meanwhile: string | undefined): string => {
  const now = `Incomplete: observe ${missing.map(inWords).join(", ")} now.`
  return meanwhile === undefined ? now : `${now} Until then, at least: ${meanwhile}`
}

const inWords = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** How the numbers of a chart are rounded, in words. */
export const rounding = ({ fields }: Sheet): string => {
  const numbers = fields.filter(({ unit }) => unit !== undefined)
  const steps = numbers.flatMap(({ decimals, unit = "" }) =>
    decimals === undefined ? [] : [`${Score.roundHalfUp(10 ** -decimals, decimals)} ${unit}`]
  )
  if (steps.length === 0) return "none; values are compared as they are given"
  const others =
    steps.length < numbers.length ? "other values are compared as they are given; " : ""
  const resolution = listed([...new Set(steps)])
  return `half up to the resolution of the chart: ${resolution}; ${others}raw values are kept`
}

const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`
