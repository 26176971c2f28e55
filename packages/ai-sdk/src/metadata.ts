import type { AssistantPart, Citation, JsonObject, JsonValue, Origin } from "@understudy/core";

/** The one key under which everything of ours stands in `providerMetadata` and `providerOptions`. */
export const KEY = "understudy";

/** What a part of an answer carries with it, so that it can go back to the target that made it. */
export interface PartMetadata {
  readonly origin?: Origin;
  readonly opaque?: JsonObject;
  readonly citations?: readonly Citation[];
  readonly type?: "refusal";
  readonly kind?: string;
  readonly data?: JsonValue;
}

/** To spread into a part of the AI SDK's. */
export interface WithMetadata {
  /** Comes back as `providerOptions` of the same part. */
  readonly providerMetadata?: {
    /** What only the target that made the part can read, and which target that is. */
    readonly understudy: Fields;
  };
}

/** JSON as every version of the AI SDK's types has it: nothing in it is read-only. */
export type Fields = {
  /** Any name, with a value that JSON can hold. */
  [name: string]: Plain | undefined;
};
type Plain = string | number | boolean | null | Plain[] | Fields;

/** Nothing where the part could be written again from its text alone. */
export function metadataOf(part: AssistantPart): WithMetadata {
  const fields: Fields = {};
  if (part.origin !== undefined) fields["origin"] = { ...part.origin };
  if (part.type === "opaque") {
    fields["kind"] = part.kind;
    fields["data"] = writable(part.data);
  } else if (part.opaque !== undefined) fields["opaque"] = writable(part.opaque);
  if (part.type === "text" && part.citations !== undefined) fields["citations"] = part.citations.map(plain);
  if (part.type === "refusal") fields["type"] = "refusal";
  return Object.keys(fields).length === 0 ? {} : own(fields);
}

export function own(fields: Fields): { readonly providerMetadata: { readonly understudy: Fields } } {
  return { providerMetadata: { [KEY]: fields } };
}

function writable(value: JsonValue): Plain {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody writes it, but older types ask for it
  return value as Plain;
}

/** Without what is undefined. */
export function plain(value: object): Fields {
  return Object.fromEntries<Plain>(Object.entries(value).filter(([, field]) => field !== undefined));
}

/** As it is sent and stored: without what is undefined. */
export function toJson(value: object): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.stringify writes of an object is one
  return JSON.parse(JSON.stringify(value)) as Fields;
}

/**
 * The same fields on their way back, each only where it has its shape: a history may come from a browser. Nothing else
 * is read from a part.
 */
export function readMetadata(options: unknown): PartMetadata {
  const given = isObject(options) ? options[KEY] : undefined;
  if (!isObject(given)) return {};
  const { origin, opaque, citations, type, kind, data } = given;
  return {
    ...(isOrigin(origin) && { origin: { vendor: origin.vendor, model: origin.model, endpoint: origin.endpoint } }),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- core refuses what is not JSON
    ...(isObject(opaque) && { opaque: opaque as JsonObject }),
    ...(isCitations(citations) && { citations }),
    ...(type === "refusal" && { type }),
    ...(typeof kind === "string" && { kind }),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- core refuses what is not JSON
    ...(data !== undefined && { data: data as JsonValue }),
  };
}

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOrigin(value: unknown): value is Origin {
  return (
    isObject(value) && [value["vendor"], value["model"], value["endpoint"]].every((name) => typeof name === "string")
  );
}

function isCitations(value: unknown): value is readonly Citation[] {
  return Array.isArray(value) && value.every(isCitation);
}

function isCitation(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every((field) => typeof field === "string" || typeof field === "number");
}
