import type { Clock } from "../model/clock.ts";
import type { AttemptContext } from "../model/target.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { asObject, asString } from "./foreign.ts";
import type { ClientIdentity } from "./target-options.ts";

/** What is used of a client of a vendor's SDK. */
export interface SdkClient {
  readonly baseURL: string;
  withOptions(settings: SdkSettings): SdkClient;
  post(path: string, options: SdkPostOptions): { asResponse(): Promise<Response> };
}

/** With them, an SDK asks once, waits as long as it is let, and prints nothing. */
export interface SdkSettings {
  readonly maxRetries: 0;
  readonly timeout: number;
  readonly logLevel: "off";
  readonly fetch: Fetch;
}

export interface SdkPostOptions {
  readonly body: object;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly signal: AbortSignal;
}

export interface SdkConnectionSetup {
  /** The user's own client. A copy of it is used. */
  readonly client: SdkClient | undefined;
  /** Loads the SDK and makes a client, when there is none. */
  readonly create: (settings: SdkSettings) => Promise<SdkClient>;
  readonly fetch: Fetch | undefined;
  /** Sent with every request; a null takes out what the SDK would send. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** The environment variable from which the SDK would take more headers. */
  readonly headersVariable: string;
}

/** A larger one overflows to 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Asks through a vendor's SDK, which is loaded and set up when it is first needed, once for each target. */
export class SdkConnection implements Connection {
  readonly #setup: SdkConnectionSetup;
  #client: Promise<SdkClient> | undefined;
  #clock: Clock | undefined;
  #headers: SdkConnectionSetup["headers"] = {};

  constructor(setup: SdkConnectionSetup) {
    this.#setup = setup;
  }

  async send({ path, headers, body }: NativeRequest, { clock, signal }: AttemptContext): Promise<Response> {
    this.#clock = clock;
    this.#client ??= this.#connect(clock);
    const client = await this.#client;
    return client.post(path, { body, headers: { ...this.#headers, ...headers }, signal }).asResponse();
  }

  #connect(clock: Clock): Promise<SdkClient> {
    const { client, create, fetch, headers, headersVariable } = this.#setup;
    const settings: SdkSettings = {
      maxRetries: 0,
      timeout: LONGEST_TIMEOUT_MS,
      logLevel: "off",
      fetch: cappedFetch(client === undefined ? fetch : fetchOf(client), () => this.#clock ?? clock),
    };
    this.#headers = client === undefined ? { ...strayHeaders(headersVariable), ...headers } : headers;
    return client === undefined ? create(settings) : Promise.resolve(client.withOptions(settings));
  }
}

/** What tells clients apart. Those that sign in another way than by a key or token have no credential. */
export function sdkIdentity(client: SdkClient | undefined): ClientIdentity | undefined {
  if (client === undefined) return undefined;
  const credential = asString(Reflect.get(client, "apiKey")) ?? asString(Reflect.get(client, "authToken"));
  return { baseURL: client.baseURL, credential };
}

/** Takes out, by name, every header that the SDK would take from the environment. */
function strayHeaders(variable: string): Readonly<Record<string, null>> {
  const variables = asObject(asObject(Reflect.get(globalThis, "process"))["env"]);
  const lines = (asString(variables[variable]) ?? "").split("\n");
  const names = lines.map((line) => line.slice(0, Math.max(0, line.indexOf(":"))).trim()).filter((name) => name !== "");
  return Object.fromEntries(names.map((name) => [name, null]));
}

function fetchOf(client: SdkClient): Fetch | undefined {
  const own: unknown = Reflect.get(client, "fetch");
  return isFetch(own) ? own : undefined;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === "function";
}
