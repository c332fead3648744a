/**
 * Where the test data lies that is not part of the project: in `BEDSIDE_TEST_DATA`, or in
 * `shared/data` beside the project's folder.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const shared = fileURLToPath(new URL("../../shared/data", import.meta.url).href)
const given = process.env["BEDSIDE_TEST_DATA"]

/** The path of a file or folder of the test data, or `undefined` where it is absent. */
export const testData = (name: string): string | undefined =>
  [given, shared]
    .filter((root) => root !== undefined)
    .map((root) => join(root, name))
    .find((path) => existsSync(path))
