import { createServer, type AddressInfo } from "node:net";

/** A server that answers with these very bytes, whatever HTTP says about them. */
export interface RawServer extends Disposable {
  readonly url: string;
  /** Each request as it came. */
  readonly requests: readonly string[];
}

/** Answers each request with the next of these, the last one again and again, and closes the connection. */
export async function startRawServer(...answers: readonly string[]): Promise<RawServer> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      text += bytes.toString();
      const [head = "", body] = text.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      requests.push(text);
      text = "";
      socket.end(answers[Math.min(requests.length, answers.length) - 1] ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, [Symbol.dispose]: () => void server.close() };
}

/** A whole response. `status` is what follows the version in its first line. */
export function rawResponse(status: string, body: string, headers: readonly string[] = []): string {
  const lines = [`HTTP/1.1 ${status}`, ...headers, "connection: close", `content-length: ${Buffer.byteLength(body)}`];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
