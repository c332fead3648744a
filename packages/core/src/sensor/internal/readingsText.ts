/** Text of bytes in UTF-8; what is not UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array, from: number, to: number): string => {
  let text = ""
  let at = from
  while (at < to) {
    const byte = bytes[at++]!
    if (byte < 0x80) {
      text += String.fromCharCode(byte)
      continue
    }
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
    let point = byte >= 0xc2 && byte <= 0xf4 && at + more <= to ? byte & (0x3f >> more) : -1
    for (let next = at; next < at + more && point >= 0; next++) {
      const follows = bytes[next]!
      point = (follows & 0xc0) === 0x80 ? (point << 6) | (follows & 0x3f) : -1
    }
    const shortest = more === 3 ? 0x10000 : more === 2 ? 0x800 : 0x80
    const isScalar = point >= shortest && point <= 0x10ffff && (point & 0xfff800) !== 0xd800
    text += isScalar ? String.fromCodePoint(point) : "\uFFFD"
    if (isScalar) at += more
  }
  return text
}

/** Text in UTF-8. */
export const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(3 * text.length)
  let length = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
    bytes[length++] = more === 0 ? point : ((0xf00 >> (more + 1)) & 0xff) | (point >> (6 * more))
    for (let left = more - 1; left >= 0; left--) {
      bytes[length++] = 0x80 | ((point >> (6 * left)) & 0x3f)
    }
  }
  return bytes.subarray(0, length)
}
