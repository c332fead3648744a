/** Student's t as a normal z, by the approximation of Wallace (1959). */

/** The z of a normal distribution that is as rare as `t` of Student's with `freedom` degrees. */
export const normalOfStudent = (t: number, freedom: number): number =>
  ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom))

/** The inverse of `normalOfStudent`. */
export const studentOfNormal = (z: number, freedom: number): number => {
  const root = (z * (8 * freedom + 3)) / (8 * freedom + 1)
  return Math.sqrt(freedom * Math.expm1((root * root) / freedom))
}
