import { createChain, type Chain } from "@understudy/core";
import { memoryStore, systemClock } from "@understudy/core/store";
import { memoryAnswers } from "@understudy/core/web";
import { livePage } from "@understudy/live";
import { redisStore } from "@understudy/redis";
import { scriptedTarget } from "@understudy/testing";

/** What somebody who gives nonsense to an export may get back. */
export type Contract =
  /** Nothing: it takes whatever it is given. */
  | "takes-all"
  /** The same of everything that JSON can hold, which is all that ever comes there; else a `TargetFailure`. */
  | "takes-json"
  /** An `UnderstudyError` or a `TargetFailure`. */
  | "typed"
  /** One of those, or an error whose sentence is ours: it names the function and what is wrong. */
  | "told"
  /** As told, of values that can be read: its arguments stand in the test that calls it. */
  | "plainly-told"
  /**
   * Whatever JavaScript throws: its arguments come from an adapter's own code or from a request that has been checked, the types
   * hold it to them, and the engine makes a typed failure of what an adapter throws. All else is held here as well.
   */
  | "author"
  /** It is no function, or it does nothing but be read. */
  | "value"
  /** It starts a server or a test run, or ends the process's own work: its options are refused, which its own tests hold. */
  | "not-called";

/** One export: what it may do, and a list of arguments that it takes, from which others are one step away. */
export interface FuzzEntry {
  readonly contract: Contract;
  readonly right?: () => readonly unknown[];
  /** How many arguments are for others to give. Default: all. */
  readonly most?: number;
  /** It changes what it is given: that is what it is for. */
  readonly writes?: boolean;
}

type Entries = Readonly<Record<string, FuzzEntry>>;

function each(contract: Contract, names: string): Entries {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, { contract }]));
}

function mapped(entries: Entries, more: Partial<FuzzEntry>): Entries {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { ...entry, ...more }]));
}

const FACTORY: FuzzEntry = {
  contract: "takes-all",
  right: () => [
    "a-model",
    {
      apiKey: "k",
      baseURL: "https://x.test",
      headers: { a: "b" },
      quotaGroup: "g",
      limits: { maxBytes: 5 },
      capabilities: { tools: true },
    },
  ],
};
const KNOWS: FuzzEntry = { contract: "takes-all", right: () => ["a-model"] };

function talker(): ReturnType<typeof scriptedTarget> {
  return scriptedTarget([], { otherwise: { text: "Hello." } });
}

function chain(): Chain {
  return createChain([talker()]);
}

const TRACE = {
  attempts: [{ attempt: 1, tier: "a", outcome: "answered", endedMs: 5, losses: [] }],
  skipped: [],
  totalMs: 5,
};
const INIT = { status: 200, headers: { a: "b" }, keepAliveMs: 5 };
const USER = { role: "user", content: "Hi" };
const UI_USER = { role: "user", parts: [{ type: "text", text: "Hi" }] };

