/** What labels and scores can be judged at all. */

/** Whether each row had the outcome: 1 or true where it had. */
export type Labels = ArrayLike<number> | ArrayLike<boolean>

/** What is wrong with rows, and with how many of them. */
export interface Problem {
  readonly reason: "empty" | "lengths" | "label" | "not-a-number" | "outside-0-to-1" | "one-class"
  readonly rows: number
}

/** What is asked of rows: that scores are probabilities, that both outcomes occur. */
export interface Asked {
  readonly probabilities?: boolean | undefined
  readonly bothClasses?: boolean | undefined
}

interface Counts {
  readonly label: number
  readonly positive: number
  readonly notANumber: number
  readonly outside: number
}

const counted = (labels: Labels, scores: ArrayLike<number>): Counts => {
  let label = 0
  let positive = 0
  let notANumber = 0
  let outside = 0
  for (let row = 0; row < labels.length; row++) {
    const value = Number(labels[row])
    if (value === 1) positive += 1
    else if (value !== 0) label += 1
    const score = scores[row]!
    if (Number.isNaN(score)) notANumber += 1
    else if (score < 0 || score > 1) outside += 1
  }
  return { label, positive, notANumber, outside }
}

/** Every problem of the rows at once; no value of theirs is part of it. */
export const problems = (
  labels: Labels,
  scores: ArrayLike<number>,
  { probabilities = false, bothClasses = false }: Asked
): ReadonlyArray<Problem> => {
  if (labels.length !== scores.length) {
    return [{ reason: "lengths", rows: Math.abs(labels.length - scores.length) }]
  }
  if (labels.length === 0) return [{ reason: "empty", rows: 0 }]
  const { label, positive, notANumber, outside } = counted(labels, scores)
  const isOneClass = label === 0 && (positive === 0 || positive === labels.length)
  const all: ReadonlyArray<Problem> = [
    { reason: "label", rows: label },
    { reason: "not-a-number", rows: notANumber },
    { reason: "outside-0-to-1", rows: probabilities ? outside : 0 },
    { reason: "one-class", rows: bothClasses && isOneClass ? labels.length : 0 }
  ]
  return all.filter(({ rows }) => rows > 0)
}

/** How alerts at a threshold, and the rows without one, agree with the outcomes. */
export interface Confusion {
  readonly truePositives: number
  readonly falsePositives: number
  readonly trueNegatives: number
  readonly falseNegatives: number
}

export const confusion = (
  labels: Labels,
  scores: ArrayLike<number>,
  threshold: number
): Confusion => {
  const counts = [0, 0, 0, 0]
  for (let row = 0; row < labels.length; row++) {
    counts[2 * Number(scores[row]! >= threshold) + Number(labels[row])]! += 1
  }
  const [trueNegatives = 0, falseNegatives = 0, falsePositives = 0, truePositives = 0] = counts
  return { truePositives, falsePositives, trueNegatives, falseNegatives }
}
