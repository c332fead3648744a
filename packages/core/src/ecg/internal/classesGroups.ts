/** Groups the beats of a lead by shape, in one pass. */
import type * as Signal from "../Signal.ts"
import * as Shape from "./classesShape.ts"

/** Beats of one shape, by their indices in order of time. */
export interface Group {
  readonly template: Shape.Template
  readonly members: Array<number>
}

/** The group of every beat; -1 where too much of the lead is missing to see a shape. */
export interface Grouped {
  readonly groups: ReadonlyArray<Group>
  readonly groupOf: Int32Array
}

/** A beat joins the group it is most like, from this likeness on. */
const joins = 0.85

/** From this likeness on no other group is tried. */
const certain = 0.97

// Groups a beat is compared with. When there are more, the one not seen for longest takes no more
// beats, so that noise, which is like nothing, costs no more than anything else.
const openGroups = 24

export const group = (
  lead: Signal.Signal,
  samplingRate: number,
  beats: ArrayLike<number>
): Grouped => {
  const read = Shape.reader(lead, samplingRate)
  const shape = Shape.makeShape()
  const fit = Shape.makeFit()
  const best = Shape.makeFit()
  const groups: Array<Group> = []
  const groupOf = new Int32Array(beats.length).fill(-1)
  // In the order they were last seen.
  const open: Array<number> = []
  for (let beat = 0; beat < beats.length; beat++) {
    if (!read(beats[beat]!, shape)) continue
    let place = -1
    Object.assign(best, Shape.makeFit(), { likeness: joins })
    for (let other = open.length - 1; other >= 0 && best.likeness < certain; other--) {
      Shape.fitTo(groups[open[other]!]!.template, shape, fit)
      if (fit.likeness < best.likeness) continue
      place = other
      Object.assign(best, fit)
    }
    if (place < 0) {
      if (open.length === openGroups) open.shift()
      groups.push({ template: Shape.makeTemplate(), members: [] })
    }
    const index = place < 0 ? groups.length - 1 : open.splice(place, 1)[0]!
    open.push(index)
    const { template, members } = groups[index]!
    Shape.absorb(template, shape, best.shift)
    members.push(beat)
    groupOf[beat] = index
  }
  return { groups, groupOf }
}

/** How many shapes a lead has; a beat without one counts as one more. */
export const shapeCount = ({ groups, groupOf }: Grouped): number =>
  groups.length + groupOf.filter((index) => index < 0).length
