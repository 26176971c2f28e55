import {
  asObject,
  asString,
  cappedFetch,
  checkTargetOptions,
  type AttemptContext,
  type CheckedOptions,
  type Clock,
  type Fetch,
  type JsonObject,
  type TargetOptions,
} from "@understudy/core/adapter";

/** What is used of a client of the `openai` package: `OpenAI`, `AzureOpenAI`, `BedrockOpenAI`. */
export interface OpenAIClient {
  readonly baseURL: string;
  withOptions(options: ClientSettings): OpenAIClient;
  post(path: string, options: PostOptions): { asResponse(): Promise<Response> };
}

export interface OpenAITargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: OpenAIClient | undefined;
}

export interface NativeRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

interface ClientSettings {
  readonly maxRetries: number;
  readonly timeout: number;
  readonly logLevel: "off";
  readonly fetch: Fetch;
}

interface PostOptions {
  readonly body: object;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly signal: AbortSignal;
}

export const VENDOR = "openai";
const BASE_URL = "https://api.openai.com/v1";
const KEY_VARIABLE = "OPENAI_API_KEY";
/** A larger one overflows to 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Reads the options of either factory. */
export function checkOptions(
  model: string,
  options: OpenAITargetOptions,
  extra: { readonly ownOptions: readonly string[]; readonly isKeyless: boolean },
): CheckedOptions {
  const { client, baseURL } = options;
  const isForeign = baseURL !== undefined && !isVendorHost(URL.parse(baseURL)?.host ?? "");
  const isKeyless = extra.isKeyless && isLoopback(baseURL);
  const checked = checkTargetOptions(options, {
    vendor: VENDOR,
    model,
    defaultBaseURL: BASE_URL,
    // The vendor's key is not for others to see.
    keyVariables: isForeign ? [] : [KEY_VARIABLE],
    isKeyRequired: !isForeign,
    ownOptions: ["client", ...extra.ownOptions],
    client: client === undefined ? undefined : { baseURL: client.baseURL, credential: credentialOf(client) },
  });
  if (client !== undefined || checked.apiKey !== "" || !isForeign || isKeyless || signsItself(options)) return checked;
  const problem = `${VENDOR}("${model}"): no API key; give the option \`apiKey\` (${KEY_VARIABLE} is not sent to other hosts)`;
  return { ...checked, problems: [...checked.problems, problem] };
}

/** The vendor's own API, in any region. */
export function isVendorHost(host: string): boolean {
  return /(?:^|\.)api\.openai\.com$/.test(host);
}

/** The vendor's client: loaded and made when it is first needed, once. */
export class Connection {
  readonly #options: OpenAITargetOptions;
  readonly #checked: CheckedOptions;
  #client: Promise<OpenAIClient> | undefined;
  #clock: Clock | undefined;
  // Headers that the SDK would take from the environment.
  #strayHeaders: Readonly<Record<string, null>> = {};

  constructor(options: OpenAITargetOptions, checked: CheckedOptions) {
    this.#options = options;
    this.#checked = checked;
  }

  async send({ path, headers, body }: NativeRequest, context: AttemptContext): Promise<Response> {
    this.#clock = context.clock;
    this.#client ??= this.#connect(context.clock);
    const client = await this.#client;
    return client
      .post(path, {
        body,
        headers: { ...this.#strayHeaders, ...this.#checked.headers, ...headers },
        signal: context.signal,
      })
      .asResponse();
  }

  async #connect(clock: Clock): Promise<OpenAIClient> {
    const { client } = this.#options;
    const settings = {
      maxRetries: 0,
      timeout: LONGEST_TIMEOUT_MS,
      logLevel: "off",
      fetch: cappedFetch(client === undefined ? this.#options.fetch : fetchOf(client), () => this.#clock ?? clock),
    } as const;
    if (client !== undefined) return client.withOptions(settings);
    const { apiKey, baseURL } = this.#checked;
    // The SDK insists on a key; without one it must not send what stands in for it.
    this.#strayHeaders = { ...strayHeaders(), ...(apiKey === "" ? { authorization: null } : {}) };
    const { OpenAI } = await import("openai");
    return new OpenAI({
      ...settings,
      apiKey: apiKey === "" ? "none" : apiKey,
      adminAPIKey: null,
      baseURL,
      organization: null,
      project: null,
      webhookSecret: null,
      // Only the application knows whether it may show its key to a browser; it has put it there.
      dangerouslyAllowBrowser: true,
    });
  }
}

function isLoopback(baseURL: string | undefined): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(URL.parse(baseURL ?? "")?.hostname ?? "");
}

function signsItself({ headers }: OpenAITargetOptions): boolean {
  return Object.keys(headers ?? {}).some((name) => /^(?:authorization|(?:x-)?api-key)$/i.test(name));
}

/** Tells clients apart; clients that sign in another way share the scope of their endpoint. */
function credentialOf(client: OpenAIClient): string {
  return asString(Reflect.get(client, "apiKey")) ?? "client";
}

/** A null takes a header out that the SDK put in. */
function strayHeaders(): Readonly<Record<string, null>> {
  const variables = asObject(asObject(Reflect.get(globalThis, "process"))["env"]);
  const lines = (asString(variables["OPENAI_CUSTOM_HEADERS"]) ?? "").split("\n");
  const names = lines.map((line) => line.slice(0, Math.max(0, line.indexOf(":"))).trim()).filter((name) => name !== "");
  return Object.fromEntries(names.map((name) => [name, null]));
}

function fetchOf(client: OpenAIClient): Fetch | undefined {
  const own: unknown = Reflect.get(client, "fetch");
  return isFetch(own) ? own : undefined;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === "function";
}
