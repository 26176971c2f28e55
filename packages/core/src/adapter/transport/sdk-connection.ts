import { isJsonObject } from "../../model/json.ts";
import { watch } from "../../model/promises.ts";
import { having, type Rule } from "../../model/rules.ts";
import type { Clock } from "../../model/clock.ts";
import type { AttemptContext, Transport } from "../../model/target.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { clientProblems } from "./client-problems.ts";
import { clientCredential } from "./client-credential.ts";
import { credentialFailure } from "../failures/credential-failure.ts";
import { askFor, readKey } from "./credential-functions.ts";
import { asObject } from "../foreign.ts";
import { freshInit } from "./fresh-connection.ts";
import { loadOnce } from "./load-once.ts";
import { mergeHeaders } from "./merge-headers.ts";
import { secretsOf } from "../failures/redact.ts";
import { isCredentialHeader } from "../options/target-scopes.ts";
import { modelPathProblems } from "../options/model-path.ts";
import type { ClientIdentity, GivenOptions, TargetOptions } from "../options/target-options.ts";
import { withoutVariable } from "./without-variable.ts";

/** What is used of a client of a vendor's SDK. */
export interface SdkClient {
  /** Where its requests go. */
  readonly baseURL: string;
  /** Returns a copy of the client with these settings. */
  withOptions(settings: SdkSettings): SdkClient;
  /** Sends a request; `path` is appended to the base URL. */
  post(
    path: string,
    options: SdkPostOptions,
  ): {
    /** The response before the SDK reads its body. Rejects with the SDK's error for a status that is not 2xx. */
    asResponse(): Promise<Response>;
  };
}

/** With these an SDK sends one request, sets no timeout of its own and logs nothing. */
export interface SdkSettings {
  readonly maxRetries: 0;
  /** Milliseconds; the longest that a timer takes, since the engine's own clocks decide. */
  readonly timeout: number;
  readonly logLevel: "off";
  /** Makes the requests, and limits what is read of an error's body. */
  readonly fetch: Fetch;
}

/** What an SDK is given for one request. */
export interface SdkPostOptions {
  /** Sent as JSON. */
  readonly body: object;
  /** Of this request only; null removes one that the SDK would send. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** Ends the request, also while its answer is read. */
  readonly signal: AbortSignal;
  /** More for the `init` of the fetch that the SDK calls. Never undefined, which the SDKs' types do not take. */
  readonly fetchOptions?: object;
}

/** Which client a connection through an SDK uses, and with what. */
export interface SdkConnectionSetup {
  /** The user's own client. A copy of it is used. */
  readonly client: SdkClient | undefined;
  /** Loads the SDK when there is no client. What it resolves to makes one. */
  readonly load: () => Promise<(settings: SdkSettings) => SdkClient>;
  /** Makes the SDK's requests. Default: the global `fetch`. */
  readonly fetch: Fetch | undefined;
  /** Sent with every request; a null takes out what the SDK would send. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** The environment variable from which the SDK would take headers. It is not seen by a client that is made here. */
  readonly headersVariable: string;
}

/** A larger one overflows to 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
/** Of the latest requests. Tokens of requests that run side by side differ at most when they are renewed. */
const MOST_SECRETS = 16;

/** Asks through a vendor's SDK, which is loaded and set up when it is first needed, once for each target. */
export class SdkConnection implements Connection {
  readonly #setup: SdkConnectionSetup;
  readonly #client: (clock: Clock) => Promise<SdkClient> = loadOnce((clock) => this.#connect(clock));
  /** Of the latest request: a client is built once, its clock comes with each call. */
  #clock: Clock | undefined;
  #secrets: readonly string[] = [];

  constructor(setup: SdkConnectionSetup) {
    this.#setup = setup;
    if (setup.client !== undefined) watchFields(setup.client);
  }

  get secrets(): readonly string[] {
    return this.#secrets;
  }