export const ENTRIES: Readonly<Record<string, Entries>> = {
  "@understudy/core": {
    ...each("value", "DEFAULTS FAILURE_RULES"),
    ...each("author", "UnderstudyError defaultPolicy"),
    createChain: {
      contract: "typed",
      right: () => [[{ target: talker(), name: "a", timeoutMs: 5 }], { holdMs: 5, pins: true, random: Math.random }],
    },
    isUnderstudyError: { contract: "takes-all" },
  },
  "@understudy/core/adapter": {
    ...each("takes-all", "asNumber asString asText isTargetFailure readTargetOptions"),
    ...each("takes-json", "asArray asBoundedArray asIndex asJsonObject asObject asPosition isJsonObject parseEvent"),
    ...each("author", "FetchConnection SdkConnection TargetFailure checkTargetOptions classifyFailures makeTarget"),
  },
  "@understudy/core/toolkit": {
    ...each(
      "value",
      `ANYTHING BEDROCK_MANTLE BEDROCK_RUNTIME CHAT_REFUSALS CLOUD_FAILURES CLOUD_STATUSES DAILY FLAG FREE_TOOLS FRESH_CONNECTION FULL_TEXT
      FUNCTION GOOGLE_CLOUD GOOGLE_CLOUD_PROJECT GO_ON IN_BAND_WORDS LIST MOST NARROW_SCHEMA NO_ROUTE NUMBER OBJECT ORGANIZATION
      OUTPUT_LIMIT_REFUSED OVERLOADED OWN_REASONING RPC_LIMITS RPC_STATUSES SCHEMA SCHEMA_IN_WORDS SDK_CLIENT STREAMING_REFUSED STRICT
      SYSTEM_AS_MESSAGE TEXT USER_TURN WITHOUT_CACHE WITHOUT_CITATIONS WITHOUT_EARLIER_REASONING WITHOUT_EFFORT WITHOUT_REASONING
      TRANSPORT WITHOUT_SAMPLING`,
    ),
    ...mapped(each("takes-json", "cleanId readAnyError readChatError readCloudError readRpcStatus"), { most: 1 }),
    // They write what they make into the list that they are given.
    ...mapped(each("author", "OpenCall OpenText"), { writes: true }),
    ...each(
      "author",
      `CarriedResponse ChatReader Count Evidence JsonPieces NameMap PartsByIndex ResponsesReader RunningTotals SchemaRoom
      StopCutter TextParts VendorData abilities actsAtVendor addInstructions addToInput addToPrompt addToSystem alsoNative askFor bytesOf
      callArguments cappedFetch changeAnswers checkCloudOptions checkFinishValue checkShape chooseTool clampEffort clampOutputTokens
      countMarks defined dropNative duration fileAsText fileName filled forgetOpaque forgetReasoning freshInit googleConnection
      identity inMessage isBlankStop isHost isLoopback joinHeader jsonInstruction keyHeader knownModels layOverFlatTools
      layOverTools lazyConnection leaveOut leaveOutOnce leaveUnset legalPropertyNames listed loadOnce looserSchemas looserTools
      loseCitations loseName lowerSchema markTurns mergeHeaders mergeNative modelPathProblems mustCall networkFailure noMedia
      objectFormat objectInput oneOf ownPropertyNames pairs parseBoundedJson parseDuration parseToolInput placeTexts plainCallIds
      planEffort readAnnotation readAnswer readErrorFields reasoningBudget redact refuseVendorFiles requireMediaType required
      retryAfterMs rowOf samplingRefused sdkIdentity sdkProblems sentTools settleHostedTools sizeOf takeFilledStops takeSampling
      takeStops takeTemperature takeUnless takeUserId targetScopes toCharacters toChatMedia toChatMessages toDataURL toInputItems
      toInputText toPlainText toolInWords toolInputObject toolInputText toolNames unsupported userTurnBehind whole withOutputTokens
      withinStated withoutForeignReasoning withoutInside withoutStreaming`,
    ),
  },
  "@understudy/core/store": {
    memoryStore: { contract: "typed", right: () => [{ ...systemClock }] },
    shareHealth: { contract: "typed", right: () => [memoryStore()] },
    systemClock: { contract: "value" },
  },
  "@understudy/core/web": {
    errorResponse: { contract: "typed", right: () => [new Error("x"), INIT] },
    fromUntrusted: { contract: "typed", right: () => [[USER]] },
    memoryAnswers: { contract: "typed", right: () => [{ keepMs: 5 }] },
    resumeResponse: { contract: "typed", right: () => ["abc.1", { ...INIT, resumable: memoryAnswers() }] },
    statusOf: { contract: "takes-all" },
    stopAnswer: { contract: "typed", right: () => ["abc.1", { resumable: memoryAnswers() }] },
    toResponse: { contract: "typed", right: () => [{}, INIT] },
  },
  "@understudy/core/lazy": { lazy: { contract: "typed", right: () => [chain] } },
  "@understudy/core/trace": { formatTrace: { contract: "typed", right: () => [TRACE] } },
  "@understudy/core/client": {
    foldEvents: { contract: "takes-all" },
    // Its response is one of the browser's own `fetch`.
    readEvents: { contract: "plainly-told", right: () => [new Response('data: {"type":"done"}\n\n')] },
  },
  "@understudy/core/node": {
    leaving: { contract: "typed", right: () => [{ on: () => undefined, once: () => undefined }] },
    nodeTransport: { contract: "typed", right: () => [{ idleMs: 5 }] },
    sendResponse: { contract: "typed", right: () => [new Response("x"), {}] },
  },
  "@understudy/anthropic": { anthropic: FACTORY, anthropicModel: KNOWS },
  "@understudy/anthropic/models": each("value", "models"),
  "@understudy/bedrock": { bedrock: FACTORY, bedrockModel: KNOWS },
  "@understudy/bedrock/models": each("value", "models"),
  "@understudy/deepseek": { deepseek: FACTORY, deepSeekModel: KNOWS },
  "@understudy/deepseek/models": each("value", "models"),
  "@understudy/gemini": { gemini: FACTORY, geminiModel: KNOWS },
  "@understudy/gemini/models": each("value", "models"),
  "@understudy/mistral": { mistral: FACTORY, mistralModel: KNOWS },
  "@understudy/mistral/models": each("value", "models"),
  "@understudy/openai": { openai: FACTORY, openAIModel: KNOWS },
  "@understudy/openai/models": each("value", "models"),
  "@understudy/xai": { xai: FACTORY, xaiModel: KNOWS },
  "@understudy/xai/models": each("value", "models"),
  "@understudy/ai-sdk": {
    FAILOVER_KIND: { contract: "value" },
    aiSdk: {
      contract: "takes-all",
      right: () => [
        { specificationVersion: "v4", provider: "p", modelId: "m" },
        { vendor: "v", quotaGroup: "g" },
      ],
    },
    guardedFetch: { contract: "told", right: () => [fetch] },
    isFailoverNotice: { contract: "takes-all" },
    understudy: {
      contract: "typed",
      right: () => [chain(), { modelId: "m", hold: "all", callOptions: { deadlineMs: 5 } }],
    },
    understudyCall: { contract: "typed", right: () => [chain(), { modelId: "m", callOptions: { deadlineMs: 5 } }] },
    withoutDiscarded: { contract: "told", right: () => [[USER]] },
  },
  "@understudy/ai-sdk/ui": {
    fromUIMessages: { contract: "typed", right: () => [[UI_USER]] },
    retractDiscarded: { contract: "takes-all" },
    toUIMessageResponse: { contract: "typed", right: () => [{}, INIT] },
    toUIMessageStream: { contract: "typed", right: () => [{}, { messageId: "m" }] },
  },
  "@understudy/live": { livePage: { contract: "told", right: () => [{ enabled: true, clock: { ...systemClock } }] } },
  "@understudy/otel": { openTelemetry: { contract: "told", right: () => [{ chain: "chat", captureContent: false }] } },
  "@understudy/redis": {
    redisAnswers: {
      contract: "told",
      right: () => [{ command: () => Promise.resolve(null), namespace: "n", keepMs: 5_000 }],
    },
    redisStore: {
      contract: "told",
      right: () => [{ command: () => Promise.resolve(null), namespace: "n", pollMs: 500 }],
    },
  },
  "@understudy/cli": each("not-called", "main drillReport"),
  "@understudy/testing": {
    ...each("author", "argumentDeltas argumentsOf bearerOf deltas finishOf joined parseBody usageOf"),
    ...each(
      "not-called",
      `startAnthropic startBedrock startDeepSeek startGemini startMistral startOpenAI startOpenAIChat startServer startXAI testAdapter
      testFactory testHealthStore testReader`,
    ),
    scriptedTarget: {
      contract: "plainly-told",
      right: () => [[{ text: "Hi" }], { vendor: "a", otherwise: { text: "x" } }],
    },
  },
  "@understudy/testing/rehearse": {
    ...each("value", "FAULT_NAMES FAULTS TIMELINE_STYLE"),
    ...each("author", "VirtualClock seededRandom withStream withTargets"),
    drawTimeline: { contract: "told", right: () => [TRACE] },
    isFaultName: { contract: "takes-all" },
    planRehearsal: { contract: "plainly-told", right: () => [[talker()], { faults: ["outage"], forMs: 2_000 }] },
    // It plays what `planRehearsal` has read, for as long as that asks for.
    rehearse: { contract: "not-called" },
  },
};

/** Objects that exports return, whose methods are public too. Each is made anew for every case. */
export const OBJECTS: Readonly<
  Record<string, { readonly contract: Contract; readonly make: () => object; readonly without?: string }>
> = {
  "chain of createChain()": { contract: "typed", make: chain },
  "memoryAnswers()": { contract: "author", make: () => memoryAnswers() },
  "memoryStore()": { contract: "author", make: () => memoryStore() },
  "livePage()": { contract: "told", make: () => livePage({ enabled: true }) },
  "redisStore()": {
    contract: "author",
    make: () => redisStore({ command: () => Promise.resolve(null), namespace: "fuzz" }),
    // It waits for as long as it is told to.
    without: "ready",
  },
};
