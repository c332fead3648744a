/**
 * What is marked on a strip, drawn row by row: beats and episodes above the trace, waves below it,
 * unusable stretches across it.
 *
 * No meaning hangs on a colour alone: beats and waves carry their letters, episodes their names,
 * unusable stretches a hatching. The colours are those of Okabe and Ito, which the colour-blind tell
 * apart.
 */
import * as Xml from "./stripXml.ts"
import type { Mark } from "../Metric.ts"
import type { Row } from "./stripScale.ts"

const blue = "#0072b2"
const orange = "#c04f00"
const green = "#00785a"
const purple = "#8a3f73"
const grey = "#444"

interface Wave {
  readonly name: string
  readonly colour: string
  /** Where the name stands below the bar, so that those of neighbours do not meet. */
  readonly anchor: "start" | "middle" | "end"
}

// Maps, since a kind may be any text, names of what every object has among them.
const waves = new Map<string, Wave>([
  ["p", { name: "P", colour: blue, anchor: "end" }],
  ["qrs", { name: "QRS", colour: orange, anchor: "start" }],
  ["t", { name: "T", colour: green, anchor: "middle" }]
])

const beatColours = new Map([
  ["V", orange],
  ["S", blue],
  ["/", purple]
])

export const isWave = ({ kind }: Mark): boolean => waves.has(kind)
export const isBeat = ({ kind }: Mark): boolean => kind === "beat"
export const isUnusable = ({ kind }: Mark): boolean => kind === "unusable"
export const isEpisode = (mark: Mark): boolean =>
  !isWave(mark) && !isBeat(mark) && !isUnusable(mark)

/** What an episode is called. */
export const nameOf = ({ label, kind }: Mark): string => Xml.cut(label ?? kind, 60)

const at = ({ peak, onset }: Mark): number => peak ?? onset

/** Whether any of a mark is in a stretch of samples. */
export const isIn = (mark: Mark, start: number, end: number): boolean =>
  isBeat(mark)
    ? at(mark) >= start && at(mark) < end
    : mark.onset < end && mark.offset >= start && mark.offset >= mark.onset

const xOf = (row: Row, sample: number): number =>
  row.x + (Math.min(Math.max(sample, row.start), row.end) - row.start) * row.mmPerSample

/** Ticks at the beats, with the letters of their classes above them, in a lane of 5 mm. */
export const beats = (marks: ReadonlyArray<Mark>, row: Row, y: number): string =>
  marks
    .filter((mark) => isBeat(mark) && isIn(mark, row.start, row.end))
    .map((mark) => {
      const x = xOf(row, at(mark))
      const letter = Xml.cut(mark.label ?? "", 4)
      const colour = beatColours.get(letter) ?? grey
      const tick = Xml.element("path", {
        class: "beat",
        d: `M${Xml.number(x)} ${Xml.number(y + 5)}l-0.8 -1.4h1.6z`,
        fill: colour
      })
      const style = { fill: colour, "text-anchor": "middle", "font-weight": "bold" }
      return letter === "" ? tick : tick + Xml.label(letter, x, y + 3, style)
    })
    .join("")

/** Bars from onset to offset with a notch at the peak and the name of the wave, in a lane of 5 mm. */
export const spans = (marks: ReadonlyArray<Mark>, row: Row, y: number): string =>
  marks
    .filter((mark) => isIn(mark, row.start, row.end))
    .map((mark) => {
      const wave = waves.get(mark.kind)
      return wave === undefined ? "" : span(mark, wave, row, y)
    })
    .join("")

