/**
 * What is wrong with the definition of a chart: every problem at once, each with the place it is
 * at.
 */
import type * as Shape from "./chartShape.ts"
import * as Cells from "./cells.ts"
import * as Coverage from "./coverage.ts"

/** All that is wrong, in the order of the definition; nothing when the chart can be used. */
export const problems = (definition: Shape.Definition): ReadonlyArray<Shape.Problem> => [
  ...texts(definition),
  ...population(definition.population),
  ...columns(definition.points),
  ...names(definition),
  ...definition.inputs.flatMap((input) => inputProblems(input, definition.points)),
  ...bands(definition.bands),
  ...single(definition)
]

const when = (wrong: boolean, at: string, problem: string): ReadonlyArray<Shape.Problem> =>
  wrong ? [{ at, problem }] : []

const texts = (definition: Shape.Definition): ReadonlyArray<Shape.Problem> =>
  (["id", "version", "citation"] as const).flatMap((at) =>
    when(definition[at].trim() === "", at, "is empty")
  )

const population = (population: Shape.Population | undefined): ReadonlyArray<Shape.Problem> => {
  if (population === undefined) return []
  const { ageFrom = 0, ageBelow = Infinity, description } = population
  return [
    ...when(description.trim() === "", "population.description", "is empty"),
    ...when(!(ageFrom >= 0 && ageFrom < ageBelow), "population", "has no age in it")
  ]
}

const isCount = (points: number): boolean => Number.isFinite(points) && points >= 0

const columns = (points: ReadonlyArray<number>): ReadonlyArray<Shape.Problem> =>
  when(!points.every(isCount), "points", "is not all numbers of 0 or more")

// These are what a population asks about; an age may be scored as well.
const reserved = ["pregnant", "postpartum"]

// The times of the inputs stand beside them under this name.
const isUsable = (name: string): boolean =>
  /^[a-z][A-Za-z0-9]*$/.test(name) && !(name in {}) && name !== "observedAt"

const names = ({ inputs }: Shape.Definition): ReadonlyArray<Shape.Problem> => [
  ...when(inputs.length === 0, "inputs", "is empty"),
  ...inputs.flatMap(({ name }, at) => [
    ...when(!isUsable(name), place(name), "is not a usable name"),
    ...when(reserved.includes(name), place(name), "is reserved for the population"),
    ...when(
      inputs.findIndex((other) => other.name === name) < at,
      place(name),
      "is the name of an earlier input"
    )
  ])
]

const place = (name: string): string => `inputs.${name}`

const inputProblems = (
  input: Shape.Input,
  points: ReadonlyArray<number>
): ReadonlyArray<Shape.Problem> => {
  const at = place(input.name)
  if (input.kind === "number") return numberProblems(input, points.length)
  if (input.kind === "flag") {
    return when(!isCount(input.points), at, "has points that are not 0 or more")
  }
  const codes = Object.entries(input.points)
  return [
    ...when(codes.length === 0, at, "has no codes"),
    ...codes.flatMap(([code, points]) =>
      when(!isCount(points), `${at}.${code}`, "has points that are not 0 or more")
    )
  ]
}

const numberProblems = (
  input: Shape.NumberInput,
  columns: number
): ReadonlyArray<Shape.Problem> => {
  const at = place(input.name)
  const { decimals = 0, maximum, minimum, row, unit } = input
  const basics = [
    ...when(unit.trim() === "", at, "has no unit"),
    ...when(!(minimum < maximum), at, "has no possible value"),
    ...when(
      !(Number.isInteger(decimals) && decimals >= 0 && decimals <= 6),
      at,
      "has decimals that are not 0 to 6"
    )
  ]
  const texts = Cells.texts(row)
  return [
    ...basics,
    ...when(
      texts.length !== columns,
      at,
      `has ${texts.length} cells under ${columns} columns of points`
    ),
    ...(basics.length === 0 ? cellProblems(input, texts) : [])
  ]
}

const cellProblems = (
  { decimals, maximum, minimum, name, whole }: Shape.NumberInput,
  texts: ReadonlyArray<string>
): ReadonlyArray<Shape.Problem> => {
  const at = place(name)
  const read = texts
    .filter((text) => text !== "")
    .map((text) => ({ text, cell: Cells.parse(text) }))
  const unread = read.filter(({ cell }) => cell === undefined || cell.minimum > cell.maximum)
  if (unread.length > 0) {
    return unread.map(({ text }) => ({ at, problem: `has a cell that cannot be read: ${text}` }))
  }
  const cells = read.flatMap(({ cell }) => cell ?? [])
  const resolution = whole === true ? 0 : decimals
  return Coverage.flaws(cells, { minimum, maximum }, resolution).map(({ kind, from, to }) => {
    const values = from === to ? from : `${from} to ${to}`
    return { at, problem: `has ${kind === "gap" ? "no cell" : "two cells"} for ${values}` }
  })
}

const bands = (bands: Shape.Definition["bands"]): ReadonlyArray<Shape.Problem> =>
  bands.flatMap(({ band, from }, at) => [
    ...when(band.trim() === "", `bands.${at}`, "has no name"),
    ...when(at === 0 && from !== 0, `bands.${at}`, "does not begin at 0"),
    ...when(at > 0 && !(from > (bands[at - 1]?.from ?? 0)), `bands.${at}`, "is not above the last")
  ])

const single = ({
  bands,
  inputs,
  points,
  single
}: Shape.Definition): ReadonlyArray<Shape.Problem> => {
  if (single === undefined) return []
  const reached = inputs.some((input) => highestOf(input, points) >= single.points)
  const rank = bands.findIndex(({ band }) => band === single.band)
  const above = bands.findIndex(({ from }) => from === single.below)
  return [
    ...when(!(single.points > 0 && reached), "single.points", "is reached by no input"),
    ...when(above === -1, "single.below", "is not where a band begins"),
    ...when(above !== -1 && above < rank, "single.band", "would fall as the total rises")
  ]
}

const highestOf = (input: Shape.Input, points: ReadonlyArray<number>): number => {
  if (input.kind === "flag") return input.points
  if (input.kind === "code") return Math.max(...Object.values(input.points))
  return Math.max(...points.filter((_, at) => (Cells.texts(input.row)[at] ?? "") !== ""))
}
