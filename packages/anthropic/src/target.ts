import {
  asObject,
  asString,
  cappedFetch,
  checkTargetOptions,
  classifyFailures,
  readAnswer,
  type AttemptContext,
  type Capabilities,
  type CheckedOptions,
  type Clock,
  type Fetch,
  type Target,
  type TargetOptions,
  type TargetRequest,
} from "@understudy/core/adapter";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";
import { anthropicModel } from "./models.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@anthropic-ai/sdk` or of one of its platform packages (Bedrock, Vertex, Foundry). */
export interface AnthropicClient {
  readonly baseURL: string;
  withOptions(options: ClientSettings): AnthropicClient;
  post(path: string, options: PostOptions): { asResponse(): Promise<Response> };
}

export interface AnthropicTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: AnthropicClient | undefined;
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

const VENDOR = "anthropic";
const HOST = "https://api.anthropic.com";
/** A larger one overflows to 1 ms. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/**
 * One Claude model at one endpoint with one key, through the Messages API. The key comes from `apiKey` or
 * `ANTHROPIC_API_KEY`. Never throws: what is wrong is told by `createChain`.
 */
export function anthropic(model: string, options: AnthropicTargetOptions = {}): Target {
  const { client, capabilities, streaming } = options;
  const credential = client === undefined ? undefined : credentialOf(client);
  const checked = checkTargetOptions(options, {
    vendor: VENDOR,
    model,
    defaultBaseURL: HOST,
    keyVariables: ["ANTHROPIC_API_KEY"],
    ownOptions: ["client"],
    client: client === undefined ? undefined : { baseURL: client.baseURL, credential },
  });
  let isUnary = streaming === "never";
  const failures = classifyFailures(
    failureTable(() => {
      isUnary = true;
    }),
    [credential ?? checked.apiKey],
  );
  const connection = new Connection(options, checked);
  return {
    vendor: VENDOR,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...capabilitiesOf(model, checked.endpoint), ...capabilities },
    problems: checked.problems,
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, model);
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: !isUnary, unary: isUnary };
    },
    stream: (request, context) =>
      readAnswer({
        open: () => connection.send(request, model, !isUnary, context),
        wire: new MessagesReader(context, failures),
        failures,
        context,
      }),
  };
}

/** The vendor's client: loaded and made when it is first needed, once. */
class Connection {
  readonly #options: AnthropicTargetOptions;
  readonly #checked: CheckedOptions;
  #client: Promise<AnthropicClient> | undefined;
  #clock: Clock | undefined;
  // Headers that the SDK would take from the environment.
  #strayHeaders: Readonly<Record<string, null>> = {};

  constructor(options: AnthropicTargetOptions, checked: CheckedOptions) {
    this.#options = options;
    this.#checked = checked;
  }

  async send(request: TargetRequest, model: string, stream: boolean, context: AttemptContext): Promise<Response> {
    const { path, headers, body } = toNativeRequest(request, model, { stream, loss: context.loss });
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

  async #connect(clock: Clock): Promise<AnthropicClient> {
    const { client } = this.#options;
    const settings = {
      maxRetries: 0,
      timeout: LONGEST_TIMEOUT_MS,
      logLevel: "off",
      fetch: cappedFetch(client === undefined ? this.#options.fetch : fetchOf(client), () => this.#clock ?? clock),
    } as const;
    if (client !== undefined) return client.withOptions(settings);
    this.#strayHeaders = strayHeaders();
    const { Anthropic } = await import("@anthropic-ai/sdk");
    const { apiKey, baseURL } = this.#checked;
    return new Anthropic({ ...settings, apiKey, baseURL, openTelemetry: false });
  }
}

function capabilitiesOf(id: string, endpoint: string): Capabilities {
  const { contextWindow, maxOutputTokens } = anthropicModel(id);
  return {
    tools: true,
    images: true,
    urls: true,
    files: true,
    audio: false,
    jsonOutput: true,
    contextWindow,
    maxOutputTokens,
    // Gateways and other clouds may swallow the pings.
    keepAlives: endpoint === "api.anthropic.com",
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 128 },
  };
}

/** Tells clients apart; those that sign in another way share the scope of their endpoint. */
function credentialOf(client: AnthropicClient): string | undefined {
  return asString(Reflect.get(client, "apiKey")) ?? asString(Reflect.get(client, "authToken"));
}

/** A null takes a header out that the SDK put in. */
function strayHeaders(): Readonly<Record<string, null>> {
  const variables = asObject(asObject(Reflect.get(globalThis, "process"))["env"]);
  const lines = (asString(variables["ANTHROPIC_CUSTOM_HEADERS"]) ?? "").split("\n");
  const names = lines.map((line) => line.slice(0, Math.max(0, line.indexOf(":"))).trim()).filter((name) => name !== "");
  return Object.fromEntries(names.map((name) => [name, null]));
}

function fetchOf(client: AnthropicClient): Fetch | undefined {
  const own: unknown = Reflect.get(client, "fetch");
  return isFetch(own) ? own : undefined;
}

function isFetch(value: unknown): value is Fetch {
  return typeof value === "function";
}
