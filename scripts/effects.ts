/**
 * Looks for mistakes in Effect code that types allow: an effect nobody runs, a `yield` without its
 * star, a layer that is not provided.
 *
 * The guarantee that bites: no file looked at is a failure. Without the plugin in the tsconfig the
 * tool looks at none, and says that all is well.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url).href)
const options = ["--project", "tsconfig.json", "--strict", "--severity", "error,warning"]
const { status, stdout, stderr } = spawnSync(
  "node_modules/.bin/effect-tsgo",
  ["diagnostics", ...options, "--format", "text"],
  { cwd: root, encoding: "utf8" }
)
process.stdout.write(stdout + stderr)

const [, checked = "0", found = "0"] = /Checked (\d+) files out of (\d+) files/.exec(stdout) ?? []
if (checked === "0" || checked !== found) {
  console.error(
    "Files were left out: is the plugin @effect/language-service in tsconfig.base.json?"
  )
  process.exitCode = 1
} else process.exitCode = status ?? 1
