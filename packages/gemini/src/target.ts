import {
  FetchConnection,
  isJsonObject,
  makeTarget,
  readTargetOptions,
  type Connection,
  type MediaSource,
  type Over,
  type PlainOptions,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import {
  checkCloudOptions,
  GOOGLE_CLOUD_PROJECT,
  keyHeader,
  lazyConnection,
  modelPathProblems,
  oneOf,
  refuseVendorFiles,
  type CloudCheckedOptions,
  type GoogleCloudOptions,
} from "@understudy/core/toolkit";
import { VENDOR } from "./content.ts";
import { failureTable } from "./errors.ts";
import { GenerateContentReader } from "./events.ts";
import { capabilitiesOf } from "./models.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@google/generative-ai`. */
export interface GeminiClient {
  /** The key that is sent with every request. */
  readonly apiKey: string;
}

/** Options of `gemini`; every one may be left out. */
export interface GeminiTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings the key. */
  readonly client?: GeminiClient | undefined;
  /**
   * What makes the requests. `node`: `node:http`, on Node alone. `sdk`: the vendor's `@google/generative-ai`, which is no
   * longer supported and hides more than it shows; see the README. Default: the chain's `transport`, else `fetch`.
   */
  readonly transport?: "sdk" | Transport | undefined;
  /** A project of Google Cloud that serves the model on Vertex AI. Needs no key, and makes requests by fetch. */
  readonly vertex?: GoogleCloudOptions | undefined;
}

const BASE_URL = "https://generativelanguage.googleapis.com";
const VERSION = "v1beta";
/** The Gemini API, and Vertex in any region, which takes keys too. */
const HOSTS = [
  "generativelanguage.googleapis.com",
  "aiplatform.googleapis.com",
  "*-aiplatform.googleapis.com",
  "aiplatform.us.rep.googleapis.com",
  "aiplatform.eu.rep.googleapis.com",
];
/** Of a key, and of a token, which Vertex takes. */
const KEY_HEADERS = ["x-goog-api-key", "authorization"];
const VERTEX_HOST = /(?:^|[.-])aiplatform\./;
const OWN_OPTIONS = {
  client: {
    must: "be a client of `@google/generative-ai`, which has an `apiKey`",
    test: (value: unknown): boolean => isJsonObject(value) && typeof value["apiKey"] === "string",
  },
  transport: oneOf("fetch", "node", "sdk"),
  vertex: GOOGLE_CLOUD_PROJECT,
};

/**
 * One Gemini model at one endpoint with one key, through generateContent. The key comes from `apiKey` or, for Google's
 * own hosts, `GEMINI_API_KEY` or `GOOGLE_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function gemini(model: string, options: GeminiTargetOptions = {}): Target {
  const given = readTargetOptions<GeminiTargetOptions>(model, options, OWN_OPTIONS);
  const { client, headers = {}, vertex } = given.options;
  const isAsked = typeof headers === "function";
  const token = isAsked ? undefined : tokenOf(headers);
  const checked = checkCloudOptions(
    client === undefined || vertex !== undefined ? given.options : { ...given.options, apiKey: client.apiKey },
    {
      vendor: VENDOR,
      model: given.model,
      defaultBaseURL: BASE_URL,
      // A token in a header takes the place of a key, which is how Vertex is asked.
      keyVariables: token === undefined ? ["GEMINI_API_KEY", "GOOGLE_API_KEY"] : [],
      keyHosts: HOSTS,
      keyHeaders: KEY_HEADERS,
      isKeyRequired: token === undefined && !isAsked,
      credential: token,
      problems: [...given.problems, ...modelPathProblems(given.model), ...problemsOf(given.options)],
    },
    "v1beta1",
  );
  const isProject = checked.cloud !== undefined;
  const isVertex = isProject || VERTEX_HOST.test(checked.endpoint);
  const maxOutputTokens = given.options.capabilities?.maxOutputTokens;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(given.model),
    failureTable,
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, model);
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: false };
    },
    toNativeRequest: (request, context) => {
      if (isVertex) refuseVendorFiles(request, isReadable);
      return toNativeRequest(request, model, { ...context, isVertex, isProject, maxOutputTokens });
    },
    turns: "contents",
    connection: (over) => connect(over, checked, given.options.limits),
    reader: (context, failures, request) => new GenerateContentReader(context, failures, request),
  });
}

function connect(
  { fetch, transport }: Over,
  checked: CloudCheckedOptions,
  limits: GeminiTargetOptions["limits"],
): Connection {
  const { apiKey, baseURL, headers, cloud } = checked;
  if (cloud !== undefined) {
    return lazyConnection(async () => (await import("./vertex.ts")).connectVertex(checked, fetch));
  }
  const root = /\/v\d\w{0,20}(?:\/|$)/.test(baseURL) ? baseURL : `${baseURL}/${VERSION}`;
  if (transport !== "sdk") {
    // Never in the URL, which ends up in logs and messages.
    return new FetchConnection({
      baseURL: root,
      ownHeaders: keyHeader(apiKey, KEY_HEADERS),
      headers,
      fetch,
    });
  }
  return lazyConnection(async () => {
    const { sdkTransport } = await import("./sdk-transport.ts");
    return sdkTransport({ apiKey, baseURL: root, headers, maxEventChars: limits?.maxEventChars });
  });
}

function problemsOf({ client, transport, apiKey, fetch }: PlainOptions<GeminiTargetOptions>): readonly string[] {
  const problems: string[] = [];
  if (client !== undefined && apiKey !== undefined) {
    problems.push("`apiKey` and `client` exclude each other; give one of them");
  }
  if (transport === "sdk" && fetch !== undefined) {
    const fix = "whose SDK takes the global one; leave one of them out";
    problems.push(`\`fetch\` has no effect with \`transport: 'sdk'\`, ${fix}`);
  }
  return problems;
}

function tokenOf(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name]) => KEY_HEADERS.includes(name.toLowerCase()))?.[1];
}

/** Files of the Gemini API are not in a project. */
function isReadable(source: MediaSource): boolean {
  if (source.type === "vendor-file") return source.id.startsWith("gs://");
  return source.type !== "url" || !source.url.startsWith(`${BASE_URL}/`);
}