const span = (
  { onset, peak, offset }: Mark,
  { name, colour, anchor }: Wave,
  row: Row,
  y: number
): string => {
  const x = xOf(row, onset)
  const width = Math.max(0.2, xOf(row, offset) - x)
  const notch =
    peak !== undefined && peak >= row.start && peak < row.end
      ? `M${Xml.number(xOf(row, peak))} ${Xml.number(y + 1)}l-0.6 -1h1.2z`
      : ""
  const bar = `M${Xml.number(x)} ${Xml.number(y + 1)}h${Xml.number(width)}v1h-${Xml.number(width)}z`
  const nameAt = x + { start: 0, middle: width / 2, end: width }[anchor]
  const style = { fill: colour, "text-anchor": anchor, "font-size": 2 }
  return (
    Xml.element("path", { class: "wave", d: notch + bar, fill: colour }) +
    Xml.label(name, nameAt, y + 4.2, style)
  )
}

// Paper around a text, so that it can be read on a hatching.
const halo = { stroke: "#fffdfb", "stroke-width": 0.8, "paint-order": "stroke" }

/** A hatching over the height of the trace. */
export const unusable = (marks: ReadonlyArray<Mark>, row: Row, y: number, height: number): string =>
  marks
    .filter((mark) => isUnusable(mark) && isIn(mark, row.start, row.end))
    .map((mark) => {
      const x = xOf(row, mark.onset)
      const width = Math.max(0.2, xOf(row, mark.offset) - x)
      const name = Xml.cut(mark.label ?? "unusable", Math.max(3, Math.floor(width / 1.6)))
      return (
        Xml.element("rect", {
          class: "unusable",
          x,
          y,
          width,
          height,
          fill: "url(#bedside-hatch)"
        }) + Xml.label(name, x + 1, y + height - 1.2, { fill: grey, "font-size": 2.6, ...halo })
      )
    })
    .join("")

/** The most episodes that are drawn above each other. */
const mostLanes = 5

const characterWidth = 1.7

/**
 * The episodes of a row in lanes, so that neither bars nor names overlap. What finds no room in
 * `mostLanes` is missing from all of them.
 */
export const lanes = (marks: ReadonlyArray<Mark>, row: Row): ReadonlyArray<ReadonlyArray<Mark>> => {
  const rows: Array<{ readonly marks: Array<Mark>; end: number }> = []
  const present = marks.filter((mark) => isEpisode(mark) && isIn(mark, row.start, row.end))
  for (const mark of present.toSorted((left, right) => left.onset - right.onset)) {
    const x = xOf(row, mark.onset)
    const named = x + 3 + nameOf(mark).length * characterWidth
    const end = Math.max(xOf(row, mark.offset), named)
    const lane = rows.find((each) => each.end <= x)
    if (lane !== undefined) {
      lane.marks.push(mark)
      lane.end = end
    } else if (rows.length < mostLanes) rows.push({ marks: [mark], end })
  }
  return rows.map((each) => each.marks)
}

/** Bars with their names, each lane 5 mm high. */
export const episodes = (marks: ReadonlyArray<Mark>, row: Row, y: number): string =>
  lanes(marks, row)
    .flatMap((lane, index) => lane.map((mark) => episode(mark, row, y + index * 5)))
    .join("")

const episode = (mark: Mark, row: Row, y: number): string => {
  const x = xOf(row, mark.onset)
  const end = Math.max(x + 0.5, xOf(row, mark.offset))
  // An end stroke says that the episode ends here, and does not go on in the next row.
  const begins = mark.onset >= row.start ? `M${Xml.number(x + 0.2)} ${Xml.number(y + 0.6)}v3.8` : ""
  const ends = mark.offset < row.end ? `M${Xml.number(end - 0.2)} ${Xml.number(y + 0.6)}v3.8` : ""
  const bar = { class: "episode", x, y: y + 0.6, width: end - x, height: 3.8 }
  return (
    Xml.element("rect", { ...bar, fill: "#56b4e9", "fill-opacity": "0.3" }) +
    Xml.element("path", {
      d: `${begins}${ends}M${Xml.number(x)} ${Xml.number(y + 4.4)}H${Xml.number(end)}`,
      stroke: blue,
      "stroke-width": 0.4,
      fill: "none"
    }) +
    Xml.label(nameOf(mark), x + 1.2, y + 3.4, { fill: "#004a75" })
  )
}
