/**
 * The hashes of a model: of JSON as the schema writes it, so that a copy that came another way, with
 * its fields in another order, has the same.
 *
 * That of the model includes its reference. Who approves a version approves what it will be compared
 * with, and with another reference monitoring would say nothing where it should.
 */
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Features from "../../risk/Features.ts"
import type * as Registry from "../../risk/Registry.ts"
import * as RiskModel from "../../risk/RiskModel.ts"
import { bytesOf } from "../../sensor/internal/readingsText.ts"

const encodeDefinition = Schema.encodeSync(Features.Definition)
const encodeModel = Schema.encodeSync(RiskModel.RiskModel)

/** Makes the hashes; of the training data, that of the hashes of its files by name. */
export const make = (
  digest: Digest.Digest["Service"]
): ((model: RiskModel.RiskModel) => Effect.Effect<Registry.Hashes>) => {
  const of = (value: unknown) => digest.digestHex(Digest.sha256, bytesOf(JSON.stringify(value)))
  return (model) => {
    const { train, tune } = model.training
    const files = [train, tune].map(({ name, files }) => [
      name,
      files.map((file) => [file.name, file.sha256])
    ])
    return Effect.all({
      training: of(files),
      features: of(encodeDefinition(model.definition)),
      model: of(encodeModel(model))
    })
  }
}
