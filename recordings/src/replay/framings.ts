/**
 * The same events in other framings that the standard allows: an adapter must not care. Bodies with something else
 * than events in them are left alone.
 */
export function framingsOf(body: string): Readonly<Record<string, string>> {
  const plain = body.replaceAll("\r\n", "\n");
  if (!plain.split("\n").every((line) => /^(?:data|event|id|retry)?:|^$/.test(line))) return {};
  return {
    "with LF": plain,
    "with CRLF": plain.replaceAll("\n", "\r\n"),
    "with CR": plain.replaceAll("\n", "\r"),
    "without a space after the colon": plain.replaceAll(/^(data|event): /gm, "$1:"),
    "with comments between events": plain.replaceAll("\n\n", "\n\n: ping\n\n"),
    "with a byte order mark": `\u{feff}${plain}`,
  };
}
