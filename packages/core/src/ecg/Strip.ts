/**
 * A recording as a standard ECG strip, with what was found in it, as an SVG that prints to scale.
 *
 * The guarantee that bites: one user unit is one millimetre, and what the caption says of speed and
 * gain is so. Without a sampling rate or a gain the strip is drawn all the same and says that it is
 * not to scale. Text from outside is escaped, and a strip holds no script, no link and no style sheet.
 *
 * Not a medical device.
 */
import type * as Metric from "./Metric.ts"
import * as Caption from "./internal/stripCaption.ts"
import * as Marks from "./internal/stripMarks.ts"
import * as Scale from "./internal/stripScale.ts"
import * as Trace from "./internal/stripTrace.ts"
import * as Xml from "./internal/stripXml.ts"
import type * as Recording from "./Recording.ts"

/**
 * What marks come from: the findings of an analysis, or anything else that carries marks. A mark is
 * drawn by its `kind`:
 *
 * - `beat`: a tick at `peak` (or `onset`) with its `label`, such as N, S, V or `/`
 * - `p`, `qrs`, `t`: a bar from `onset` to `offset` below the trace, with a notch at `peak`
 * - `unusable`: a hatching across the trace
 * - any other: an episode, a bar above the trace with its `label` or else its kind
 *
 * @since 0.2.0
 */
export interface Finding {
  readonly marks?: ReadonlyArray<Metric.Mark> | undefined
}

/**
 * How a strip is drawn: `from` and `seconds` in s, `speed` in mm/s, `amplitude` in mm/mV, `leads` by
 * name in the order wanted.
 *
 * @since 0.2.0
 */
export type Options = Scale.Options

// All in mm, and multiples of the 5 mm of the grid, so that baselines lie on it.
const margin = 5
const gutter = 15
const lane = 5
const heading = 10
const footing = 10

/** The room of a lead in every row of it: above and below its baseline, and the lanes around. */
interface Band {
  readonly lead: Recording.Lead
  readonly marks: ReadonlyArray<Metric.Mark>
  readonly episodes: number
  readonly beats: number
  readonly above: number
  readonly below: number
  readonly waves: number
}

/**
 * Draws a recording as an ECG strip.
 *
 * Units: 25 mm/s and 10 mm/mV unless `speed` (5 to 100) and `amplitude` (1 to 40) say otherwise; `from`
 * 0 s and `seconds` 10 s, at most 60. Shape: an SVG document in one string, as wide and as high as it
 * is to be printed; the leads one below the other in rows of 250 mm, long strips in several. A trace
 * is centred on its median in each row and cut off 40 mm above and 30 mm below it; a pulse of 1 mV
 * stands before it. Missing samples break the line.
 *
 * Fails with: nothing. Without a gain the scale is chosen so that the traces fit, there is no pulse,
 * and the caption says `uncalibrated`; without a sampling rate 10 samples are 1 mm at 25 mm/s, and the
 * time marks are numbers of samples. No lead, or no sample where the strip begins, gives a strip that
 * says so. Options that are NaN count as absent, others are taken to the nearest limit; leads that are
 * not there are skipped, and so are marks at NaN. Of more than 5 episodes at once the caption counts
 * those that are not drawn.
 *
 * Method: where a tenth of a millimetre holds 4 samples or more, the lowest and the highest of them
 * are drawn, so that no peak is lost.
 *
 * @example
 * ```ts
 * import * as Recording from "@bedside/core/Recording"
 * import * as Strip from "@bedside/core/Strip"
 *
 * const leads = [{ name: "II", samples: Recording.pack([0, 0, 200, -50, 0, 0]) }]
 * const recording = { id: "10", date: "2026-03-01", samplingRate: 250, gain: 200, leads }
 * const beat = { kind: "beat", onset: 2, offset: 2, label: "N" }
 * const svg = Strip.svg(recording, [{ marks: [beat] }])
 * svg.startsWith("<svg ") // => true
 * svg.includes("25 mm/s, 10 mm/mV") // => true
 * ```
 * @since 0.2.0
 */
export const svg = (
  recording: Recording.Recording,
  findings: ReadonlyArray<Finding>,
  options: Options = {}
): string => {
  const leads = Scale.leads(recording, options)
  const scale = Scale.of(recording, leads, options)
  const rows = Scale.rows(scale, margin + gutter)
  const marks = findings
    .flatMap((finding) => finding.marks ?? [])
    .filter((mark) => Marks.isIn(mark, scale.from, scale.to))
  const bands = leads.map((lead, index) => bandOf(lead, index, marks, rows, scale))
  const height = bands.reduce((sum, band) => sum + heightOf(band), lane)
  const drawn = rows.map((row, index) =>
    system(bands, row, margin + heading + index * height, scale)
  )
  return document(recording, bands, scale, height * rows.length, drawn.join(""))
}

