import { crc32 } from "node:zlib";

/** One event of a binary stream, with the offset behind it. */
export interface FramedEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly end: number;
}

/** AWS's event streams begin with the length of a frame, of which no recorded one is large. */
export function isFramed(body: Uint8Array): boolean {
  return body[0] === 0;
}

/** The events of AWS's binary frames, with their names as `type`. What is cut is left out; a wrong checksum throws. */
export function framesOf(body: Uint8Array): readonly FramedEvent[] {
  const bytes = Buffer.from(body);
  const events: FramedEvent[] = [];
  let start = 0;
  while (start + 16 <= bytes.length) {
    const length = bytes.readUInt32BE(start);
    const end = start + length;
    if (end > bytes.length) break;
    if (crc32(bytes.subarray(start, end - 4)) !== bytes.readUInt32BE(end - 4)) throw new Error(`checksum at ${start}`);
    const payload = start + 12 + bytes.readUInt32BE(start + 4);
    const event = nameIn(bytes.subarray(start + 12, payload));
    const data: object = JSON.parse(bytes.toString("utf8", payload, end - 4));
    events.push({ event, data: { type: event, ...data }, end });
    start = end;
  }
  return events;
}

/** A stream as text, in the way of the other wires. */
export function textOf(body: Uint8Array): string {
  if (!isFramed(body)) return new TextDecoder().decode(body);
  return framesOf(body)
    .map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    .join("");
}

/** All recorded headers are texts. */
function nameIn(headers: Buffer): string {
  for (let at = 0; at < headers.length;) {
    const nameEnd = at + 1 + (headers[at] ?? 0);
    const valueEnd = nameEnd + 3 + headers.readUInt16BE(nameEnd + 1);
    const name = headers.toString("utf8", at + 1, nameEnd);
    if (/^:(?:event|exception)-type$/.test(name)) return headers.toString("utf8", nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  return "";
}
