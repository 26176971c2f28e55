import {
  asObject,
  asString,
  isJsonObject,
  type AttemptContext,
  type Clock,
  type Connection,
  type FetchConnectionSetup,
  type NativeRequest,
} from "@understudy/core/adapter";
import { cappedFetch, freshInit, loadOnce, mergeHeaders } from "@understudy/core/toolkit";
import { CredentialSource } from "./credential-source.ts";
import type { AwsCredentialProvider, AwsCredentials } from "./credentials.ts";
import { STREAMED } from "./request.ts";

/** Where and how requests go out. */
export interface BedrockConnectionSetup extends FetchConnectionSetup {
  /** For signatures; undefined when a key is sent, which is then among the headers. */
  readonly credentials: AwsCredentials | AwsCredentialProvider | undefined;
  /** The region that a signature is for. */
  readonly region: string;
}

/** Of a few credentials. */
const MOST_SECRETS = 24;
/** The vendor takes signatures that are five minutes off. */
const TAKEN_MS = 4 * 60_000;
/** Of a refusal. */
const MOST_BYTES = 64 * 1024;
/** Holds the name of an error, which stands in no body. */
const ERROR_NAME = "x-amzn-errortype";

const loadSignature = loadOnce(() => import("./signature.ts"));

/** Signs requests where there is no key. */
export class BedrockConnection implements Connection {
  readonly #setup: BedrockConnectionSetup;
  readonly #source: CredentialSource | undefined;
  #secrets: readonly string[] = [];
  /** How far this machine's clock is behind the vendor's, where a signature was refused for it. */
  #behindMs = 0;

  constructor(setup: BedrockConnectionSetup) {
    this.#setup = setup;
    this.#source = setup.credentials === undefined ? undefined : new CredentialSource(setup.credentials);
  }

  /** Of the latest requests, as several may be under way; the key that signs is among them, although it is never sent. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  async send(request: NativeRequest, context: AttemptContext): Promise<Response> {
    const { clock, signal, freshConnection } = context;
    const url = this.#setup.baseURL + request.path;
    const body = JSON.stringify(request.body);
    const headers = await this.#headers(request, url, body, context);
    const init = { method: "POST", headers: new Headers(headers), body, signal, ...freshInit(freshConnection) };
    const response = await cappedFetch(this.#setup.fetch, () => clock)(url, init);
    if (response.status === 403) this.#refused(response.headers, clock);
    // Gateways send errors with status 200 too.
    if (!response.ok || response.headers.has(ERROR_NAME)) return named(response);
    const isStreamed = request.path.endsWith(STREAMED) && !/json/i.test(response.headers.get("content-type") ?? "");
    return isStreamed ? response : asJson(response);
  }

  async prepare(): Promise<void> {
    if (this.#source !== undefined) await loadSignature();
  }

  async #headers(
    { headers }: NativeRequest,
    url: string,
    body: string,
    context: AttemptContext,
  ): Promise<Record<string, string>> {
    const { headers: common, ownHeaders, region } = this.#setup;
    const all = mergeHeaders({ "content-type": "application/json" }, ownHeaders ?? {}, common, headers);
    const source = this.#source;
    if (source === undefined || all["authorization"] !== undefined) return all;
    const [{ sign }, credentials] = await Promise.all([loadSignature(), source.get(context)]);
    const { secretAccessKey, sessionToken, accessKeyId } = credentials;
    const secrets = [secretAccessKey, accessKeyId, ...(sessionToken === undefined ? [] : [sessionToken])];
    this.#secrets = [...new Set([...secrets, ...this.#secrets])].slice(0, MOST_SECRETS);
    return sign({ url, headers: all, body, region, credentials, wallNow: context.clock.wallNow() + this.#behindMs });
  }

  /** Credentials are asked for anew, and a clock that is far from the vendor's is known from then on. */
  #refused(headers: Headers, clock: Clock): void {
    this.#source?.forget();
    if (headers.get(ERROR_NAME)?.startsWith("InvalidSignature") !== true) return;
    const behindMs = Date.parse(headers.get("date") ?? "") - clock.wallNow();
    if (Math.abs(behindMs - this.#behindMs) > TAKEN_MS) this.#behindMs = behindMs;
  }
}

/** An answer in one piece is JSON, whatever it is called: without that it would be taken for frames. */
function asJson(response: Response): Response {
  const { body, status, headers } = response;
  if (/^application\/json\b|^text\//.test(headers.get("content-type") ?? "")) return response;
  return new Response(body, { status, headers: asJsonType(headers) });
}

function asJsonType(headers: Headers): Headers {
  const called = new Headers(headers);
  called.set("content-type", "application/json");
  return called;
}

/** A refusal with its name, which the vendor says in a header only, in its body too. */
async function named(response: Response): Promise<Response> {
  const { status, headers, body } = response;
  const name = headers.get(ERROR_NAME)?.split(":")[0] ?? "";
  if (name === "" || body === null) return response;
  const text = await startOf(body);
  // A page is what stands in front of the vendor; of anything else the name counts, whatever it holds.
  if (/^\s*</.test(text)) return new Response(text, { status, headers });
  const said = parsed(text) ?? { message: text };
  return Response.json({ ...said, __type: asString(said["__type"]) ?? name }, { status, headers: asJsonType(headers) });
}

/** No refusal is longer; one with status 200 might never end. */
async function startOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = body.getReader();
  for (let size = 0; size < MOST_BYTES;) {
    // oxlint-disable-next-line no-await-in-loop -- chunk by chunk
    const { value } = await reader.read();
    if (value === undefined) return new Blob(chunks).text();
    chunks.push(value);
    size += value.byteLength;
  }
  void reader.cancel().catch(() => undefined);
  return new Blob(chunks).text();
}

function parsed(text: string): ReturnType<typeof asObject> | undefined {
  try {
    const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Not JSON.
    return undefined;
  }
}
