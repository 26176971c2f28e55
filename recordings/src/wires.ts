import { startAnthropic, startDeepSeek, startOpenAI, type Vendor, type VendorOptions } from "@understudy/testing";
import { isFields, type Recording } from "./recordings.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How the recordings of one vendor are put to its simulator. */
export interface RecordedWire {
  /** Folder of the recordings. */
  readonly vendor: string;
  start(options: VendorOptions): Promise<Vendor>;
  /** What follows the simulator's base URL. */
  path(recording: Recording, body: Fields): string;
  /** The models that a taken request proves to exist. */
  model(recording: Recording, body: unknown): readonly string[];
  /** What tells one refusal from another with the same status. */
  code(body: string): string;
  readonly badKey: string;
  headers(key: string, recording: Recording): Readonly<Record<string, string>>;
}

const anthropic: RecordedWire = {
  vendor: "anthropic",
  start: startAnthropic,
  path: (recording) => `/v1/messages${(recording.url ?? "").includes("beta=true") ? "?beta=true" : ""}`,
  model: modelOfBody,
  code: (body) => errorField(body, "type"),
  badKey: "wrong-key",
  headers: (key, recording) => ({ "x-api-key": key, "anthropic-version": "2023-06-01", ...recording.requestHeaders }),
};

const responses: RecordedWire = {
  vendor: "openai-responses",
  start: startOpenAI,
  path: () => "/responses",
  model: modelOfBody,
  code: (body) => errorField(body, "type", "code", "param"),
  badKey: "wrong-key",
  headers: bearer,
};

const deepseek: RecordedWire = {
  vendor: "deepseek",
  start: startDeepSeek,
  path: (recording) => (recording.url ?? "").replace(/^[^/]*/, "") || "/chat/completions",
  model: modelOfBody,
  code: (body) => errorField(body, "type", "code"),
  badKey: "wrong-key",
  headers: bearer,
};

export const recordedWires: readonly RecordedWire[] = [anthropic, responses, deepseek];

function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
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
