/**
 * How well every beat agrees with the shapes its lead has shown before.
 *
 * A lead has up to eight shapes at a time, each a running mean of the beats that joined it, so a
 * ventricular beat is held against ventricular beats, and a shape may drift over a day. Only a shape
 * that comes back is one of the lead's: noise has many shapes, a heart has few.
 */
import * as Band from "./qualityBand.ts"

/**
 * Of each beat: its agreement with the best known shape, and the height of the known beats by then,
 * or its own where it is known and higher, up to 1.5 times as high.
 */
export interface Shapes {
  readonly agreement: Float64Array
  readonly height: Float64Array
}

const before = 0.15 // s
const after = 0.35 // s
const shift = 0.02 // s
const peakWithin = 0.06 // s
const mostShapes = 8
const joins = 0.92
const memory = 16 // beats
const heightMemory = 256 // beats
const mostHeights = 1.5
const learning = 60 // s

// A shape is known that has a share of the last few minutes, or that one of the last beats had.
const fewest = 2 // beats
const share = { beats: 512, least: 0.05 }
const lastBeats = 2

/** Reads the beats in order of time, after learning the shapes of the first minute. */
export const read = (band: Band.Band, beats: Int32Array): Shapes => {
  const shapes = new Book(band)
  const agreement = new Float64Array(beats.length)
  const height = new Float64Array(beats.length)
  const learnt = learning * band.rate
  for (const beat of beats) {
    const at = Math.floor(beat / band.every)
    if (at > learnt) break
    shapes.read(at)
  }
  for (let index = 0; index < beats.length; index++) {
    agreement[index] = shapes.read(Math.floor(beats[index]! / band.every))
    height[index] = Math.max(shapes.height, shapes.peak)
  }
  return { agreement, height }
}

interface Shape {
  readonly mean: Float64Array
  count: number
  last: number
  share: number
}

/** The shapes of a lead, and the height of its beats, as they are known after each beat. */
class Book {
  height = 0
  /** The height of the last beat read, as far as it counts; 0 where it agrees with no shape. */
  peak = 0
  private heights = 0
  private beats = 0
  private readonly shapes: Array<Shape> = []
  private readonly before: number
  private readonly shift: number
  private readonly peakWithin: number
  private readonly length: number
  private readonly snippet: Float64Array
  // The part of the snippet that lies within the lead.
  private from = 0
  private to = 0
  private readonly band: Band.Band

  constructor(band: Band.Band) {
    this.band = band
    this.before = Math.round(before * band.rate)
    this.shift = Math.round(shift * band.rate)
    this.peakWithin = Math.round(peakWithin * band.rate)
    this.length = this.before + Math.round(after * band.rate) + 1
    this.snippet = new Float64Array(this.length + 2 * this.shift)
  }

  /** The agreement of a beat with the shapes known so far, of which it then becomes a part. */
  read(at: number): number {
    this.load(at)
    this.beats += 1
    let agreement = 0
    let best: Shape | undefined
    let bestAgreement = joins
    let bestOffset = this.shift
    for (const shape of this.shapes) {
      const known = this.isCommon(shape) || shape.last >= this.beats - lastBeats
      for (let offset = 0; offset <= 2 * this.shift; offset++) {
        const found = this.agree(shape, offset)
        if (known && found > agreement) agreement = found
        if (found < bestAgreement) continue
        best = shape
        bestAgreement = found
        bestOffset = offset
      }
    }
    if (best === undefined) best = this.begin()
    else this.join(best, bestOffset)
    this.count(best)
    this.peak = agreement >= joins ? this.measure() : 0
    if (this.peak > 0) this.learn()
    return agreement
  }

  private load(at: number): void {
    const { snippet, band } = this
    const first = at - this.before - this.shift
    this.from = Math.max(0, -first)
    this.to = Math.min(snippet.length, band.length - first)
    snippet.fill(0)
    for (let index = this.from; index < this.to; index++) {
      snippet[index] = Band.sample(band, first + index)
    }
  }

  /** 1 for equal beats, 0 for unrelated ones; 0.8 for beats of one form and twice the height. */
  private agree({ mean }: Shape, offset: number): number {
    const { snippet } = this
    const last = Math.min(this.length, this.to - offset)
    let product = 0
    let squares = 0
    for (let index = Math.max(0, this.from - offset); index < last; index++) {
      const value = snippet[offset + index]!
      const expected = mean[index]!
      product += value * expected
      squares += value * value + expected * expected
    }
    return squares > 0 ? (2 * product) / squares : 0
  }

  private join(shape: Shape, offset: number): void {
    const { snippet } = this
    const weight = Math.max(1 / (shape.count + 1), 1 / memory)
    const last = Math.min(this.length, this.to - offset)
    for (let index = Math.max(0, this.from - offset); index < last; index++) {
      shape.mean[index]! += (snippet[offset + index]! - shape.mean[index]!) * weight
    }
  }

  /** Begins a shape with this beat; the one least lately joined makes room, the rare first. */
  private begin(): Shape {
    const mean = this.snippet.slice(this.shift, this.shift + this.length)
    const shape = { mean, count: 0, last: 0, share: 0 }
    if (this.shapes.length === mostShapes) this.shapes.splice(this.oldest(), 1)
    this.shapes.push(shape)
    return shape
  }

  private oldest(): number {
    const rank = (shape: Shape) => shape.last + (this.isCommon(shape) ? this.beats : 0)
    return this.shapes.reduce(
      (oldest, shape, index) => (rank(shape) < rank(this.shapes[oldest]!) ? index : oldest),
      0
    )
  }

  private isCommon(shape: Shape): boolean {
    return shape.count >= fewest && shape.share >= share.least
  }

  private count(joined: Shape): void {
    joined.count += 1
    joined.last = this.beats
    const weight = 1 / Math.min(this.beats, share.beats)
    for (const shape of this.shapes) {
      shape.share += ((shape === joined ? 1 : 0) - shape.share) * weight
    }
  }

  private measure(): number {
    const { snippet, peakWithin } = this
    const middle = this.before + this.shift
    let peak = 0
    for (let index = middle - peakWithin; index <= middle + peakWithin; index++) {
      peak = Math.max(peak, Math.abs(snippet[index]!))
    }
    return this.heights > 0 ? Math.min(peak, mostHeights * this.height) : peak
  }

  private learn(): void {
    this.heights += 1
    this.height += (this.peak - this.height) * Math.max(1 / this.heights, 1 / heightMemory)
  }
}
