/**
 * A page where people look at ECGs instead of reading about them: sign in, choose a recording, and
 * page through its strip, with its metrics beside it.
 *
 * The guarantee that bites: it is a client like any other. It holds no data, sees what the one who
 * signed in may see, keeps the token in memory only, and loads nothing from anywhere else.
 */
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Documentation from "./Documentation.ts"
import { root } from "./internal/api/Endpoints.ts"

const style = `
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 80rem; padding: 1rem }
  form, nav { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end }
  label { display: grid; font-size: .8rem }
  input, select, button { font: inherit; padding: .3rem .6rem }
  #strip { background: #fff; border: 1px solid #8888; display: block; margin: 1rem 0; width: 100% }
  table { border-collapse: collapse; font-size: .85rem }
  td, th { border-bottom: 1px solid #8884; padding: .1rem .8rem .1rem 0; text-align: left }
  [role=alert] { color: #b00020 }
  [hidden] { display: none !important }`

const markup = `
  <h1>ECG strips</h1>
  <p role="alert" id="problem" hidden></p>
  <form id="sign-in">
    <label>User <input name="user" autocomplete="username" required></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
    <button>Sign in</button>
  </form>
  <main id="viewer" hidden>
    <nav>
      <label>Recording <select id="recording"></select></label>
      <label>Seconds <select id="seconds"><option>5</option><option selected>10</option><option>30</option></select></label>
      <button id="earlier" title="Left arrow">&larr; earlier</button>
      <button id="later" title="Right arrow">later &rarr;</button>
      <output id="place"></output>
    </nav>
    <img id="strip" alt="">
    <table><thead><tr><th>Lead</th><th>Metric</th><th>Value</th><th>Unit</th></tr></thead><tbody id="metrics"></tbody></table>
  </main>
  <p><small>Not a medical device.</small></p>`

const script = `
  const one = (id) => document.getElementById(id)
  const state = { token: "", ecgs: new Map(), from: 0 }

  const fail = (message) => {
    one("problem").textContent = message
    one("problem").hidden = message === ""
  }
  const ask = async (path, options = {}) => {
    const answer = await fetch("${root}" + path, {
      ...options,
      headers: { ...options.headers, authorization: "Bearer " + state.token }
    })
    if (answer.ok) return answer
    const problem = await answer.json().catch(() => ({}))
    throw new Error(problem.title ?? "The server answered " + answer.status)
  }
  const guarded = (act) => async (event) => {
    event?.preventDefault()
    fail("")
    try { await act(event) } catch (error) { fail(error.message) }
  }

  const chosen = () => state.ecgs.get(one("recording").value)
  const seconds = () => Number(one("seconds").value)
  const length = ({ leads, samplingRate = 1 }) =>
    Math.max(...leads.map((lead) => lead.numberOfSamples)) / samplingRate

  const cell = (row, text) => { row.insertCell().textContent = text }
  const show = guarded(async () => {
    const ecg = chosen()
    if (ecg === undefined) return fail("No recording yet: send one to ${root}/ecgs")
    state.from = Math.max(0, Math.min(state.from, length(ecg) - seconds()))
    const answer = await ask("/ecgs/" + encodeURIComponent(ecg.id)
      + "/strip?from=" + state.from + "&seconds=" + seconds())
    const strip = one("strip")
    strip.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(await answer.text())
    strip.alt = "ECG " + ecg.id + " from second " + state.from.toFixed(1)
    one("place").textContent = state.from.toFixed(1) + " s of " + length(ecg).toFixed(1) + " s, " + ecg.status
    const body = one("metrics")
    body.replaceChildren()
    for (const { lead = "", name, value, unit = "", error } of ecg.metrics) {
      const row = body.insertRow()
      cell(row, lead)
      cell(row, name)
      cell(row, error ?? String(Math.round(value * 1000) / 1000))
      cell(row, unit)
    }
  })
  const step = (by) => () => { state.from += by * seconds(); return show() }

  one("sign-in").addEventListener("submit", guarded(async ({ target }) => {
    const answer = await ask("/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(target)))
    })
    state.token = (await answer.json()).accessToken
    const { items } = await (await ask("/ecgs?limit=100")).json()
    state.ecgs = new Map(items.map((ecg) => [ecg.id, ecg]))
    one("recording").replaceChildren(...items.map(({ id }) => new Option(id, id)))
    target.hidden = true
    one("viewer").hidden = false
    await show()
  }))
  one("recording").addEventListener("change", () => { state.from = 0; show() })
  one("seconds").addEventListener("change", show)
  one("earlier").addEventListener("click", step(-1))
  one("later").addEventListener("click", step(1))
  addEventListener("keydown", ({ key, target }) => {
    if (state.token === "" || target.matches("select")) return
    if (key === "ArrowLeft") step(-1)()
    if (key === "ArrowRight") step(1)()
  })`

const html = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>ECG strips</title>
  <link rel="icon" href="data:,">
  <style>${style}
  </style>
</head>
<body>${markup}
  <script>${script}
  </script>
</body>
</html>
`

/**
 * The page.
 *
 * Shape: GET `path`, by default `/strips`, without a token; what it shows needs one.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Viewer from "@bedside/http-adapter/Viewer"
 * import * as HttpRouter from "effect/http/HttpRouter"
 *
 * const { handler } = HttpRouter.toWebHandler(Viewer.page(), { disableLogger: true })
 * const answer = await handler(new Request("http://localhost/strips"))
 * answer.headers.get("content-type") // => "text/html; charset=utf-8"
 * ```
 * @since 0.2.0
 */
export const page = (
  path: `/${string}` = "/strips"
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    router.add(
      "GET",
      path,
      HttpServerResponse.text(html, { contentType: "text/html; charset=utf-8" })
    )
  ).pipe(Layer.provide(Documentation.contained))
