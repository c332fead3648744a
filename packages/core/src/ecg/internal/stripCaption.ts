/**
 * What a strip says of itself in words: its scale, its time, and what is marked.
 */
import type * as Metric from "../Metric.ts"
import * as Marks from "./stripMarks.ts"
import * as Xml from "./stripXml.ts"
import type { Scale } from "./stripScale.ts"

/** Speed and gain, as they were drawn. */
export const scale = (drawn: Scale): string => {
  const speed = drawn.isTimed
    ? `${Xml.number(drawn.speed)} mm/s`
    : `${Xml.number(1 / drawn.mmPerSample)} samples/mm (sampling rate unknown)`
  const amplitude = drawn.isCalibrated
    ? `${Xml.number(drawn.amplitude)} mm/mV`
    : `${Number((1 / drawn.mmPerUnit).toPrecision(3))} units/mm (uncalibrated)`
  return `${speed}, ${amplitude}`
}

/** The time that is shown, or that there is nothing. */
export const stretch = (leads: ReadonlyArray<unknown>, { from, to, ...drawn }: Scale): string => {
  if (leads.length === 0) return "No lead to show"
  if (!(to > from)) return "No samples to show here"
  const time = (sample: number) => clock(sample / drawn.samplingRate)
  return drawn.isTimed ? `${time(from)} to ${time(to)}` : `sample ${from} to sample ${to}`
}

/** Seconds as they are said: `7.5 s`, and from a minute on `1:07.5`. */
export const clock = (time: number): string => {
  const minutes = Math.floor(time / 60 + 1e-9)
  const seconds = Xml.number(Math.abs(time - minutes * 60))
  if (minutes === 0) return `${seconds} s`
  const [whole = "", fraction] = seconds.split(".")
  return `${minutes}:${whole.padStart(2, "0")}${fraction === undefined ? "" : `.${fraction}`}`
}

const beatNames = [
  { label: "N", name: "normal" },
  { label: "S", name: "supraventricular" },
  { label: "V", name: "ventricular" },
  { label: "F", name: "fusion" },
  { label: "/", name: "paced" },
  { label: "Q", name: "unclassified" }
]

/** What the letters above the beats stand for. */
export const legend = (marks: ReadonlyArray<Metric.Mark>): string => {
  const present = new Set(marks.filter(Marks.isBeat).map((mark) => mark.label))
  return beatNames
    .filter(({ label }) => present.has(label))
    .map(({ label, name }) => `${label} ${name}`)
    .join(", ")
}

const mostNames = 20

/** What is marked, counted by name, for those who do not see it. */
export const inWords = (marks: ReadonlyArray<Metric.Mark>): string => {
  const counts = new Map<string, number>()
  for (const mark of marks.filter((each) => !Marks.isWave(each))) {
    const name = Marks.isEpisode(mark)
      ? Marks.nameOf(mark)
      : `${mark.kind} ${Xml.cut(mark.label ?? "", 20)}`.trim()
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const listed = [...counts].slice(0, mostNames).map(([name, count]) => `${name} (${count})`)
  const more = counts.size > mostNames ? [`${counts.size - mostNames} kinds more`] : []
  return listed.length === 0 ? "" : `Marked: ${[...listed, ...more].join(", ")}.`
}