const bandOf = (
  lead: Recording.Lead,
  index: number,
  marks: ReadonlyArray<Metric.Mark>,
  rows: ReadonlyArray<Scale.Row>,
  { mmPerUnit }: Scale.Scale
): Band => {
  const own = marks.filter((mark) => belongsTo(mark, lead, index))
  const extents = rows.map((row) => {
    const values = Trace.sorted(Scale.samples(lead, row).signal)
    const [lowest, centre, highest] = [0, 0.5, 1].map((at) => Trace.quantile(values, at, 0))
    return { above: highest! - centre!, below: centre! - lowest! }
  })
  const inFives = (units: ReadonlyArray<number>) =>
    Math.ceil((Math.max(...units) * mmPerUnit + 1) / 5) * 5
  const hasWaves = own.some(Marks.isWave)
  return {
    lead,
    marks: own,
    episodes: Math.max(...rows.map((row) => Marks.lanes(own, row).length)) * lane,
    beats: own.some(Marks.isBeat) ? lane : 0,
    above: Scale.within(inFives(extents.map((it) => it.above)), 15, 40, 15),
    below: Scale.within(inFives(extents.map((it) => it.below)), hasWaves ? 5 : 10, 30, 10),
    waves: hasWaves ? lane : 0
  }
}

// Marks of the whole recording stand once, at the first lead; only what cannot be used is struck out
// in every lead.
const belongsTo = (mark: Metric.Mark, lead: Recording.Lead, index: number): boolean =>
  mark.lead === undefined ? index === 0 || Marks.isUnusable(mark) : mark.lead === lead.name

const heightOf = (band: Band): number =>
  band.episodes + band.beats + band.above + band.below + band.waves

/** All leads over the time of one row, and the time below them. */
const system = (
  bands: ReadonlyArray<Band>,
  row: Scale.Row,
  top: number,
  scale: Scale.Scale
): string => {
  const drawn: Array<string> = []
  let y = top
  for (const band of bands) {
    drawn.push(leadRow(band, row, y, scale))
    y += heightOf(band)
  }
  return drawn.join("") + timeMarks(row, y, scale)
}

const leadRow = (band: Band, row: Scale.Row, top: number, scale: Scale.Scale): string => {
  const beatsAt = top + band.episodes
  const traceAt = beatsAt + band.beats
  const baseline = traceAt + band.above
  const height = band.above + band.below
  const nameAt = Math.max(traceAt + 3.4, baseline - scale.amplitude - 1.5)
  return [
    Marks.unusable(band.marks, row, traceAt, height),
    trace(band.lead, row, baseline, { y: traceAt, width: scale.width, height }, scale),
    scale.isCalibrated ? pulse(baseline, scale) : "",
    Xml.label(Xml.cut(band.lead.name, 7), margin + 1.5, nameAt, {
      "font-size": 3.4,
      "font-weight": "bold"
    }),
    Marks.episodes(band.marks, row, top),
    Marks.beats(band.marks, row, beatsAt),
    Marks.spans(band.marks, row, traceAt + height)
  ].join("")
}

const ink = {
  fill: "none",
  stroke: "#111",
  "stroke-width": 0.25,
  "stroke-linejoin": "round",
  "stroke-linecap": "round"
}

/** The line of a lead in a window of its own, which it does not leave. */
const trace = (
  lead: Recording.Lead,
  row: Scale.Row,
  baseline: number,
  window: { readonly y: number; readonly width: number; readonly height: number },
  { mmPerSample, mmPerUnit }: Scale.Scale
): string => {
  const { signal, x } = Scale.samples(lead, row)
  const centre = Trace.quantile(Trace.sorted(signal), 0.5, 0)
  const d = Trace.path(signal, { x, y: baseline, centre, mmPerSample, mmPerUnit })
  const viewBox = [row.x, window.y, window.width, window.height].map(Xml.number).join(" ")
  const line = Xml.element("path", { class: "trace", "data-lead": lead.name, d, ...ink })
  return d === "" ? "" : Xml.element("svg", { x: row.x, ...window, viewBox }, line)
}

/** The calibration pulse: 1 mV over 5 mm. */
const pulse = (baseline: number, { amplitude }: Scale.Scale): string => {
  const [y, up] = [baseline, amplitude].map(Xml.number)
  const d = `M${margin + 2.5} ${y}h2.5v-${up}h5v${up}h2.5`
  return Xml.element("path", { class: "calibration", d, ...ink })
}

const timeSteps = [0.2, 0.5, 1, 2, 5]

