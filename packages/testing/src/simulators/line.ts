import type { ServerResponse } from "node:http";
import type { SetTimer } from "./set-timer.ts";

/** The client has gone, or the server is closing: the one who plays an answer stops. */
export class LineClosed extends Error {
  override readonly name = "LineClosed";
}

/** How a body is delimited. A number is a declared content length, which need not be true. */
export type Framing = "chunked" | "until-close" | number;

/** Any three digits as status, any bytes as reason phrase. */
export interface OddAnswer {
  readonly status: number;
  readonly reason: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The server's end of one exchange, down to the socket. Everything rejects with `LineClosed` once that is gone. */
export interface Line {
  /** True when the server ended the connection on purpose. */
  readonly endedByServer: boolean;
  /** Status that was sent; undefined while none was. */
  readonly status: number | undefined;
  /** The beginning of what was written, as text. */
  readonly written: string;
  head(status: number, headers: Readonly<Record<string, string>>, framing: Framing): void;
  /** A whole answer with a status line that HTTP libraries refuse to write. Closes the connection. */
  odd(answer: OddAnswer): Promise<void>;
  /** Sends the head by itself, before any byte of the body. */
  flush(): void;
  /** Resolves when the bytes are with the operating system, so a slow reader slows the writer. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Writes past HTTP, straight to the socket. */
  raw(bytes: Uint8Array | string): Promise<void>;
  /** Ends the body as HTTP wants it. */
  end(): Promise<void>;
  /** Closes the connection in an orderly way, wherever the body stands. */
  fin(): void;
  /** Resets the connection. */
  reset(): void;
  /** Without a time: until the line is closed. */
  wait(ms?: number): Promise<void>;
}

/** Of what is written this much is kept. */
const KEPT_CHARS = 4_096;

export function openLine(response: ServerResponse, setTimer: SetTimer): Line {
  const { socket } = response;
  let ended = false;
  let closed = false;
  let oddStatus: number | undefined;
  let written = "";
  const keep = (bytes: Uint8Array | string): void => {
    const room = KEPT_CHARS - written.length;
    if (room <= 0) return;
    written += typeof bytes === "string" ? bytes.slice(0, room) : Buffer.from(bytes.subarray(0, room)).toString("utf8");
  };
  const onClose = new Set<() => void>();
  response.once("close", () => {
    closed = true;
    for (const close of onClose) close();
    onClose.clear();
  });

  const settle = (start: (done: (error?: Error | null) => void) => (() => void) | void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (closed || socket === null || socket.destroyed) {
        reject(new LineClosed());
        return;
      }
      const close = (): void => {
        cancel?.();
        reject(new LineClosed());
      };
      onClose.add(close);
      const cancel = start((error) => {
        onClose.delete(close);
        if (error) reject(new LineClosed());
        else resolve();
      });
    });

  return {
    get endedByServer() {
      return ended;
    },
    get status() {
      return oddStatus ?? (response.headersSent ? response.statusCode : undefined);
    },
    get written() {
      return written;
    },
    head: (status, headers, framing) => {
      response.statusCode = status;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (typeof framing === "number") response.setHeader("content-length", framing);
      if (framing === "until-close") {
        response.setHeader("connection", "close");
        // Node then sends neither a length nor chunks: the end of the connection is the end of the body.
        response.removeHeader("transfer-encoding");
      }
    },
    odd: async (answer) => {
      oddStatus = answer.status;
      keep(answer.body);
      await settle((done) => void socket?.write(oddBytes(answer), done));
      ended = true;
      socket?.destroySoon();
    },
    flush: () => response.flushHeaders(),
    write: (bytes) => {
      keep(bytes);
      return settle((done) => void response.write(bytes, done));
    },
    raw: (bytes) => {
      keep(bytes);
      return settle((done) => void socket?.write(bytes, done));
    },
    end: () => settle((done) => void response.end(done)),
    fin: () => {
      ended = true;
      socket?.destroySoon();
    },
    reset: () => {
      ended = true;
      socket?.resetAndDestroy();
    },
    wait: (ms) =>
      settle((done) => {
        if (ms === undefined) return undefined;
        if (ms > 0) return setTimer(done, ms);
        const turn = setImmediate(done);
        return () => clearImmediate(turn);
      }),
  };
}

function oddBytes({ status, reason, headers, body }: OddAnswer): Uint8Array {
  const fields = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${String(status).padStart(3, "0")} `),
    Buffer.from(reason),
    Buffer.from(`\r\n${head.join("")}\r\n${body}`),
  ]);
}
