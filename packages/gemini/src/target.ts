import {
  checkTargetOptions,
  classifyFailures,
  readAnswer,
  targetScopes,
  type Capabilities,
  type CheckedOptions,
  type Target,
  type TargetOptions,
} from "@understudy/core/adapter";
import { failureTable } from "./errors.ts";
import { GenerateContentReader } from "./events.ts";
import { fetchTransport, type Transport } from "./fetch-transport.ts";
import { geminiModel } from "./models.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@google/generative-ai`. */
export interface GeminiClient {
  readonly apiKey: string;
}

export interface GeminiTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings the key. */
  readonly client?: GeminiClient | undefined;
  /**
   * What makes the request. `sdk`: the vendor's `@google/generative-ai`, which is no longer supported and hides more
   * than it tells; see the README. Default `fetch`.
   */
  readonly transport?: "fetch" | "sdk" | undefined;
}

const VENDOR = "gemini";
const HOST = "https://generativelanguage.googleapis.com";
const VERSION = "v1beta";

/**
 * One Gemini model at one endpoint with one key, through generateContent. The key comes from `apiKey`, `GEMINI_API_KEY`
 * or `GOOGLE_API_KEY`. Never throws: what is wrong is told by `createChain`.
 */
export function gemini(model: string, options: GeminiTargetOptions = {}): Target {
  const { capabilities, streaming } = options;
  const checked = checkOptions(model, options);
  let isUnary = streaming === "never";
  const failures = classifyFailures(
    failureTable(() => {
      isUnary = true;
    }),
    [checked.credential, checked.credential.replace(/^Bearer\s+/i, "")],
  );
  const root = /\/v\d\w{0,20}(?:\/|$)/.test(checked.baseURL) ? checked.baseURL : `${checked.baseURL}/${VERSION}`;
  const callIds = !isVertex(checked.endpoint);
  let transport: Promise<Transport> | undefined;

  async function connect(): Promise<Transport> {
    if (options.transport !== "sdk") return fetchTransport(options.fetch, checked);
    const { sdkTransport } = await import("./sdk-transport.ts");
    return sdkTransport(checked);
  }

  return {
    vendor: VENDOR,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...capabilitiesOf(model), ...capabilities },
    problems: checked.problems,
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, model);
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: false, unary: isUnary };
    },
    stream: (request, context) =>
      readAnswer({
        open: async () => {
          const native = toNativeRequest(request, model, { stream: !isUnary, callIds, loss: context.loss });
          transport ??= connect();
          const connected = await transport;
          return connected.send({ url: root + native.path, headers: native.headers, body: native.body }, context);
        },
        wire: new GenerateContentReader(context, failures),
        failures,
        context,
      }),
  };
}

interface Checked extends CheckedOptions {
  /** What tells this target's credential apart: the key, or the token that takes its place. */
  readonly credential: string;
}

function checkOptions(model: string, options: GeminiTargetOptions): Checked {
  const { client, transport, apiKey, fetch, quotaGroup } = options;
  const token = tokenOf(options.headers ?? {});
  const checked = checkTargetOptions(client === undefined ? options : { ...options, apiKey: client.apiKey }, {
    vendor: VENDOR,
    model,
    defaultBaseURL: HOST,
    // A token in a header takes the place of a key, which is how Vertex is asked.
    keyVariables: token === undefined ? ["GEMINI_API_KEY", "GOOGLE_API_KEY"] : [],
    isKeyRequired: token === undefined,
    ownOptions: ["client", "transport"],
  });
  const problems = [...checked.problems];
  const problem = (text: string): void => void problems.push(`${VENDOR}("${model}"): ${text}`);
  if (client !== undefined && apiKey !== undefined)
    problem("`apiKey` and `client` exclude each other; give one of them");
  if (transport !== undefined && transport !== "fetch" && transport !== "sdk") {
    problem("`transport` must be 'fetch' or 'sdk'");
  }
  if (transport === "sdk" && fetch !== undefined) {
    problem("`fetch` has no effect with `transport: 'sdk'`, whose SDK takes the global one; leave one of them out");
  }
  const credential = token ?? checked.apiKey;
  const scopes = targetScopes({ vendor: VENDOR, endpoint: checked.endpoint, credential, quotaGroup });
  return { ...checked, credential, scopes, problems };
}

function tokenOf(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name]) => /^(?:authorization|x-goog-api-key)$/i.test(name))?.[1];
}

function isVertex(endpoint: string): boolean {
  return /(?:^|[.-])aiplatform\./.test(endpoint);
}

function capabilitiesOf(id: string): Capabilities {
  const { contextWindow, maxOutputTokens } = geminiModel(id);
  // Other models of the same API may take less.
  const known = id.includes("gemini-") ? true : "unknown";
  return {
    tools: known,
    images: known,
    urls: "unknown",
    files: known,
    audio: known,
    jsonOutput: known,
    contextWindow,
    maxOutputTokens,
    keepAlives: false,
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  };
}
