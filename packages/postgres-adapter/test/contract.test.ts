import * as Layer from "effect/Layer"
import { contract, contractApart } from "../../../test/contract/index.ts"
import * as Store from "../src/Store.ts"
import { backends, partitioned } from "./backends.ts"

for (const { name, layer } of [...backends, partitioned]) {
  contract(`the store on ${name}`, Store.layer().pipe(Layer.provide(layer)))
  contractApart(`the store on ${name}, apart`, (options) =>
    Store.layer(options).pipe(Layer.provide(layer))
  )
}
