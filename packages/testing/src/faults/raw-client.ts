import { connect, type Socket } from "node:net";

/** What a client without any HTTP library sees of one exchange. */
export interface RawAnswer {
  /** All bytes, as Latin-1 text so that every byte is one character. */
  readonly text: string;
  /** `open`: the server did not close the connection while the client waited for the given text. */
  readonly end: "fin" | "reset" | "open";
  readonly status: number | undefined;
  readonly head: string;
  readonly body: string;
}

export interface RawRequest {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Stop reading, and leave, once the answer holds this. Default: read until the connection ends. */
  readonly until?: string | undefined;
}

/** Sends one HTTP request over its own socket and collects what comes back, byte for byte. */
export function rawExchange(request: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(request.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const lines = [
    `POST ${request.path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(request.body)}`,
    "",
    request.body,
  ];
  socket.write(lines.join("\r\n"));
  return collect(socket, request.until);
}

function collect(socket: Socket, until: string | undefined): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const finish = (end: RawAnswer["end"]): void => {
      const text = Buffer.concat(chunks).toString("latin1");
      const split = text.indexOf("\r\n\r\n");
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      resolve({
        text,
        end,
        status: status === undefined ? undefined : Number(status),
        head: split === -1 ? "" : text.slice(0, split),
        body: split === -1 ? "" : text.slice(split + 4),
      });
      socket.destroy();
    };
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (until !== undefined && Buffer.concat(chunks).toString("latin1").includes(until)) finish("open");
    });
    socket.once("end", () => finish("fin"));
    socket.once("error", () => finish("reset"));
  });
}
