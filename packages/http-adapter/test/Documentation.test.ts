import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Trial from "./trial.ts"

// The markup around the scripts and styles, and the styles, where a browser would find addresses.
const parts = (html: string) => {
  const styles: Array<string> = []
  const markup = html
    .replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (whole) =>
      whole.slice(0, whole.indexOf(">") + 1)
    )
    .replace(/<style\b[^>]*>([\s\S]*?)<\/style>/g, (_, css: string) => {
      styles.push(css)
      return ""
    })
  return { markup, styles: styles.join("\n") }
}

describe("Documentation", () => {
  it.live("describes every endpoint for programs, as OpenAPI 3.1, with its problems", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const answer = yield* fetch("/openapi.json")
      expect(answer.headers.get("content-type")).toBe("application/json")
      const document = JSON.parse(answer.text)
      expect(document.openapi).toMatch(/^3\.1\./)
      const paths = Object.values(Trial.Api.groups).flatMap((group) =>
        Object.values(group.endpoints).map((endpoint) => endpoint.path.replace(/:(\w+)/g, "{$1}"))
      )
      expect(new Set(Object.keys(document.paths))).toEqual(new Set(paths))
      const { post } = document.paths["/api/v1/beds"]
      expect(Object.keys(post.responses).map(Number)).toEqual([
        201, 400, 401, 403, 409, 413, 415, 422, 500
      ])
      expect(Object.keys(post.responses["401"].content)).toEqual(["application/problem+json"])
      expect(Object.keys(post.responses["401"].headers)).toEqual(["www-authenticate"])
      expect(Object.keys(post.responses["201"].headers)).toEqual(["location", "etag"])
      expect(post.security).toEqual([{ bearer: [] }])
    })
  )

  it.live("shows the page without loading anything from elsewhere", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const answer = yield* fetch("/docs")
      expect(answer.status).toBe(200)
      expect(answer.headers.get("content-type")).toContain("text/html")
      const { markup, styles } = parts(answer.text)
      expect(markup).toContain('<div id="swagger-ui">')
      expect(markup).not.toMatch(/\b(?:src|href|action|data)\s*=/i)
      expect(markup).not.toMatch(/https?:|\/\//)
      const addresses = [...styles.matchAll(/(?:@import|url\()\s*["']?([^"')]{0,60})/g)]
      expect(addresses.map(([, address]) => address?.slice(0, 5))).toEqual(
        addresses.map(() => "data:")
      )
      const policy = answer.headers.get("content-security-policy") ?? ""
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/https?:|\*/)
    })
  )

  it.live("gives a group a page of its own, with that group only", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Trial.serve()
      const shown = (html: string) =>
        Object.keys(
          JSON.parse(/<script id="swagger-spec"[^>]*>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "")
            .paths
        )
      expect(shown((yield* fetch("/api/v1/beds/docs")).text)).toEqual([
        "/api/v1/beds",
        "/api/v1/beds/{id}",
        "/api/v1/large"
      ])
      expect(shown((yield* fetch("/docs")).text)).toContain("/livez")
    })
  )
})
