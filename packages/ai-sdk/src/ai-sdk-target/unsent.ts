import { isJsonObject } from "@understudy/core/adapter";
import type { ReportMessageLoss } from "@understudy/core/toolkit";
import type { MediaPart } from "./prompt.ts";

/** Something of a request that providers leave out without a warning, with a way to say so. */
export type Watched =
  | { readonly media: MediaPart; readonly lost: ReportMessageLoss }
  /** The texts of a tool's result that is an error. */
  | { readonly errors: readonly string[]; readonly lost: ReportMessageLoss };

const NOT_SENT = "the provider did not send it";

/** Compares what was asked with what the provider says that it sent. What it does not show is taken to be there. */
export function reportUnsent(watched: readonly Watched[], shown: unknown): void {
  const body = typeof shown === "string" ? parsed(shown) : shown;
  const texts: string[] = [];
  if (typeof body !== "object" || !collect(body, texts) || texts.length === 0) return;
  const isSent = (text: string): boolean => texts.some((one) => one.includes(text));
  for (const one of watched) {
    if ("errors" in one) {
      if (isUnmarked(body, one.errors)) one.lost("tool-result isError", "dropped", "the provider does not mark errors");
      continue;
    }
    const { media, lost } = one;
    if (!formsOf(media).some(isSent)) lost(media.type, "dropped", NOT_SENT);
    if (media.type === "file" && media.name !== undefined && !isSent(media.name))
      lost("file name", "dropped", NOT_SENT);
  }
}

/** As it may be found in a body. A text is sent as one by some. */
function formsOf({ source }: MediaPart): string[] {
  if (source.type !== "base64") return [source.type === "url" ? new URL(source.url).href : source.id];
  const { data, mediaType } = source;
  if (!/^(?:text\/|application\/json\b)/.test(mediaType)) return [data];
  try {
    return [data, new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))];
  } catch {
    return [data];
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** False where there are bytes or forms, into which nobody can look. */
function collect(value: unknown, texts: string[]): boolean {
  if (typeof value === "string") texts.push(value);
  if (value instanceof URL) texts.push(value.href);
  if (typeof value !== "object" || value === null) return true;
  if (!Array.isArray(value) && !isPlain(value)) return value instanceof URL;
  return Object.values(value).every((inner) => collect(inner, texts));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether the very texts stand there, and nothing around them speaks of an error. */
function isUnmarked(value: unknown, errors: readonly string[]): boolean {
  if (typeof value === "string") return value !== "" && errors.includes(value);
  if (typeof value !== "object" || value === null) return false;
  const isMarked =
    isJsonObject(value) && Object.entries(value).some(([name, inner]) => /error/i.test(name) && Boolean(inner));
  return !isMarked && Object.values(value).some((inner) => isUnmarked(inner, errors));
}
