import type { Socket } from "node:net";
import { quietNow } from "./quiet-clock.ts";
import type { Heard } from "./wires/wire.ts";

const HEX = 16;

/** One connection, with what is written on it by hand and what became of it. */
export class Line {
  /** A whole answer was sent and the connection may be used again: nobody has to close it. */
  isIdle = false;
  /** Something was said on it. */
  isUsed = false;
  /** The other side closed it, or tried to. */
  closedAt: number | undefined;
  /** Goes on although the other side has left. */
  isDeaf = false;
  readonly #socket: Socket;
  readonly #seen: () => Promise<void>;

  constructor(socket: Socket, seen: () => Promise<void>) {
    this.#socket = socket;
    this.#seen = seen;
    // What is written leaves at once: an end must not overtake it.
    socket.setNoDelay(true);
    const close = (): void => {
      this.closedAt ??= quietNow();
      if (!this.isDeaf) socket.destroy();
    };
    socket.on("data", () => (this.isUsed = true));
    socket.on("end", close);
    socket.on("error", close);
    socket.on("close", close);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Until the consumer has seen the text that was sent, or would have where it sees nothing yet. */
  seen(): Promise<void> {
    return this.#seen();
  }

  /** Until it has left, or cannot any more. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  async head(status: number, headers: readonly string[]): Promise<void> {
    const words = status === 200 ? "OK" : "Told";
    await this.write([`HTTP/1.1 ${status} ${words}`, ...headers, "", ""].join("\r\n"));
  }

  async chunk(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.write(Buffer.concat([Buffer.from(`${bytes.length.toString(HEX)}\r\n`), bytes, Buffer.from("\r\n")]));
  }

  /** The end of a body in chunks, after which the connection may be used again. */
  async whole(): Promise<void> {
    await this.write("0\r\n\r\n");
    this.isIdle = true;
  }

  /** A whole response of known length. */
  async answer(status: number, headers: readonly string[], body: string): Promise<void> {
    await this.head(status, [...headers, `content-length: ${Buffer.byteLength(body)}`]);
    await this.write(body);
    this.isIdle = true;
  }

  fin(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.isDeaf = false;
    this.#socket.destroy();
  }

  /** Calls back for each request that comes whole. */
  listen(onRequest: (heard: Heard) => void): void {
    let text = "";
    this.#socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      for (let heard = first(text); heard !== undefined; heard = first(text)) {
        text = text.slice(heard.length);
        onRequest(heard);
      }
    });
  }
}

function first(text: string): (Heard & { readonly length: number }) | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const start = end + 4;
  const [, path = ""] = /^POST (\S+) HTTP/.exec(head) ?? [];
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const last = text.indexOf("0\r\n\r\n", start);
    return last === -1 ? undefined : { path, body: text.slice(start, last), length: last + 5 };
  }
  const size = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return text.length < start + size ? undefined : { path, body: text.slice(start, start + size), length: start + size };
}
