import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./frames.ts";
import { newerRecordingsFolder, recordingsFolder, type Folder } from "./folder.ts";

/** One recorded exchange. */
export interface Recording {
  /** Path inside the folder, for example `anthropic/stream/text.sse`. */
  readonly file: string;
  readonly vendor: string;
  readonly kind: "stream" | "response" | "error";
  readonly status: number;
  /** Host and path that the request went to, where the recorder kept it. */
  readonly url: string | undefined;
  readonly model: string | undefined;
  readonly provenance: string;
  /** Headers of the answer, as far as the recorder kept them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the request that matter to the vendor. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** File of the request body, where there is one. */
  readonly request: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** All recordings that the indexes of both folders list; no path stands in both. */
export function listRecordings(): readonly Recording[] {
  return [recordingsFolder, newerRecordingsFolder].flatMap(listFolder);
}

export function readText(file: string): string {
  return readFileSync(pathOf(file), "utf8");
}

/** The events of a stream as text, whatever frames they came in. */
export function readEvents(file: string): string {
  return textOf(readBytes(file));
}

export function readBytes(file: string): Uint8Array {
  return readFileSync(pathOf(file));
}

function listFolder({ exists, path }: Folder): readonly Recording[] {
  if (!exists) return [];
  const index: unknown = JSON.parse(readFileSync(join(path, "index.json"), "utf8"));
  return Array.isArray(index) ? index.filter(isFields).map(toRecording) : [];
}

function pathOf(file: string): string {
  const path = join(recordingsFolder.path, file);
  return existsSync(path) ? path : join(newerRecordingsFolder.path, file);
}

export function readJson(file: string): unknown {
  return JSON.parse(readText(file));
}

/** The body of a recorded error as JSON text, without the event framing that one of them has. */
export function readErrorText(file: string): string {
  const recorded = readJson(file);
  const body = isFields(recorded) ? recorded["body"] : undefined;
  return typeof body === "string" ? body.replace(/^data: /, "") : (JSON.stringify(body) ?? "");
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toRecording(entry: Fields): Recording {
  const file = String(entry["file"]);
  const [vendor = "", kind = ""] = file.split("/");
  return {
    file,
    vendor,
    kind: kind === "stream" || kind === "response" ? kind : "error",
    status: Number(entry["status"] ?? 200),
    url: stringOf(entry["url"]),
    model: stringOf(entry["model"]),
    provenance: String(entry["provenance"]),
    headers: headersOf(entry["headers"]),
    requestHeaders: headersOf(entry["requestHeaders"]),
    request: stringOf(entry["request"]),
  };
}

function headersOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(isFields(value) ? value : {}).map(([name, text]) => [name, String(text)]));
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
