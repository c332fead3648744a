/**
 * Every method of an analysis: its name, version, unit and parameters, and how its value is taken
 * from a reading. A method that changes its values gets a new version.
 */
import * as Crossings from "../Crossings.ts"
import type { Episode, Finding, Mark, Metric } from "../Metric.ts"
import type * as Classes from "../Classes.ts"
import * as Rhythm from "../Rhythm.ts"
import * as Variability from "../Variability.ts"
import * as Waves from "../Waves.ts"
import type * as Recording from "../Recording.ts"
import type { Complexes, Heart, Lead, Variation } from "./analysisReading.ts"

/** A value, with what it counts and where it was seen; a value that is NaN could not be made. */
type Measured = {
  readonly value: number
  readonly episodes?: ReadonlyArray<Episode>
  readonly marks?: ReadonlyArray<Mark>
}

interface Method<Source> extends Pick<Metric, "name" | "version" | "parameters" | "unit"> {
  readonly measure: (source: Source) => Measured
}

/** The metric of a method; one without a value says why. */
export const apply = <Source>(
  { measure, ...method }: Method<Source>,
  source: Source,
  of: { readonly lead?: string } = {}
): Finding => {
  const { value, ...found } = measure(source)
  return Number.isFinite(value)
    ? { ...method, ...of, value, ...found }
    : { ...method, ...of, error: "too little to measure" }
}

/** The metric of a method whose source could not be read. */
export const fail = <Source>(
  { measure: _, ...method }: Method<Source>,
  error: string,
  of: { readonly lead?: string } = {}
): Finding => ({ ...method, ...of, error })

const valueOf =
  <Source>(value: (source: Source) => number) =>
  (source: Source): Measured => ({ value: value(source) })

/** Of the samples alone, without a sampling rate. */
export const ofSamples: ReadonlyArray<Method<Recording.Lead>> = [
  {
    name: "zero-crossings",
    version: "1",
    parameters: { definition: "sign-change" },
    measure: valueOf(({ samples }) => Crossings.count(samples))
  }
]

const unusable = ({ quality }: Lead): ReadonlyArray<Episode> =>
  quality.unusable.map(({ start, end, reasons }) => ({
    kind: reasons.join(", "),
    start,
    end,
    evidence: {}
  }))

const inLead =
  (name: string) =>
  ({ kind, start, end }: Episode): Mark => ({
    kind: "unusable",
    lead: name,
    onset: start,
    offset: end,
    label: kind
  })

/** Of a lead by itself, whatever it shows. */
export const ofLeads: ReadonlyArray<Method<Lead>> = [
  {
    name: "quality",
    version: "1",
    unit: "1",
    parameters: { window: 5 },
    measure: (lead) => {
      const episodes = unusable(lead)
      return { value: lead.quality.index, episodes, marks: episodes.map(inLead(lead.name)) }
    }
  }
]

/** Of a lead in which a heart can be read. */
export const ofReadableLeads: ReadonlyArray<Method<Lead>> = [
  {
    name: "beats",
    version: "1",
    unit: "{beats}",
    parameters: {},
    measure: valueOf(({ beats }) => beats.length)
  },
  {
    name: "heart-rate",
    version: "1",
    unit: "/min",
    parameters: { statistic: "median" },
    measure: valueOf(({ quality }) => quality.heartRate ?? NaN)
  }
]

/** The complexes of a lead with the name of the lead. */
export interface Named extends Complexes {
  readonly name: string
}

const marksOf = (kind: "p" | "qrs" | "t", { name, waves }: Named): ReadonlyArray<Mark> =>
  waves.flatMap((beat) => {
    const wave = beat[kind]
    return wave === undefined ? [] : [{ kind, lead: name, ...wave }]
  })

const median = { statistic: "median" }

const interval = (
  name: string,
  field: keyof Waves.Intervals,
  wave?: "p" | "qrs" | "t"
): Method<Named> => ({
  name,
  version: "1",
  unit: "ms",
  parameters: median,
  measure: (complexes) => ({
    value: complexes.medians[field],
    ...(wave === undefined ? {} : { marks: marksOf(wave, complexes) })
  })
})

const corrected = (formula: keyof Waves.CorrectedQt): Method<Named> => ({
  name: `qtc-${formula}`,
  version: "1",
  unit: "ms",
  parameters: { formula, of: "median QT and median RR" },
  measure: valueOf(({ medians }) => Waves.qtc(medians.qt, medians.rr)[formula])
})

/** Of the waves in a lead. */
export const ofComplexes: ReadonlyArray<Method<Named>> = [
  interval("p-duration", "p", "p"),
  interval("pr-interval", "pr"),
  interval("qrs-duration", "qrs", "qrs"),
  interval("qt-interval", "qt", "t"),
  corrected("bazett"),
  corrected("fridericia"),
  corrected("framingham"),
  corrected("hodges")
]

/** Of the waves in a lead whose gain is known. */
export const ofVoltages: ReadonlyArray<Method<Named>> = [
  {
    name: "st-level",
    version: "1",
    unit: "mV",
    parameters: median,
    measure: valueOf(({ stLevel }) => stLevel)
  }
]

const labels: { readonly [C in Classes.Class]: string } = {
  normal: "N",
  ventricular: "V",
  supraventricular: "S",
  paced: "/",
  unclassified: "Q"
}

const beatMarks = ({ beats, classified }: Heart): ReadonlyArray<Mark> =>
  Array.from(beats, (beat, index) => ({
    kind: "beat",
    onset: beat,
    offset: beat,
    label: labels[classified.classes[index] ?? "unclassified"]
  }))

