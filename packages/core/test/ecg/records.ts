/** Records of PhysioNet's databases, read from a folder of the test data with our own readers. */
import * as Result from "effect/Result"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Wfdb from "../../src/ecg/formats/Wfdb.ts"

/** A record of one signal file, by its name without an extension. */
export const record = (folder: string, name: string): Wfdb.Record => {
  const header = readFileSync(join(folder, `${name}.hea`))
  const file = `${name}.dat`
  const path = join(folder, file)
  const files = existsSync(path) ? { [file]: readFileSync(path) } : {}
  return Result.getOrThrow(Wfdb.decode({ header, files }))
}

/** The annotations of a record, by its name and the name of the annotator. */
export const annotations = (
  folder: string,
  name: string,
  annotator = "atr"
): ReadonlyArray<Wfdb.Annotation> =>
  Result.getOrThrow(Wfdb.annotations(readFileSync(join(folder, `${name}.${annotator}`))))
