import type { FinishReason } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { SeededRandom } from "./random.ts";
import { piecesOf } from "./second-answers.ts";
import type { ScriptContext, Step } from "./scripts.ts";

type Content = "text" | "nothing" | "reasoning" | "refusal";

/** A properly ended answer: headers, perhaps reasoning, text or JSON or tool calls, usage, end. */
export function makeAnswer(context: ScriptContext, finishReason: FinishReason, content: Content = "text"): Step[] {
  const { random, newId, target } = context;
  const parts: StreamPart[][] = [[{ type: "response", requestId: "request" }]];
  if (random.chance(0.3)) parts.push([]);
  if (content === "reasoning" || random.chance(target.silentReasoning ? 0.8 : 0.2)) {
    parts.push(...reasoning(newId(), target.silentReasoning, random));
  }
  const withTools = context.tools && content === "text" && random.chance(0.6);
  if (content === "text" && (!withTools || random.chance(0.5))) {
    parts.push(...text(newId(), context.json ? jsonPieces(random) : piecesIn(context)));
  }
  if (withTools) for (let calls = random.whole(1, 2); calls > 0; calls--) parts.push(...toolCall(newId(), random));
  if (content === "refusal") {
    parts.push([{ type: "refusal", id: newId(), part: { type: "refusal", text: "I will not." } }]);
  }
  if (random.chance(0.6)) parts.push([{ type: "usage", usage: { inputTokens: 7, outputTokens: random.whole(1, 90) } }]);
  const reason = withTools && finishReason === "stop" ? "tool-calls" : finishReason;
  const last: StreamPart = {
    type: "end",
    finishReason: reason,
    rawFinishReason: `raw-${reason}`,
    usage: random.chance(0.8) ? { inputTokens: 7, outputTokens: random.whole(1, 90) } : undefined,
    model: random.chance(0.3) ? "one-served" : undefined,
    stopSequence: content === "nothing" && random.chance(0.3) ? true : undefined,
    unknownContent: content === "reasoning" && random.chance(0.3) ? true : undefined,
  };
  if (target.unary)
    return [
      { type: "wait", ms: random.between(50, 900) },
      { type: "read", parts: [...parts.flat(), last] },
    ];
  if (random.chance(0.3)) parts.at(-1)?.push(last);
  else parts.push([last]);
  if (context.isLong) return parts.flatMap((batch) => [longPause(random), { type: "read", parts: batch }]);
  return pace(parts, context.isQuick ? [1, 5] : [random.pick([60, 600]), random.pick([20, 200, 900])], random);
}

/** Shorter than every limit for silence; thirty of them make half a minute. */
const longPause = (random: SeededRandom): Step => ({ type: "wait", ms: random.between(1_000, 1_400) });

/** One read per batch, some of them together, with time in between. */
function pace(
  batches: readonly (readonly StreamPart[])[],
  [firstMs, laterMs]: readonly [number, number],
  random: SeededRandom,
): Step[] {
  const steps: Step[] = [{ type: "wait", ms: random.between(0.5, firstMs) }];
  let held: StreamPart[] = [];
  for (const [index, batch] of batches.entries()) {
    held.push(...batch);
    if (index < batches.length - 1 && random.chance(0.2)) continue;
    steps.push({ type: "read", parts: held });
    held = [];
    if (random.chance(0.8)) steps.push({ type: "wait", ms: random.between(0.01, laterMs) });
  }
  return steps;
}

function text(id: string, pieces: readonly string[]): StreamPart[][] {
  return [
    [{ type: "text-start", id }],
    ...pieces.map((delta): StreamPart[] => [{ type: "text-delta", id, delta }]),
    [{ type: "text-end", id, part: { type: "text", text: pieces.join("") } }],
  ];
}

function piecesIn({ story, random, isLong }: ScriptContext): string[] {
  return story === undefined ? prose(random, isLong) : piecesOf(story, random);
}

/** More than the read-ahead takes, in two pieces. */
const LONG = [0, 1, 2, 3, 4].map((index) => `${index} `.repeat(20_000));

function prose(random: SeededRandom, takesLong: boolean): string[] {
  if (takesLong) return Array.from({ length: random.whole(28, 36) }, (_, index) => `word ${index} `);
  const isLong = random.chance(0.05);
  return Array.from({ length: random.whole(1, 5) }, (_, index) =>
    isLong ? (LONG[index] ?? "") : random.pick(["The sky", " is blue", "", " and wide", ` ${index}`, "."]),
  ).concat("!");
}

function jsonPieces(random: SeededRandom): string[] {
  return random.chance(0.85) ? ['{"a', '":', "1}"] : ['{"a', "oops"];
}

function reasoning(id: string, isSilent: boolean, random: SeededRandom): StreamPart[][] {
  if (isSilent) {
    return [[{ type: "working", kind: "reasoning", on: true }], [{ type: "working", kind: "reasoning", on: false }]];
  }
  const kind = random.chance(0.8) ? "reasoning" : "server-tool";
  const pieces = ["Let me", " think"];
  return [
    [
      { type: "working", kind, on: true },
      { type: "reasoning-start", id },
    ],
    ...pieces.map((delta): StreamPart[] => [{ type: "reasoning-delta", id, delta }]),
    [
      { type: "reasoning-end", id, part: { type: "reasoning", text: pieces.join("") } },
      { type: "working", kind, on: false },
    ],
  ];
}

function toolCall(id: string, random: SeededRandom): StreamPart[][] {
  const isValid = random.chance(0.8);
  const toolCallId = `call-${id}`;
  const toolName = random.chance(0.9) ? "look" : "unknown";
  const input = { at: 1 };
  const part = isValid
    ? { type: "tool-call" as const, toolCallId, toolName, input }
    : { type: "tool-call" as const, toolCallId, toolName, input: {}, inputText: '{"at' };
  return [
    [{ type: "tool-call-start", id, toolCallId, toolName }],
    [{ type: "tool-call-delta", id, delta: '{"at' }],
    [{ type: "tool-call", id, part }],
  ];
}
