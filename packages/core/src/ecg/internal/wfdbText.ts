/** Text in WFDB files, which name no encoding: UTF-8 where the bytes are UTF-8, Latin-1 otherwise. */

/** Reads bytes as text. */
export const decode = (bytes: Uint8Array): string => utf8(bytes) ?? latin1(bytes)

const latin1 = (bytes: Uint8Array): string => {
  const parts: Array<string> = []
  for (let at = 0; at < bytes.length; at += 4096) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)))
  }
  return parts.join("")
}

const isAscii = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! > 127) return false
  return true
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  if (isAscii(bytes)) return latin1(bytes)
  const parts: Array<string> = []
  for (let at = 0; at < bytes.length;) {
    const width = utf8Width(bytes[at]!)
    const code = width === 0 ? -1 : codePoint(bytes, at, width)
    if (code < 0) return undefined
    parts.push(String.fromCodePoint(code))
    at += width
  }
  return parts.join("")
}

const utf8Width = (first: number): number =>
  first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0

const leastOfWidth = [0, 0, 0x80, 0x800, 0x10000]

const codePoint = (bytes: Uint8Array, at: number, width: number): number => {
  if (at + width > bytes.length) return -1
  let code = width === 1 ? bytes[at]! : bytes[at]! & (0x7f >> width)
  for (let next = at + 1; next < at + width; next++) {
    if ((bytes[next]! & 0xc0) !== 0x80) return -1
    code = (code << 6) | (bytes[next]! & 0x3f)
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  return code < leastOfWidth[width]! || code > 0x10ffff || isSurrogate ? -1 : code
}

/** Writes text as UTF-8; a lone surrogate is written as the replacement character. */
export const encode = (text: string): Uint8Array => {
  const bytes: Array<number> = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f)
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(0))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(6), tail(0))
    else bytes.push(0xf0 | (code >> 18), tail(12), tail(6), tail(0))
  }
  return Uint8Array.from(bytes)
}
