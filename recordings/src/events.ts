import { isFields } from "./recordings.ts";

/** One event of a stream as it was framed. */
export interface StreamEvent {
  /** Value of the `event:` line; empty where the wire has none. */
  readonly event: string;
  readonly data: unknown;
}

/** The events of a stream body. Comments and broken events are passed over. */
export function parseEvents(body: string): readonly StreamEvent[] {
  return body.split(/\r?\n\r?\n/).flatMap((block): readonly StreamEvent[] => {
    const event = /^event: (.*)$/m.exec(block)?.[1]?.trim() ?? "";
    const text = /^data: (.*)$/m.exec(block)?.[1]?.trim();
    if (text === undefined) return [];
    if (text === "[DONE]") return [{ event, data: text }];
    try {
      return [{ event, data: JSON.parse(text) }];
    } catch {
      // Some recordings are cut in the middle of an event on purpose.
      return [];
    }
  });
}

/** Paths whose insides belong to the request or the model, not to the wire. */
const foreign = /(^|\.)(tools|input|args|parameters|metadata|format|schema|logprobs|top_logprobs|moderation)(\.|$)/;

/** The paths of all fields, lists folded into `[]`, without the insides of what is not the wire's own. */
export function pathsOf(value: unknown, prefix = ""): ReadonlySet<string> {
  const paths = new Set<string>();
  const walk = (node: unknown, path: string): void => {
    if (foreign.test(path)) return;
    if (Array.isArray(node)) {
      for (const element of node) walk(element, `${path}[]`);
    } else if (isFields(node)) {
      for (const [name, field] of Object.entries(node)) {
        const next = path === "" ? name : `${path}.${name}`;
        paths.add(next);
        walk(field, next);
      }
    }
  };
  walk(value, prefix);
  return paths;
}

/** What kind of event it is: its type, and the type of what it carries. */
export function kindOf(data: unknown): string {
  if (!isFields(data)) return String(data);
  const inner = [data["delta"], data["item"], data["content_block"], data["part"], data["annotation"]].find(isFields);
  const choice: unknown = Array.isArray(data["choices"]) ? data["choices"][0] : undefined;
  return [data["type"] ?? data["object"] ?? "chunk", inner?.["type"], choiceKind(choice)].filter(Boolean).join(" ");
}

function choiceKind(choice: unknown): string | undefined {
  if (!isFields(choice) || !isFields(choice["delta"])) return undefined;
  if (typeof choice["finish_reason"] === "string") return "finish";
  const { delta } = choice;
  if (delta["role"] !== undefined) return "role";
  return Object.keys(delta).find((name) => delta[name] !== null) ?? "empty";
}
