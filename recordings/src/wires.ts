import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  type Vendor,
  type SimulatorOptions,
} from "@understudy/testing";
import {
  askAnthropic,
  askBedrock,
  askChat,
  askDeepSeek,
  askGemini,
  askMistral,
  askResponses,
  type Question,
} from "./questions.ts";
import { isFields, type Recording } from "./recordings.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How the recordings of one vendor are put to its simulator. */
export interface RecordedWire {
  readonly vendor: string;
  /** Whether the recording speaks this wire. */
  covers(recording: Recording): boolean;
  start(options: SimulatorOptions): Promise<Vendor>;
  /** What follows the simulator's base URL. */
  path(recording: Recording, body: Fields): string;
  /** The models that a taken request proves to exist. */
  model(recording: Recording, body: unknown): readonly string[];
  /** What tells one refusal from another with the same status. */
  code(body: string): string;
  headers(key: string, recording?: Recording): Readonly<Record<string, string>>;
  /** Headers that ask for the newest version of the API, which is the one that is described. */
  readonly newest: Readonly<Record<string, string>>;
  /** A request for the simulator's own answers. */
  question(streamed: boolean): Question;
}

const anthropic: RecordedWire = {
  vendor: "anthropic",
  covers: (recording) => recording.vendor === "anthropic",
  start: startAnthropic,
  path: (recording) => `/v1/messages${(recording.url ?? "").includes("beta=true") ? "?beta=true" : ""}`,
  model: modelOfBody,
  code: (body) => errorField(body, "type"),
  headers: (key, recording) => ({ "x-api-key": key, "anthropic-version": "2023-06-01", ...recording?.requestHeaders }),
  newest: { "anthropic-version": "2026-10-21" },
  question: askAnthropic,
};

const responses: RecordedWire = {
  vendor: "openai-responses",
  covers: (recording) => recording.vendor === "openai-responses" || isAzure(recording, "responses-"),
  start: startOpenAI,
  path: () => "/responses",
  model: modelOfBody,
  code: (body) => errorField(body, "type", "code", "param"),
  headers: bearer,
  newest: {},
  question: askResponses,
};

const deepseek: RecordedWire = {
  vendor: "deepseek",
  covers: (recording) => recording.vendor === "deepseek",
  start: startDeepSeek,
  path: (recording) => (recording.url ?? "").replace(/^[^/]*/, "") || "/chat/completions",
  model: modelOfBody,
  code: (body) => errorField(body, "type", "code"),
  headers: bearer,
  newest: {},
  question: askDeepSeek,
};

const mistral: RecordedWire = {
  vendor: "mistral",
  covers: (recording) => recording.vendor === "mistral",
  start: startMistral,
  path: () => "/chat/completions",
  model: modelOfBody,
  code: (text) => {
    const body = parsed(text);
    return isFields(body) ? ["type", "code", "detail"].map((field) => JSON.stringify(body[field])).join(" ") : "";
  },
  headers: bearer,
  newest: {},
  question: askMistral,
};

const chat: RecordedWire = {
  ...responses,
  vendor: "openai-chat",
  covers: (recording) => recording.vendor === "openai-chat" || isAzure(recording, "chat-"),
  start: startOpenAIChat,
  path: () => "/chat/completions",
  question: askChat,
};

/** Where a request went; recordings of the cloud platform are put to the plain API, too. */
const geminiPath = /models\/([^/:]+):(\w+)(\?.*)?$/;

const gemini: RecordedWire = {
  vendor: "gemini",
  covers: (recording) => recording.vendor === "gemini",
  start: startGemini,
  path: (recording) => {
    const [, model = recording.model ?? "", method = "", query = ""] = geminiPath.exec(recording.url ?? "") ?? [];
    const fallback = recording.kind === "stream" ? "streamGenerateContent" : "generateContent";
    return `/v1beta/models/${model}:${method === "" ? fallback : method}${query}`;
  },
  model: (recording) => {
    const model = geminiPath.exec(recording.url ?? "")?.[1] ?? recording.model;
    return model === undefined ? [] : [model];
  },
  code: (body) => errorField(body, "status"),
  headers: (key) => (key === "" ? {} : { "x-goog-api-key": key }),
  newest: {},
  question: askGemini,
};

const bedrockPath = /\/model\/([^/]+)\/converse(?:-stream)?$/;

const bedrock: RecordedWire = {
  vendor: "bedrock",
  covers: (recording) => recording.vendor === "bedrock",
  start: startBedrock,
  path: (recording) => bedrockPath.exec(recording.url ?? "")?.[0] ?? "",
  model: (recording) => {
    const encoded = bedrockPath.exec(recording.url ?? "")?.[1];
    return encoded === undefined ? [] : [decodeURIComponent(encoded)];
  },
  // The name of an error stands in a header.
  code: (text) => {
    const body = parsed(text);
    return isFields(body) ? JSON.stringify(body["message"]) : "";
  },
  headers: bearer,
  newest: {},
  question: askBedrock,
};

export const recordedWires: readonly RecordedWire[] = [anthropic, responses, deepseek, mistral, chat, gemini, bedrock];

/** The same wire in projects of the cloud platform: what was recorded there is put to its own simulator. */
export const vertexWire: RecordedWire = {
  ...gemini,
  vendor: "gemini on Vertex",
  covers: (recording) => recording.vendor === "gemini" && isVertex(recording),
  start: (options) => startGemini({ ...options, vertex: true }),
  // Locations are scrubbed in some, and the older version takes the same.
  path: (recording, body) =>
    gemini.path(recording, body).replace("/v1beta/", "/v1beta1/projects/p/locations/global/publishers/google/"),
  headers: bearer,
};

function isVertex({ url }: Recording): boolean {
  return url?.includes("aiplatform.googleapis.com/") === true;
}

function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}

/** Another cloud's copy of a wire takes the same requests; its errors have a shape of their own. */
function isAzure(recording: Recording, prefix: string): boolean {
  return recording.kind !== "error" && recording.file.startsWith(`azure-openai/${recording.kind}/${prefix}`);
}

function modelOfBody(_recording: Recording, body: unknown): readonly string[] {
  return isFields(body) && typeof body["model"] === "string" ? [body["model"]] : [];
}

/** A field of the `error` object of a JSON body, as text. */
function errorField(text: string, ...fields: readonly string[]): string {
  const body = parsed(text);
  const error = isFields(body) && isFields(body["error"]) ? body["error"] : {};
  return fields.map((field) => JSON.stringify(error[field])).join(" ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: it has no fields to compare.
    return undefined;
  }
}
