/** Rows as runs of one sensor, `codes[r]`, from row `starts[r]` on. */
export interface Runs {
  readonly rows: number
  readonly starts: Int32Array
  readonly codes: Int32Array
}

/** Where runs of equal codes start, and their codes. */
export const runsOf = (codes: Int32Array, rows = codes.length): Runs => {
  let runs = 0
  for (let row = 0; row < rows; row++) if (row === 0 || codes[row] !== codes[row - 1]) runs += 1
  const starts = new Int32Array(runs)
  const ofRuns = new Int32Array(runs)
  for (let row = 0, run = 0; row < rows; row++) {
    if (row > 0 && codes[row] === codes[row - 1]) continue
    starts[run] = row
    ofRuns[run++] = codes[row]!
  }
  return { rows, starts, codes: ofRuns }
}

export const forRuns = (
  { codes, starts, rows }: Runs,
  visit: (code: number, from: number, to: number) => void
): void => {
  for (let run = 0; run < codes.length; run++) {
    visit(codes[run]!, starts[run]!, starts[run + 1] ?? rows)
  }
}
