import { Count, MOST } from "../../model/count.ts";
import type { JsonObject } from "../../model/json.ts";
import { asArray, asJsonObject, asObject, type Foreign } from "../foreign.ts";

/** What is read into the answer itself. */
const READ: ReadonlySet<string> = new Set(["choices", "object", "model", "usage", "error", "obfuscation"]);
const NONE: ReadonlySet<string> = new Set();
const READ_IN_CHOICE: ReadonlySet<string> = new Set(["index", "delta", "message", "finish_reason", "logprobs"]);

/**
 * What a server says beside the answer, under its own names: ids, fingerprint, served tier, log probabilities,
 * annotations, usage as it counts, filters' findings. Nothing is looked at before the answer ends, and only the first
 * and last chunks are kept: what a server repeats in each of them is the same.
 */
export class ChatVendorData {
  readonly annotations: unknown[] = [];
  readonly #logprobs: Foreign[] = [];
  // One for each token.
  readonly #tokens = new Count(64 * MOST);
  #first: Foreign | undefined;
  #finish: Foreign | undefined;
  #last: Foreign | undefined;

  chunk(chunk: Foreign): void {
    this.#first ??= chunk;
    this.#last = chunk;
  }

  /** The chunk of the finish reason. */
  finish(chunk: Foreign): void {
    this.#finish = chunk;
  }

  logprobs(logprobs: Foreign): void {
    this.#tokens.add();
    this.#logprobs.push(logprobs);
  }

  /** Undefined when nothing was said. */
  read(usage: unknown): JsonObject | undefined {
    const data: Record<string, unknown> = {};
    for (const chunk of [this.#first, this.#finish, this.#last]) {
      add(data, asObject(chunk), READ);
      for (const choice of asArray(chunk?.["choices"]).slice(0, 1)) add(data, asObject(choice), READ_IN_CHOICE);
    }
    add(data, { usage, annotations: this.annotations, logprobs: joined(this.#logprobs) }, NONE);
    return Object.keys(data).length === 0 ? undefined : asJsonObject(data);
  }
}

function add(data: Record<string, unknown>, fields: Foreign, read: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (read.has(name) || isEmpty(value)) continue;
    Object.defineProperty(data, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

/** Of a stream each chunk has those of its own tokens; a whole answer has them all in one. */
function joined(logprobs: readonly Foreign[]): unknown {
  if (logprobs.length < 2) return logprobs[0];
  const listOf = (name: string): readonly unknown[] => logprobs.flatMap((one) => asArray(one[name]));
  return { content: listOf("content"), refusal: listOf("refusal") };
}