  async send({ path, headers, body }: NativeRequest, context: AttemptContext): Promise<Response> {
    const { clock, signal, freshConnection } = context;
    this.#clock = clock;
    const client = await this.#client(clock);
    const options = { body, headers: mergeHeaders(this.#setup.headers, headers), signal };
    const fresh = freshConnection === true ? { fetchOptions: freshInit(true) } : {};
    try {
      return await client.post(path, { ...options, ...fresh }).asResponse();
    } catch (error) {
      throw credentialFailure(error) ?? error;
    }
  }

  /** A client that was given is there already, and making a copy of it may ask for its credential. */
  async prepare(clock: Clock): Promise<void> {
    if (this.#setup.client === undefined) await this.#client(clock);
  }

  async #connect(first: Clock): Promise<SdkClient> {
    const { client, load, fetch, headersVariable } = this.#setup;
    const clock = (): Clock => this.#clock ?? first;
    const ask = cappedFetch(client === undefined ? fetch : fetchOf(client), clock);
    const settings: SdkSettings = { maxRetries: 0, timeout: LONGEST_TIMEOUT_MS, logLevel: "off", fetch: ask };
    if (client !== undefined) return this.#copy(client, settings, clock);
    const make = await load();
    return withoutVariable(headersVariable, () => make(settings));
  }

  /** Its own function for the key is asked as ours are, and what it sends as a credential is a secret. */
  #copy(client: SdkClient, { fetch, ...settings }: SdkSettings, clock: () => Clock): SdkClient {
    const ask: Fetch = (input, init) => {
      this.#secrets = [...credentialsIn(init?.headers), ...this.#secrets].slice(0, MOST_SECRETS);
      return fetch(input, init);
    };
    const copy = copyClient(client, { ...settings, fetch: ask }, clock);
    watchFields(copy);
    return copy;
  }
}

function copyClient(client: SdkClient, settings: SdkSettings, clock: () => Clock): SdkClient {
  const { apiKey } = asObject(Reflect.get(client, "_options"));
  if (!isFunction(apiKey)) return client.withOptions(settings);
  const signal = new AbortController().signal;
  // Most take a function there, as this one did, whatever their types say.
  const guarded: object = { apiKey: () => askFor("apiKey", apiKey, readKey, { clock: clock(), signal }) };
  try {
    return client.withOptions({ ...settings, ...guarded });
  } catch {
    // Some take their function under another name, and no other one.
    return client.withOptions(settings);
  }
}

/**
 * Some clients ask for a credential when they are made, and keep the promise. If there is none, the process must not end
 * before a request waits for it.
 */
function watchFields(client: SdkClient): void {
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(client))) watch(value, () => undefined);
}

function credentialsIn(headers: RequestInit["headers"]): string[] {
  return secretsOf("", Object.fromEntries([...new Headers(headers)].filter(([name]) => isCredentialHeader(name))));
}

/** Whether an option is such a client. */
export const SDK_CLIENT: Rule = {
  must: "be a client of the vendor's SDK",
  test: (value) =>
    having("", "withOptions", "post").test(value) && isJsonObject(value) && typeof value["baseURL"] === "string",
};

/** What distinguishes clients. */
export function sdkIdentity(client: SdkClient | undefined): ClientIdentity | undefined {
  if (client === undefined) return undefined;
  return { baseURL: client.baseURL, credential: clientCredential(client) };
}

/** What is wrong with a target whose requests go through an SDK, beside what is known already. */
export function sdkProblems({ model, options, problems }: GivenOptions<SdkOptions>): readonly string[] {
  const { client, transport } = options;
  // Clients for other clouds put it into the path.
  const all = client === undefined ? problems : [...problems, ...modelPathProblems(model), ...clientProblems(client)];
  if (client === undefined || transport === undefined || transport === "sdk") return all;
  const fix = "a client asks through its SDK; leave one of them out";
  return [...all, `\`client\` and \`transport: '${transport}'\` exclude each other: ${fix}`];
}

interface SdkOptions extends TargetOptions {
  /** The user's own client. */
  readonly client?: SdkClient | undefined;
  /** What makes the request. */
  readonly transport?: "sdk" | Transport | undefined;
}

function fetchOf(client: SdkClient): Fetch | undefined {
  const own: unknown = Reflect.get(client, "fetch");
  return isFetch(own) ? own : undefined;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === "function";
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === "function";
}
