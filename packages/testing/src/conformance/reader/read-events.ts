import type { AttemptContext, StreamPart, WireEvent, WireReader } from "@understudy/core/adapter";

/** What an attempt gives a reader, on a clock that stands still. */
export function readerContext(): AttemptContext {
  let count = 0;
  return {
    signal: new AbortController().signal,
    clock: { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined },
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
}

/** Reads events as the engine does, until the answer has ended. */
export function readEvents(reader: WireReader, events: readonly WireEvent[]): StreamPart[] {
  const parts: StreamPart[] = [];
  for (const event of events) {
    if (reader.evidence.isEnded) break;
    const from = parts.length;
    reader.event(event, parts);
    reader.evidence.read(parts, from);
  }
  return parts;
}

/** The same for an answer that is known to be whole: with its end. */
export function readAnswer(reader: WireReader, events: readonly WireEvent[]): StreamPart[] {
  const parts = readEvents(reader, events);
  if (parts.at(-1)?.type !== "end") reader.finish(parts);
  return parts;
}

export function textOf(parts: readonly StreamPart[]): string {
  return parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
}

/** What a part does to the content that it belongs to; undefined for parts that stand alone. */
function stepOf({ type }: StreamPart): { readonly kind: string; readonly step: string } | undefined {
  if (type === "tool-call") return { kind: type, step: "end" };
  const [, kind, step] = /^(text|reasoning|tool-call)-(start|delta|end)$/.exec(type) ?? [];
  return kind === undefined || step === undefined ? undefined : { kind, step };
}

/** What is wrong with the order of parts; undefined where nothing is. */
export function disorderOf(parts: readonly StreamPart[]): string | undefined {
  const open = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, part] of parts.entries()) {
    if (part.type === "end" && index < parts.length - 1) return "a part comes after the end";
    const move = stepOf(part);
    if (move === undefined || !("id" in part)) continue;
    if (move.step === "start") {
      if (seen.has(part.id)) return `${part.type} uses the id ${part.id} a second time`;
      seen.add(part.id);
      open.set(part.id, move.kind);
    } else if (open.get(part.id) !== move.kind) return `${part.type} is of nothing that has started`;
    else if (move.step === "end") open.delete(part.id);
  }
  return undefined;
}
