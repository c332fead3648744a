/**
 * Runs a task of this repository on a machine that has nothing but Node 20 (or newer) and npm:
 *
 *     node scripts/launch.mjs start | test | demo [-- arguments]
 *     node scripts/launch.mjs <script of package.json> [-- arguments]
 *
 * The sources need a newer Node, and pnpm. Both are npm packages: npm keeps them in its own cache,
 * so nothing is installed globally. Once everything is in place (`node_modules/.launch.json` says
 * so), npm and pnpm are not asked again.
 *
 * The task is a direct child of this process. It gets every signal exactly once, whether it came
 * from a terminal, from npm or from a service manager, its exit code becomes ours, and it does not
 * outlive us (`follow.mjs`). That is also why the scripts of package.json begin with `exec`: a shell
 * that waited between npm and us would keep the signals for itself. Where there is no such shell, on
 * Windows, start this file itself.
 */
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const NODE = "24.21.0"
const PNPM = "12.21.0"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampPath = join(root, "node_modules/.launch.json")
const windows = process.platform === "win32"

const run = ["--conditions=@bedside/source", "--disable-warning=ExperimentalWarning"]
const nodeTasks = {
  start: [...run, "examples/server/main.ts"],
  demo: [...run, "examples/demo/main.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run"]
}

/** The odd releases in between are refused by vitest and tsup. */
const nodeIsRecent = (version) => {
  const [major, minor] = version.split(".").map(Number)
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26
}

/**
 * An outer `npm start` describes itself in `npm_*` variables, which an inner npm or pnpm would take
 * for its own settings. Only what says how to reach the registry passes.
 */
const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache|cafile|.*proxy)$/i.test(name)
    )
  )

/** Changes whenever an install could have something to do. */
const fingerprint = () => {
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(parent, entry.name))
      .sort((a, b) => (a < b ? -1 : 1))
  )
  const manifests = [".", "bench", ...folders].map((folder) => join(folder, "package.json"))
  const hash = createHash("sha256").update(`${NODE} ${PNPM}`)
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(`\n${file}\n`).update(readFileSync(path))
  }
  return hash.digest("hex")
}

const readStamp = () => {
  if (!existsSync(stampPath)) return undefined
  const stamp = JSON.parse(readFileSync(stampPath, "utf8"))
  const valid =
    stamp.fingerprint === fingerprint() && existsSync(stamp.node) && existsSync(stamp.bin)
  return valid ? stamp : undefined
}

/** Resolves with the exit code; a death by signal counts as 128 + its number, as in a shell. */
const finished = (child) => {
  const passedOn = new Map()
  const passOn = (signal) => {
    // Ctrl-C reaches us twice: from the terminal, and from npm, which got it as well.
    if (Date.now() - (passedOn.get(signal) ?? 0) < 500) return
    passedOn.set(signal, Date.now())
    child.kill(signal === "SIGHUP" ? "SIGTERM" : signal)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, passOn)
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`bedside: ${error.message}`)
      resolve(1)
    })
    child.on("close", (code, signal) => {
      for (const each of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(each, passOn)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

/** Fetches the tools and installs the packages; silent unless that fails. */
const prepare = async () => {
  const started = Date.now()
  const own = nodeIsRecent(process.versions.node)
  console.error(
    `bedside: fetching ${own ? "" : `Node ${NODE}, `}pnpm ${PNPM} and the packages;` +
      " half a minute the first time, seconds afterwards"
  )
  rmSync(stampPath, { force: true })
  const tools = [`--package=pnpm@${PNPM}`, ...(own ? [] : [`--package=node@${NODE}`])]
  const inside = "node scripts/launch.mjs install"
  const quote = (word) => (windows && word.includes(" ") ? `"${word}"` : word)
  const child = spawn(
    "npm",
    ["exec", "--yes", "--prefer-offline", "--loglevel=error", ...tools, "-c", inside].map(quote),
    { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"], shell: windows }
  )
  const output = []
  child.stdout.on("data", (bytes) => output.push(bytes))
  child.stderr.on("data", (bytes) => output.push(bytes))
  const code = await finished(child)
  const stamp = code === 0 ? readStamp() : undefined
  if (stamp === undefined) {
    process.stderr.write(Buffer.concat(output))
    console.error("bedside: the installation failed; is the npm registry reachable?")
    process.exit(code || 1)
  }
  console.error(`bedside: ready after ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return stamp
}

/** The part of `prepare` that already runs on the right Node, with pnpm at hand. */
const install = () => {
  const { status } = spawnSync(
    "pnpm",
    ["install", "--frozen-lockfile", "--prefer-offline", "--config.confirm-modules-purge=false"],
    { cwd: root, stdio: "inherit", shell: windows }
  )
  if (status === 0) {
    const bin = process.env.PATH.split(delimiter).find((folder) =>
      existsSync(join(folder, windows ? "pnpm.cmd" : "pnpm"))
    )
    const stamp = { fingerprint: fingerprint(), node: process.execPath, bin }
    writeFileSync(stampPath, `${JSON.stringify(stamp, null, 2)}\n`)
  }
  return status ?? 1
}

const perform = async (task, extra) => {
  const { node, bin } = readStamp() ?? (await prepare())
  const env = environment()
  const path = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH"
  env[path] = [dirname(node), bin, env[path]].join(delimiter)
  const direct = nodeTasks[task]
  if (direct === undefined) {
    const args = ["run", task, ...extra]
    return finished(spawn("pnpm", args, { cwd: root, env, stdio: "inherit", shell: windows }))
  }
  const follow = `--import=${new URL("follow.mjs", import.meta.url)}`
  return finished(
    spawn(node, [follow, ...direct, ...extra], {
      cwd: root,
      env,
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      // Out of the terminal's process group: signals come from us only, once.
      detached: !windows
    })
  )
}

const [task, ...rest] = process.argv.slice(2)
if (task === undefined) {
  console.error("usage: node scripts/launch.mjs start | test | demo | <script> [-- arguments]")
  process.exit(2)
}
const extra = rest[0] === "--" ? rest.slice(1) : rest
process.exit(task === "install" ? install() : await perform(task, extra))