const timeMarks = (row: Scale.Row, y: number, scale: Scale.Scale): string => {
  const { samplingRate, speed, isTimed } = scale
  const step = timeSteps.find((each) => each * speed >= 20) ?? 5
  const first = Math.ceil(row.start / samplingRate / step - 1e-9)
  const last = Math.ceil(row.end / samplingRate / step - 1e-9)
  return Array.from({ length: Math.max(0, last - first) }, (_, index) => {
    const time = (first + index) * step
    const x = row.x + (time * samplingRate - row.start) * scale.mmPerSample
    const text = isTimed ? Caption.clock(time) : String(Math.round(time * samplingRate))
    return (
      Xml.element("path", { d: `M${Xml.number(x)} ${Xml.number(y)}v1.5`, ...ink }) +
      Xml.label(text, x + 0.6, y + 2.8, { "font-size": 2.4, fill: "#555" })
    )
  }).join("")
}

/** The sheet: what it says, the paper with its grid, and what is drawn on it. */
const document = (
  recording: Recording.Recording,
  bands: ReadonlyArray<Band>,
  scale: Scale.Scale,
  height: number,
  drawn: string
): string => {
  const marks = [...new Set(bands.flatMap((band) => band.marks))]
  const title = `ECG ${Xml.cut(recording.id, 40)}, ${Xml.cut(recording.date, 40)}`
  const stretch = Caption.stretch(bands, scale)
  const names = bands.map(({ lead }) => lead.name).join(", ")
  const device = "Not a medical device"
  const description = `${names === "" ? "" : `Leads ${names}. `}${stretch}; ${Caption.scale(scale)}. ${Caption.inWords(marks)} ${device}.`
  const paper = { x: margin, y: margin + heading, width: gutter + scale.width + 5, height }
  const width = paper.width + 2 * margin
  const right = width - margin
  const bottom = paper.y + height
  const sheet = { width, height: bottom + footing }
  return Xml.element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      role: "img",
      width: `${Xml.number(sheet.width)}mm`,
      height: `${Xml.number(sheet.height)}mm`,
      viewBox: `0 0 ${Xml.number(sheet.width)} ${Xml.number(sheet.height)}`,
      "font-family": "Helvetica, Arial, sans-serif",
      "font-size": 2.8,
      fill: "#222"
    },
    [
      Xml.element("title", {}, Xml.text(title)),
      Xml.element("desc", {}, Xml.text(description)),
      definitions,
      Xml.element("rect", { ...sheet, fill: "#fff" }),
      Xml.label(title, margin, margin + 5, { "font-size": 4, "font-weight": "bold" }),
      Xml.label(stretch, right, margin + 5, { "font-size": 3, "text-anchor": "end" }),
      Xml.element("rect", { ...paper, fill: "#fffdfb" }),
      Xml.element("rect", { ...paper, fill: "url(#bedside-grid)", ...thickLine }),
      drawn,
      Xml.label(Caption.scale(scale), margin, bottom + 4),
      Xml.label(device, right, bottom + 4, { "text-anchor": "end" }),
      Xml.label(legend(marks, bands, scale), margin, bottom + 8, smallPrint)
    ].join("")
  )
}

const smallPrint = { fill: "#555", "font-size": 2.4 }

const legend = (
  marks: ReadonlyArray<Metric.Mark>,
  bands: ReadonlyArray<Band>,
  scale: Scale.Scale
): string => {
  const rows = Scale.rows(scale, margin + gutter)
  const drawn = new Set(
    bands.flatMap((band) => rows.flatMap((row) => Marks.lanes(band.marks, row).flat()))
  )
  const hidden = marks.filter((mark) => Marks.isEpisode(mark) && !drawn.has(mark)).length
  return [Caption.legend(marks), hidden === 0 ? "" : `${hidden} more episodes are not drawn`]
    .filter((part) => part !== "")
    .join("; ")
}

const thinLine = { stroke: "#f6d3cd", "stroke-width": 0.1 }
const thickLine = { stroke: "#eba99f", "stroke-width": 0.2 }

const gridPattern = {
  id: "bedside-grid",
  x: margin,
  y: margin + heading,
  width: 5,
  height: 5,
  patternUnits: "userSpaceOnUse"
}

const hatchPattern = { id: "bedside-hatch", width: 2, height: 2, patternUnits: "userSpaceOnUse" }

const definitions = Xml.element(
  "defs",
  {},
  Xml.element(
    "pattern",
    gridPattern,
    Xml.element("path", { d: "M1 0v5M2 0v5M3 0v5M4 0v5M0 1h5M0 2h5M0 3h5M0 4h5", ...thinLine }) +
      Xml.element("path", { d: "M0 0v5M0 0h5M5 0v5M0 5h5", ...thickLine })
  ) +
    Xml.element(
      "pattern",
      hatchPattern,
      Xml.element("path", {
        d: "M-0.5 0.5l1 -1M0 2l2 -2M1.5 2.5l1 -1",
        stroke: "#777",
        "stroke-width": 0.25
      })
    )
)
