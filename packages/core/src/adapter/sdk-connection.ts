import { isJsonObject } from "../model/json.ts";
import { having, type Rule } from "../model/rules.ts";
import type { Clock } from "../model/clock.ts";
import type { AttemptContext } from "../model/target.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { clientCredential } from "./client-credential.ts";
import { freshInit } from "./fresh-connection.ts";
import { loadOnce } from "./load-once.ts";
import type { ClientIdentity } from "./target-options.ts";
import { withoutVariable } from "./without-variable.ts";

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
  /** More for the `init` of the fetch that the SDK calls. Never undefined, which the SDKs' types do not take. */
  readonly fetchOptions?: object;
}

export interface SdkConnectionSetup {
  /** The user's own client. A copy of it is used. */
  readonly client: SdkClient | undefined;
  /** Loads the SDK when there is no client. What it resolves to makes one. */
  readonly load: () => Promise<(settings: SdkSettings) => SdkClient>;
  readonly fetch: Fetch | undefined;
  /** Sent with every request; a null takes out what the SDK would send. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** The environment variable from which the SDK would take headers. It is not seen by a client that is made here. */
  readonly headersVariable: string;
}

/** A larger one overflows to 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Asks through a vendor's SDK, which is loaded and set up when it is first needed, once for each target. */
export class SdkConnection implements Connection {
  readonly #setup: SdkConnectionSetup;
  readonly #client: (clock: Clock) => Promise<SdkClient> = loadOnce((clock) => this.#connect(clock));
  /** Of the latest request: a client is built once, its clock comes with each call. */
  #clock: Clock | undefined;

  constructor(setup: SdkConnectionSetup) {
    this.#setup = setup;
  }

  async send({ path, headers, body }: NativeRequest, context: AttemptContext): Promise<Response> {
    const { clock, signal, freshConnection } = context;
    this.#clock = clock;
    const client = await this.#client(clock);
    const options = { body, headers: { ...this.#setup.headers, ...headers }, signal };
    const fresh = freshConnection === true ? { fetchOptions: freshInit(true) } : {};
    return client.post(path, { ...options, ...fresh }).asResponse();
  }

  async #connect(first: Clock): Promise<SdkClient> {
    const { client, load, fetch, headersVariable } = this.#setup;
    const settings: SdkSettings = {
      maxRetries: 0,
      timeout: LONGEST_TIMEOUT_MS,
      logLevel: "off",
      fetch: cappedFetch(client === undefined ? fetch : fetchOf(client), () => this.#clock ?? first),
    };
    if (client !== undefined) return client.withOptions(settings);
    const make = await load();
    return withoutVariable(headersVariable, () => make(settings));
  }
}

/** Whether an option is such a client. */
export const SDK_CLIENT: Rule = {
  must: "be a client of the vendor's SDK",
  test: (value) =>
    having("", "withOptions", "post").test(value) && isJsonObject(value) && typeof value["baseURL"] === "string",
};

/** What tells clients apart. */
export function sdkIdentity(client: SdkClient | undefined): ClientIdentity | undefined {
  if (client === undefined) return undefined;
  return { baseURL: client.baseURL, credential: clientCredential(client) };
}

function fetchOf(client: SdkClient): Fetch | undefined {
  const own: unknown = Reflect.get(client, "fetch");
  return isFetch(own) ? own : undefined;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === "function";
}
