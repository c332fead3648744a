import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import type * as Metric from "../../src/ecg/Metric.ts"
import * as Recording from "../../src/ecg/Recording.ts"
import * as Strip from "../../src/ecg/Strip.ts"
import * as Signal from "../../src/ecg/Signal.ts"

const recording = (
  leads: Record<string, ReadonlyArray<number>>,
  header: Partial<Recording.Header> = {}
): Recording.Recording => ({
  id: "10",
  date: "2026-03-01",
  samplingRate: 250,
  gain: 200,
  ...header,
  leads: Object.entries(leads).map(([name, values]) => ({ name, samples: Recording.pack(values) }))
})

/** One second of nothing with 1 mV at half a second. */
const beat: ReadonlyArray<number> = Array.from({ length: 250 }, (_, at) => (at === 125 ? 200 : 0))

const seconds = (count: number) => Array.from({ length: count }, () => beat).flat()

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly content: ReadonlyArray<Element>
  readonly text: string
}

const unescaped = (text: string): string => {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" }
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? "")
}

const attribute = / ([A-Za-z][\w:-]*)="((?:[^<>&"]|&(?:amp|lt|gt|quot|#39);)*)"/g
const token =
  /<\/([A-Za-z]+)>|<([A-Za-z]+)((?: [A-Za-z][\w:-]*="(?:[^<>&"]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>|((?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+)/gy

/** Reads XML without comments, processing instructions and CDATA, or fails where it is not well-formed. */
const parse = (xml: string): Element => {
  type Open = { name: string; attributes: Record<string, string>; content: Element[]; text: string }
  const root: Open = { name: "", attributes: {}, content: [], text: "" }
  const open = [root]
  let read = 0
  for (const [all, closed, name, written = "", empty, text] of xml.matchAll(token)) {
    read += all.length
    const parent = open.at(-1) ?? root
    if (text !== undefined) parent.text += unescaped(text)
    else if (closed !== undefined) {
      expect(open.pop()?.name).toBe(closed)
    } else {
      const pairs = Array.from(
        written.matchAll(attribute),
        ([, key = "", value = ""]) => key + value
      )
      const attributes = Object.fromEntries(
        Array.from(written.matchAll(attribute), ([, key = "", value = ""]) => [
          key,
          unescaped(value)
        ])
      )
      expect(Object.keys(attributes)).toHaveLength(pairs.length)
      const element: Open = { name: name ?? "", attributes, content: [], text: "" }
      parent.content.push(element)
      if (empty === "") open.push(element)
    }
  }
  expect(read, `not well-formed at ${xml.slice(read, read + 40)}`).toBe(xml.length)
  expect(open).toHaveLength(1)
  const [only] = root.content
  expect([root.content.length, root.text]).toEqual([1, ""])
  return only ?? root
}

const all = (element: Element): ReadonlyArray<Element> => [element, ...element.content.flatMap(all)]

const draw = (...parameters: Parameters<typeof Strip.svg>) => {
  const svg = Strip.svg(...parameters)
  const root = parse(svg)
  const elements = all(root)
  return {
    svg,
    root,
    elements,
    ofClass: (name: string) => elements.filter((it) => it.attributes["class"] === name),
    texts: elements.filter((it) => it.name === "text").map((it) => it.text),
    description: elements.find((it) => it.name === "desc")?.text ?? ""
  }
}

/** The points of a path of absolute moves and lines, a list for each stroke. */
const strokes = (element: Element | undefined): ReadonlyArray<ReadonlyArray<readonly number[]>> =>
  (element?.attributes["d"] ?? "")
    .split("M")
    .slice(1)
    .map((stroke) =>
      stroke
        .replace("h0", "")
        .split("L")
        .map((point) => point.split(" ").map(Number))
    )

const points = (element: Element | undefined) => strokes(element).flat()

const xs = (element: Element | undefined) => points(element).map(([x = NaN]) => x)
const ys = (element: Element | undefined) => points(element).map(([, y = NaN]) => y)

const height = (element: Element | undefined) => Math.max(...ys(element)) - Math.min(...ys(element))

describe("Strip.svg", () => {
  it("draws 1 s over 25 mm and 1 mV over 10 mm, in a sheet measured in mm", () => {
    const { root, ofClass, texts } = draw(recording({ II: seconds(2) }), [])
    const [trace] = ofClass("trace")
    const [first = NaN] = xs(trace)
    expect(xs(trace)[250]).toBe(first + 25)
    expect(xs(trace).at(-1)).toBeCloseTo(first + 49.9, 6)
    expect(height(trace)).toBe(10)
    const { width, height: high, viewBox } = root.attributes
    expect(viewBox).toBe(`0 0 ${width?.replace("mm", "")} ${high?.replace("mm", "")}`)
    expect(width).toMatch(/^\d+(\.\d+)?mm$/)
    expect(texts).toContain("25 mm/s, 10 mm/mV")
  })

  it("draws a pulse of 1 mV before each lead, as high as the leads are drawn", () => {
    const pulses = (amplitude?: number) =>
      draw(recording({ I: beat, II: beat }), [], { amplitude }).ofClass("calibration")
    expect(pulses().map((it) => it.attributes["d"])).toEqual([
      expect.stringMatching(/h2.5v-10h5v10h2.5$/),
      expect.stringMatching(/h2.5v-10h5v10h2.5$/)
    ])
    expect(pulses(20)[0]?.attributes["d"]).toMatch(/v-20h5v20/)
  })

  it("follows the speed and the amplitude asked for, and says so", () => {
    const { ofClass, texts } = draw(recording({ II: seconds(2) }), [], { speed: 50, amplitude: 5 })
    const [first = NaN] = xs(ofClass("trace")[0])
    expect(xs(ofClass("trace")[0])[250]).toBe(first + 50)
    expect(height(ofClass("trace")[0])).toBe(5)
    expect(texts).toContain("50 mm/s, 5 mm/mV")
  })

  it("takes options to their limits, and NaN for none", () => {
    const far = recording({ II: seconds(90) })
    const shown = (options: Strip.Options) => draw(far, [], options).texts
    expect(shown({ seconds: 1e9 })).toContain("0 s to 1:00")
    expect(shown({ seconds: NaN, from: NaN, speed: NaN })).toEqual(shown({}))
    expect(shown({ from: -5 })).toEqual(shown({}))
    expect(shown({ from: 85 })).toContain("1:25 to 1:30")
    expect(shown({ speed: 0, amplitude: Infinity, seconds: 5 })).toContain("5 mm/s, 40 mm/mV")
  })

  it("continues in rows of 10 s, each lead in each row", () => {
    const { ofClass } = draw(recording({ I: seconds(25), II: seconds(25) }), [], { seconds: 25 })
    const traces = ofClass("trace")
    expect(traces.map((it) => it.attributes["data-lead"])).toEqual([
      "I",
      "II",
      "I",
      "II",
      "I",
      "II"
    ])
    const starts = traces.map((it) => xs(it)[0])
    expect(new Set(starts).size).toBe(1)
    expect(traces.map((it) => points(it).length)).toEqual([2501, 2501, 2501, 2501, 1250, 1250])
  })

  it("marks each second, and says from when to when it is", () => {
    const { texts } = draw(recording({ II: seconds(70) }), [], { from: 58, seconds: 4 })
    expect(texts).toEqual(expect.arrayContaining(["58 s", "59 s", "1:00", "1:01", "58 s to 1:02"]))
    expect(texts).not.toContain("1:02")
  })

  it("shows the leads asked for, in that order, and skips those that are not there", () => {
    const leads = (names?: ReadonlyArray<string>) =>
      draw(recording({ I: beat, II: beat, V1: beat }), [], { leads: names })
        .ofClass("trace")
        .map((it) => it.attributes["data-lead"])
    expect(leads()).toEqual(["I", "II", "V1"])
    expect(leads(["V1", "aVR", "I"])).toEqual(["V1", "I"])
    expect(leads([])).toEqual([])
  })

  it("says that there is nothing, where there is nothing", () => {
    expect(draw(recording({}), []).texts).toContain("No lead to show")
    expect(draw(recording({ II: [] }), []).texts).toContain("No samples to show here")
    const beyond = draw(recording({ II: beat }), [], { from: 9 })
    expect(beyond.texts).toContain("No samples to show here")
    expect(beyond.ofClass("trace")).toEqual([])
  })

  it("draws a single sample as a dot, and a flat line as a line", () => {
    const [dot] = draw(recording({ II: [7] }), []).ofClass("trace")
    expect(dot?.attributes["d"]).toMatch(/^M[\d.]+ [\d.]+h0$/)
    const [line] = draw(recording({ II: [7, 7, 7] }), []).ofClass("trace")
    expect([points(line).length, height(line)]).toEqual([3, 0])
  })

  it("breaks the line where samples are missing", () => {
    const gap = [0, 10, Signal.missing, Signal.missing, 5, Signal.missing, 7, 8]
    const [trace] = draw(recording({ II: gap }), []).ofClass("trace")
    expect(strokes(trace).map((stroke) => stroke.length)).toEqual([2, 1, 2])
    const none = recording({ II: [Signal.missing, Signal.missing] })
    expect(draw(none, []).ofClass("trace")).toEqual([])
  })

  it("keeps each trace in the middle of its row, wherever its samples are", () => {
    const low = draw(recording({ II: seconds(2) }), [])
    const high = draw(recording({ II: seconds(2).map((sample) => sample + 30_000) }), [])
    expect(high.svg).toBe(low.svg)
  })

  it("does not let a spike of 50 mV take more than its row", () => {
    const spike = seconds(2).with(100, 10_000)
    const { root, elements } = draw(recording({ II: spike }), [])
    expect(Number(root.attributes["height"]?.replace("mm", ""))).toBeLessThan(90)
    const window = elements.find((it) => it.name === "svg" && it !== root)?.attributes
    const { x, y, width, height: high } = window ?? {}
    expect(window?.["viewBox"]).toBe([x, y, width, high].join(" "))
  })

  it("says uncalibrated without a gain, and fits the traces", () => {
    const { gain: _, ...bare } = recording({ I: seconds(3), II: seconds(3).map((it) => it * 30) })
    const { texts, ofClass } = draw(bare, [])
    expect(texts.find((text) => text.includes("uncalibrated"))).toMatch(
      /^25 mm\/s, \d+ units\/mm \(uncalibrated\)$/
    )
    expect(ofClass("calibration")).toEqual([])
    const flat = recording({ I: [3, 3, 3] }, { gain: 0 })
    expect(draw(flat, []).texts).toContain("25 mm/s, 1 units/mm (uncalibrated)")
  })

  it("counts samples without a sampling rate, and says that it is unknown", () => {
    const { samplingRate: _, ...bare } = recording({ II: seconds(3) })
    const { texts } = draw(bare, [])
    expect(texts).toEqual(
      expect.arrayContaining([
        "10 samples/mm (sampling rate unknown), 10 mm/mV",
        "sample 0 to sample 750",
        "250",
        "500"
      ])
    )
  })

  it("loses no peak where many samples share a tenth of a millimetre", () => {
    const samples = Int16Array.from({ length: 20_000 }, (_, at) => (at % 7 === 0 ? 3 : -3))
    const dense = recording({ II: Array.from(samples.with(10_003, 400)) }, { samplingRate: 2000 })
    const [trace] = draw(dense, []).ofClass("trace")
    expect(height(trace)).toBeCloseTo(20.15, 6)
    expect(points(trace).length).toBeLessThan(11_000)
    expect(xs(trace)).toEqual(xs(trace).toSorted((a, b) => a - b))
  })

  it("stays below 100 kB a lead for 10 s at any sampling rate", () => {
    for (const samplingRate of [360, 800, 1000, 2000]) {
      const noise = Array.from({ length: samplingRate * 10 }, (_, at) => (at * 7919) % 401)
      const { svg } = draw(recording({ II: noise }, { samplingRate }), [])
      expect(svg.length).toBeLessThan(100_000)
    }
  })

  it("is the same for the same recording, and changes nothing in it", () => {
    const input = recording({ II: seconds(2) })
    const before = structuredClone(input)
    expect(Strip.svg(input, [])).toBe(Strip.svg(input, []))
    expect(input).toEqual(before)
  })
})

describe("the text in a strip", () => {
  const evil = `</text><script>alert("1")</script>&amp;'\u0000\uD800`
  const harmless = `</text><script>alert("1")</script>&amp;'\uFFFD\uFFFD`

  it("is escaped wherever it comes from", () => {
    const input = recording({ [evil]: seconds(1) }, { id: evil, date: evil })
    const marks = [
      { kind: evil, onset: 0, offset: 200 },
      { kind: "beat", onset: 50, offset: 50, label: evil },
      { kind: "unusable", onset: 50, offset: 90, label: evil }
    ]
    const { elements, ofClass, description, texts } = draw(input, [{ marks }])
    expect(elements.filter((it) => it.name === "script")).toEqual([])
    expect(ofClass("trace")[0]?.attributes["data-lead"]).toBe(harmless)
    expect(description).toContain(`${harmless} (1)`)
    expect(texts).toContain(harmless)
  })

  it("names the strip and describes it for those who do not see it", () => {
    const marks = [
      { kind: "beat", onset: 10, offset: 10, label: "N" },
      { kind: "beat", onset: 90, offset: 90, label: "V" },
      { kind: "beat", onset: 150, offset: 150, label: "N" },
      { kind: "pause", onset: 90, offset: 150, label: "Pause of 2.4 s" }
    ]
    const { root, description, texts } = draw(recording({ II: seconds(2), V1: beat }), [{ marks }])
    expect(root.attributes["role"]).toBe("img")
    expect(root.content[0]).toMatchObject({ name: "title", text: "ECG 10, 2026-03-01" })
    expect(description).toBe(
      "Leads II, V1. 0 s to 2 s; 25 mm/s, 10 mm/mV. Marked: beat N (2), beat V (1), Pause of 2.4 s (1). Not a medical device."
    )
    expect(texts).toEqual(
      expect.arrayContaining(["Not a medical device", "N normal, V ventricular"])
    )
  })

  it.prop(
    "is well-formed XML for any names and labels",
    { name: Schema.String, label: Schema.String },
    ({ name, label }) => {
      const marks = [{ kind: `a ${label}`, lead: name, onset: 0, offset: 9 }]
      const { ofClass } = draw(recording({ [name]: beat }, { id: label }), [{ marks }])
      expect(ofClass("episode")).toHaveLength(1)
    }
  )
})

describe("the marks on a strip", () => {
  const origin = 20
  const samplesToMm = 0.1
  const mark = (kind: string, onset: number, offset: number, more: Partial<Metric.Mark> = {}) => ({
    kind,
    onset,
    offset,
    ...more
  })
  const drawMarks = (marks: ReadonlyArray<Metric.Mark>, options: Strip.Options = {}) =>
    draw(recording({ I: seconds(30), II: seconds(30) }), [{}, { marks }], options)
  const startOf = (element: Element | undefined) =>
    Number(/^M([\d.]+)/.exec(element?.attributes["d"] ?? "")?.[1])

  it("put the tick and the letter of a beat at its peak, or else at its onset", () => {
    const { ofClass, elements } = drawMarks([
      mark("beat", 100, 140, { peak: 125, label: "V" }),
      mark("beat", 500, 500)
    ])
    expect(ofClass("beat").map(startOf)).toEqual([
      origin + 125 * samplesToMm,
      origin + 500 * samplesToMm
    ])
    const letters = elements.filter((it) => it.name === "text" && it.text === "V")
    expect(letters.map((it) => it.attributes["x"])).toEqual([String(origin + 12.5)])
  })

  it("draw waves as bars from onset to offset, each with its letters", () => {
    const { ofClass, texts } = drawMarks([
      mark("p", 80, 100, { lead: "II", peak: 90 }),
      mark("qrs", 110, 140, { lead: "II" }),
      mark("t", 180, 230, { lead: "II" })
    ])
    const bars = ofClass("wave").map((it) =>
      /M([\d.]+) [\d.]+h([\d.]+)v1/.exec(it.attributes["d"] ?? "")
    )
    expect(bars.map((bar) => [Number(bar?.[1]), Number(bar?.[2])])).toEqual([
      [28, 2],
      [31, 3],
      [38, 5]
    ])
    expect(texts).toEqual(expect.arrayContaining(["P", "QRS", "T"]))
  })

  it("strike out what is unusable: in its lead, or without one in all", () => {
    const inLead = drawMarks([mark("unusable", 100, 300, { lead: "II" })]).ofClass("unusable")
    expect(inLead.map((it) => [it.attributes["x"], it.attributes["width"]])).toEqual([["30", "20"]])
    expect(drawMarks([mark("unusable", 100, 300)]).ofClass("unusable")).toHaveLength(2)
  })

  it("name every other kind on a bar above the trace, by its label or else its kind", () => {
    const { ofClass, texts } = drawMarks([
      mark("af", 100, 700, { label: "Atrial fibrillation" }),
      mark("pause", 800, 1000),
      mark("constructor", 1500, 1600)
    ])
    expect(ofClass("episode").map((it) => it.attributes["x"])).toEqual(["30", "100", "170"])
    expect(texts).toEqual(expect.arrayContaining(["Atrial fibrillation", "pause"]))
  })

  it("let no two episodes overlap, and count those that find no room", () => {
    const { ofClass, texts } = drawMarks(
      Array.from({ length: 8 }, (_, index) => mark(`episode ${index}`, index * 10, 2000))
    )
    const lanes = new Set(ofClass("episode").map((it) => it.attributes["y"]))
    expect([ofClass("episode").length, lanes.size]).toEqual([5, 5])
    expect(texts).toContain("3 more episodes are not drawn")
  })

  it("continue in the next row, and end at the edge of the strip", () => {
    const bars = drawMarks([mark("af", 1000, 99_999)], { seconds: 20 }).ofClass("episode")
    expect(bars.map((it) => [it.attributes["x"], it.attributes["width"]])).toEqual([
      ["120", "150"],
      ["20", "250"]
    ])
  })

  it("are left out where they are not in the strip, at no number, or of another lead", () => {
    const { ofClass } = drawMarks(
      [
        mark("beat", 10, 10),
        mark("beat", 2600, 2600),
        mark("beat", NaN, NaN),
        mark("beat", 700, 700, { lead: "V9" }),
        mark("qrs", NaN, 600),
        mark("af", 900, NaN),
        mark("af", 900, 800),
        mark("af", 0, 100)
      ],
      { from: 1, seconds: 2 }
    )
    expect([...ofClass("beat"), ...ofClass("wave"), ...ofClass("episode")]).toEqual([])
  })
})

describe("a strip of a real recording", () => {
  it("shows 10 s of record 208 to scale", () => {
    const file = new URL("../../../../examples/data/ecg208/ecg208.dat", import.meta.url)
    const samples = Recording.fromBytes(readFileSync(file), 2).map((sample) => sample - 1024)
    const header = { id: "ecg208", date: "2026-03-01", samplingRate: 360, gain: 200 }
    const { svg, ofClass } = draw({ ...header, leads: [{ name: "MLII", samples }] }, [])
    const [trace] = ofClass("trace")
    const spread = Math.max(...samples.slice(0, 3601)) - Math.min(...samples.slice(0, 3601))
    expect(points(trace)).toHaveLength(3601)
    expect(height(trace)).toBeCloseTo(spread / 20, 1)
    expect(svg.length).toBeLessThan(100_000)
  })
})
