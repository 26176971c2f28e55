import type { IncomingMessage } from "node:http";
import type { NodeBody } from "./node-body.ts";

/** The part of a `Response` that readers of answers and vendors' SDKs use. */
export class NodeResponse {
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: NodeBody | null;
  readonly url: string;
  readonly redirected = false;
  readonly type = "default";
  #isUsed = false;

  constructor(message: IncomingMessage, headers: Headers, body: NodeBody | null, url: string) {
    this.status = message.statusCode ?? 0;
    this.statusText = message.statusMessage ?? "";
    this.ok = this.status >= 200 && this.status < 300;
    this.headers = headers;
    this.body = body;
    this.url = url;
  }

  get bodyUsed(): boolean {
    return this.#isUsed;
  }

  async text(): Promise<string> {
    this.#isUsed = true;
    const decoder = new TextDecoder();
    let text = "";
    if (this.body !== null) for await (const chunk of this.body) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }

  async json(): Promise<unknown> {
    const value: unknown = JSON.parse(await this.text());
    return value;
  }
}

/** From the raw ones: those that Node would make of them are then never made. */
export function readHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  return headers;
}
