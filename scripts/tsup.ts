/**
 * How every package is built: one JavaScript file per module, in the folders of the sources, so that
 * a bundler takes what is used and a stack trace names what was written. Declarations come from tsc.
 */
import { defineConfig } from "tsup"

// esbuild leaves the specifiers of files it does not bundle alone. Both endings are equally long,
// which keeps the source map true.
const relativeSource = /(?<=(?:from |import |import\(|new URL\()"\.{1,2}\/[^"\n]+\.)ts(?=")/g

export default defineConfig({
  entry: ["src/**/*.ts"],
  format: "esm",
  target: "es2023",
  bundle: false,
  splitting: false,
  sourcemap: true,
  clean: true,
  dts: false,
  silent: true,
  plugins: [
    {
      name: "relative-sources",
      renderChunk: (code, { map }) => ({
        code: code.replaceAll(relativeSource, "js"),
        map: map ?? null
      })
    }
  ]
})
