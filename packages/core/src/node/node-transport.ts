import http from "node:http";
import https from "node:https";
import { isFreshAsked } from "../adapter/transport/fresh-connection.ts";
import { misuse } from "../model/error.ts";
import { duration, listed, readOptions, whole, type ShapeOf } from "../model/rules.ts";
import { NodeBody } from "./node-body.ts";
import { NodeResponse, readHeaders } from "./node-response.ts";

export interface NodeTransportOptions {
  /** Connections kept open and idle per host. Default 256. */
  readonly maxIdleSockets?: number | undefined;
  /** Milliseconds an idle connection is kept. Default 4,000: shorter than what servers and load balancers keep. */
  readonly idleMs?: number | undefined;
}

const OPTIONS: ShapeOf<NodeTransportOptions> = { maxIdleSockets: whole(0), idleMs: duration(1) };

type Fetch = typeof globalThis.fetch;
type Init = NonNullable<Parameters<Fetch>[1]>;

/**
 * A `fetch` over `node:http` for streamed answers: no web streams between the socket and the reader, which is where most
 * of the time goes when every read carries one token. Give one to all adapters, so that they share its connections:
 * `anthropic("…", { fetch })`.
 *
 * It sends text and bytes, follows no redirect and knows no proxy. Bodies are read by `getReader()`, `text()`, `json()`.
 * Its errors say by `reusedSocket` whether the connection had carried a request before. Throws `config` for options that
 * there are not, or that are no such numbers.
 */
export function nodeTransport(options: NodeTransportOptions = {}): Fetch {
  const { options: read, problems } = readOptions(options, OPTIONS);
  if (problems.length > 0) throw misuse("config", `nodeTransport() cannot be made: ${listed(problems)}.`);
  const { maxIdleSockets = 256, idleMs = 4_000 } = read;
  const kept = agents({ keepAlive: true, maxFreeSockets: maxIdleSockets, timeout: idleMs, scheduling: "lifo" });
  // Closes each connection behind its request.
  const fresh = agents({ keepAlive: false });
  return async (input, init = {}) => {
    init.signal?.throwIfAborted();
    const url = new URL(input instanceof Request ? input.url : input);
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? https : http).request(url, {
      method: init.method ?? "GET",
      headers: headersOf(init),
      agent: (isFreshAsked(init) ? fresh : kept)[isSecure ? "https" : "http"],
    });
    const responded = responseTo(request, init.signal);
    request.end(bytesOf(init.body));
    const message = await responded;
    try {
      return responseOf(message, init, url.href);
    } catch (error) {
      message.destroy();
      throw error;
    }
  };
}

/** With the proxies of the environment, where Node was told to heed them: its own agents show that. */
function agents(settings: http.AgentOptions): { readonly http: http.Agent; readonly https: https.Agent } {
  const { proxyEnv }: http.AgentOptions = Reflect.get(http.globalAgent, "options") ?? {};
  const all = { ...settings, proxyEnv };
  return { http: new http.Agent(all), https: new https.Agent(all) };
}

function responseOf(message: http.IncomingMessage, { signal }: Init, url: string): Response {
  const headers = readHeaders(message);
  const body = hasBody(message) ? new NodeBody(message, headers.get("content-encoding"), signal ?? undefined) : null;
  if (body === null) message.resume();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a response that readers of answers use
  return new NodeResponse(message, headers, body, url) as unknown as Response;
}

function headersOf({ headers, body }: Init): http.OutgoingHttpHeaders {
  const bytes = bytesOf(body);
  return {
    "accept-encoding": "identity",
    ...Object.fromEntries(new Headers(headers)),
    ...(bytes === undefined ? undefined : { "content-length": Buffer.byteLength(bytes) }),
  };
}

function bytesOf(body: unknown): string | Uint8Array | undefined {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return undefined;
  throw new TypeError("nodeTransport sends strings and bytes only.");
}

/** Without the body: what listens here is kept as long as the answer flows. */
function responseTo(request: http.ClientRequest, signal: Init["signal"]): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal?.removeEventListener("abort", onAbort);
      request.off("close", onClose);
    };
    const onAbort = (): void => {
      settle();
      const reason: unknown = signal?.reason;
      reject(reason);
      request.destroy();
    };
    // Whatever else ends a request, such as a switch to another protocol: nothing else would report it.
    const onClose = (): void => {
      settle();
      reject(new Error("The connection was closed before a response came."));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    request.on("close", onClose);
    request.on("response", (message) => {
      settle();
      if ((message.statusCode ?? 0) >= 200) {
        resolve(message);
        return;
      }
      // 000, or a switch of protocols that names none. The parser lets both pass.
      message.destroy();
      reject(
        Object.assign(new Error("The response has a status that ends no request."), { code: "HPE_INVALID_STATUS" }),
      );
    });
    request.on("error", (error) => {
      settle();
      reject(Object.assign(error, { reusedSocket: request.reusedSocket }));
    });
  });
}

function hasBody({ statusCode = 0 }: http.IncomingMessage): boolean {
  return statusCode !== 204 && statusCode !== 304;
}
