/** What the tests of the point scores share. */
import * as Result from "effect/Result"
import type * as Score from "../../src/risk/Score.ts"

/** A score of points, as its tests call it. */
export type PointScore<Given> = (
  given: Given
) => Result.Result<Score.Assessment, Score.OutsidePopulation | Score.ImpossibleInput>

/** The points that each value earns its item, in an observation that is otherwise as it was. */
export const pointsOf =
  <Given extends object>(score: PointScore<Given>, otherwise: Given) =>
  <Name extends keyof Given>(
    name: Name,
    values: ReadonlyArray<Given[Name]>,
    item = String(name)
  ): ReadonlyArray<number | undefined> =>
    values.map(
      (value) =>
        Result.getOrThrow(score({ ...otherwise, [name]: value })).contributions.find(
          ({ input }) => input === item
        )?.points
    )
