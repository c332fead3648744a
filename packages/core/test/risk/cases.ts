/** Cases of the files of vectors that hold several kinds of them side by side. */
import * as Schema from "effect/Schema"
import { readJson } from "../../../../test/data.ts"

const File = Schema.Struct({ cases: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) })

/** The cases whose field `key` is `name`, in the shape that `schema` states. */
export const casesOf = <Case>(
  path: string,
  key: "fn" | "score",
  name: string,
  schema: Schema.Codec<Case, unknown>
): ReadonlyArray<Case> =>
  Schema.decodeUnknownSync(File)(readJson(path))
    .cases.filter((one) => one[key] === name)
    .map((one) => Schema.decodeUnknownSync(schema)(one))