const counted = (
  name: string,
  unit: string,
  value: (found: Classes.Classified) => number
): Method<Heart> => ({
  name,
  version: "1",
  unit,
  parameters: {},
  measure: valueOf(({ classified }) => value(classified))
})

const episodesOf = (kind: Rhythm.Kind): Method<Heart> => ({
  name: kind,
  version: "1",
  unit: "{episodes}",
  parameters: {},
  measure: (heart) => {
    const episodes = heart.episodes.filter((episode) => episode.kind === kind)
    const marks = episodes.map(({ start, end }) => ({ kind, onset: start, offset: end }))
    return { value: episodes.length, episodes, marks }
  }
})

const share = (kind: Rhythm.Kind): Method<Heart> => ({
  name: `${kind}-share`,
  version: "1",
  unit: "%",
  parameters: { of: "duration" },
  measure: valueOf(({ episodes, length }) => {
    const lasting = episodes.filter((episode) => episode.kind === kind)
    return (100 * lasting.reduce((sum, { start, end }) => sum + end - start, 0)) / length
  })
})

const selections = {
  normal: { prefix: "nn", intervals: "between normal beats" },
  all: { prefix: "rr", intervals: "between all beats" }
} as const

type Selection = keyof typeof selections

type Statistic = readonly [name: string, unit: string, value: (found: Variation) => number]

const statistics =
  (method: keyof typeof Variability.methods, ...all: ReadonlyArray<Statistic>) =>
  (selection: Selection): ReadonlyArray<Method<Heart>> =>
    all.map(([name, unit, value]) => ({
      name: `${selections[selection].prefix}-${name}`,
      version: Variability.methods[method],
      unit,
      parameters: { method, intervals: selections[selection].intervals },
      measure: valueOf(({ variation }) => value(variation[selection]))
    }))

const timeDomain = statistics(
  "time-domain",
  ["intervals", "{intervals}", ({ time }) => time.count],
  ["mean", "ms", ({ time }) => time.mean],
  ["sdnn", "ms", ({ time }) => time.sdnn],
  ["rmssd", "ms", ({ time }) => time.rmssd],
  ["sdsd", "ms", ({ time }) => time.sdsd],
  ["pnn50", "%", ({ time }) => time.pnn50],
  ["pnn20", "%", ({ time }) => time.pnn20],
  ["sdann", "ms", ({ time }) => time.sdann],
  ["sdnn-index", "ms", ({ time }) => time.sdnnIndex]
)

const nonlinear = statistics(
  "nonlinear",
  ["sd1", "ms", ({ nonlinear }) => nonlinear.sd1],
  ["sd2", "ms", ({ nonlinear }) => nonlinear.sd2],
  ["sample-entropy", "1", ({ nonlinear }) => nonlinear.sampleEntropyWithinStretches],
  ["dfa-alpha1", "1", ({ nonlinear }) => nonlinear.dfaAlpha1],
  ["dfa-alpha2", "1", ({ nonlinear }) => nonlinear.dfaAlpha2],
  ["triangular-index", "1", ({ nonlinear }) => nonlinear.triangularIndex]
)

const spectrum = (
  method: Variability.FrequencyDomain["method"],
  of: (found: Variation) => Variability.FrequencyDomain
) =>
  statistics(
    method,
    [`vlf-${method}`, "ms2", (found) => of(found).vlf],
    [`lf-${method}`, "ms2", (found) => of(found).lf],
    [`hf-${method}`, "ms2", (found) => of(found).hf],
    [`lf-hf-${method}`, "1", (found) => of(found).lfHf]
  )

const welch = spectrum("welch", (found) => found.welch)
const lombScargle = spectrum("lomb-scargle", (found) => found.lombScargle)

const artefacts = statistics("lipponen-tarvainen", [
  "artefacts",
  "%",
  ({ corrected }) => 100 * corrected.share
])

/** Of what the leads show together. */
export const ofHearts: ReadonlyArray<Method<Heart>> = [
  {
    name: "beats",
    version: "1",
    unit: "{beats}",
    parameters: {},
    measure: (heart) => ({ value: heart.beats.length, marks: beatMarks(heart) })
  },
  {
    name: "heart-rate",
    version: "1",
    unit: "/min",
    parameters: { statistic: "60000 / mean interval in ms" },
    measure: valueOf(({ variation }) => variation.all.time.heartRate)
  },
  counted("normal-beats", "{beats}", ({ counts }) => counts.normal),
  counted("ventricular-beats", "{beats}", ({ counts }) => counts.ventricular),
  counted("supraventricular-beats", "{beats}", ({ counts }) => counts.supraventricular),
  counted("paced-beats", "{beats}", ({ counts }) => counts.paced),
  counted("unclassified-beats", "{beats}", ({ counts }) => counts.unclassified),
  counted("ventricular-couplets", "{couplets}", ({ ventricular }) => ventricular.couplets),
  counted("ventricular-runs", "{runs}", ({ ventricular }) => ventricular.runs),
  counted("supraventricular-couplets", "{couplets}", (it) => it.supraventricular.couplets),
  counted("supraventricular-runs", "{runs}", (it) => it.supraventricular.runs),
  ...Rhythm.Kind.literals.map(episodesOf),
  share("atrial-fibrillation"),
  ...timeDomain("normal"),
  ...nonlinear("normal"),
  ...welch("normal"),
  ...lombScargle("normal"),
  ...timeDomain("all"),
  ...nonlinear("all"),
  ...artefacts("all")
]
