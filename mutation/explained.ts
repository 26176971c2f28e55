import type { Mutant } from "./instrument.ts";

/** Why nobody can notice a change. */
export const WHYS = {
  shortcut: "it only takes the longer way, which comes to the same",
  swallowed: "it throws where everything that is thrown is swallowed, and returns where it would have returned",
  sure: "what is asked for is always so: the question is there for the types, or as a second lock",
  instant: "it differs at one instant alone, and no two readings of a clock are equal",
  work: "it does, keeps or loads more than is needed, and shows nothing of it",
  alike: "the value is compared with another one only, and is not that one either way",
  blank: "nothing comes of either: there is no more to be shown or read",
} as const;

export interface Explanation {
  /** Below packages/core/src. */
  readonly file: string;
  /** The line, without what is around it. */
  readonly line: string;
  /** The how manieth of such lines it is, where it is not the first. */
  readonly place?: number;
  readonly from: string;
  readonly to: string;
  readonly why: keyof typeof WHYS;
}

export const EXPLANATIONS: readonly Explanation[] = [
  {
    file: "adapter/reading/answer-body.ts",
    line: "if (done) return;",
    from: "done",
    to: "false",
    why: "swallowed",
  },
  {
    file: "adapter/reading/answer-decoder.ts",
    line: 'if (JSON_TYPE.test(this.#contentType) && rest.trim() === "") return;',
    from: "rest.trim()",
    to: "rest",
    why: "shortcut",
  },
  {
    file: "adapter/reading/answer-decoder.ts",
    line: 'const other = this.#lines instanceof ServerSentEvents ? this.#lines.stray : (this.#lone ?? "");',
    from: '""',
    to: '"Stryker was here!"',
    why: "blank",
  },
  {
    file: "adapter/reading/frames.ts",
    line: "if (this.#length === 0) {",
    from: "{ this.#keep(this.#cut(bytes)); return; }",
    to: "{}",
    why: "shortcut",
  },
  {
    file: "adapter/reading/stop-cutter.ts",
    line: "for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {",
    from: "stop.length - 1",
    to: "stop.length + 1",
    why: "work",
  },
  {
    file: "adapter/reading/whole-characters.ts",
    line: 'if (!endsInside && this.#half === "") return delta;',
    from: '""',
    to: '"Stryker was here!"',
    why: "shortcut",
  },
  {
    file: "engine/ahead/courses.ts",
    line: 'if (event.type === "skipped") call?.passedOver(event.skip);',
    from: "call?.passedOver",
    to: "call.passedOver",
    why: "sure",
  },
  {
    file: "engine/ahead/race.ts",
    line: "if (attempt === undefined || wait === undefined || this.dueAt() > now) return;",
    from: "attempt === undefined || wait === undefined || this.dueAt() > now",
    to: "(attempt === undefined || wait === undefined) && this.dueAt() > now",
    why: "sure",
  },
  {
    file: "engine/ahead/seam.ts",
    line: "const isOpen = sent.startsWith(head) || (unsent.startsWith(rest) && unsent !== rest);",
    from: "unsent !== rest",
    to: "true",
    why: "blank",
  },
  {
    file: "engine/attempt/attempt-clocks.ts",
    line: "return now - this.#startedAt < own * FAIR_SHARE - TOLERANCE_MS;",
    from: "now - this.#startedAt < own * FAIR_SHARE - TOLERANCE_MS",
    to: "now - this.#startedAt <= own * FAIR_SHARE - TOLERANCE_MS",
    why: "instant",
  },
  {
    file: "engine/attempt/attempt-reader.ts",
    line: "else this.#finish()?.reject(this.#stopped);",
    from: "this.#finish()?.reject",
    to: "this.#finish().reject",
    why: "sure",
  },
  {
    file: "engine/attempt/attempt-reader.ts",
    line: "void Promise.resolve(this.#iterator?.return?.()).catch(() => undefined);",
    from: "this.#iterator?.return?.()",
    to: "this.#iterator?.return()",
    why: "swallowed",
  },
  {
    file: "engine/attempt/output.ts",
    line: 'this.#terminate({ type: "done" });',
    place: 2,
    from: '"done"',
    to: '""',
    why: "alike",
  },
  {
    file: "engine/call/call.ts",
    line: 'if (events.isRead) events.note({ type: "request", callId, request });',
    from: "events.isRead",
    to: "true",
    why: "work",
  },
  {
    file: "engine/call/call.ts",
    line: "if (this.ending.isOver && attempt === undefined) return;",
    from: "attempt === undefined",
    to: "attempt !== undefined",
    why: "sure",
  },
  {
    file: "engine/call/call.ts",
    line: "if (this.ending.isOver || outcome === undefined) return;",
    from: "this.ending.isOver || outcome === undefined",
    to: "this.ending.isOver && outcome === undefined",
    why: "sure",
  },
  {
    file: "engine/call/call.ts",
    line: "if (this.ending.isOver) return undefined;",
    from: "this.ending.isOver",
    to: "false",
    why: "sure",
  },
  {
    file: "engine/next/candidates.ts",
    line: "if (this.#with.has(candidate)) return;",
    from: "this.#with.has(candidate)",
    to: "false",
    why: "shortcut",
  },
  {
    file: "engine/next/selection.ts",
    line: "if (candidate === undefined) break;",
    from: "candidate === undefined",
    to: "false",
    why: "sure",
  },
  {
    file: "engine/tier-chain.ts",
    line: 'const isAsked = pins === true || steering === true || prices !== undefined || afterRelease === "continue";',
    from: 'pins === true || steering === true || prices !== undefined || afterRelease === "continue"',
    to: "true",
    why: "work",
  },
  {
    file: "engine/tier-chain.ts",
    line: 'const isAsked = pins === true || steering === true || prices !== undefined || afterRelease === "continue";',
    from: 'afterRelease === "continue"',
    to: 'afterRelease !== "continue"',
    why: "work",
  },
  {
    file: "engine/tier-chain.ts",
    line: 'if (isAsked || tiers.some(({ order, hedgeAfterMs }) => order !== "declared" || hedgeAfterMs !== undefined)) {',
    from: '"declared"',
    to: '""',
    why: "work",
  },
  {
    file: "handoff/check-request.ts",
    line: "if (!isJsonObject(part) || !isIn(PARTS, type) || !types.includes(type)) {",
    from: "!isJsonObject(part) || !isIn(PARTS, type)",
    to: "!isJsonObject(part) && !isIn(PARTS, type)",
    why: "sure",
  },
  {
    file: "handoff/history.ts",
    line: 'return part?.type === "text" || part?.type === "refusal";',
    from: "part?.type",
    to: "part.type",
    why: "sure",
  },
  {
    file: "handoff/history.ts",
    line: 'return part.type === "opaque" || part.opaque === undefined ? part : { ...part, opaque: undefined };',
    from: "part.opaque === undefined",
    to: "false",
    why: "work",
  },
  {
    file: "adapter/reading/answer-decoder.ts",
    line: 'if (this.#form === "first-line") text = text.trimStart();',
    from: 'this.#form === "first-line"',
    to: "true",
    why: "shortcut",
  },
  {
    file: "adapter/reading/running-totals.ts",
    line: 'if (typeof earlier !== "number" || value > earlier) totals[name] = value;',
    from: "value > earlier",
    to: "value >= earlier",
    why: "shortcut",
  },
  {
    file: "adapter/reading/stray-json.ts",
    line: "if (start === -1 || this.#text.length >= MOST_CHARS) return;",
    from: "this.#text.length >= MOST_CHARS",
    to: "this.#text.length > MOST_CHARS",
    why: "blank",
  },
  {
    file: "engine/ahead/call-course.ts",
    line: "this.#held = candidate && asked && { candidate, asked };",
    from: "candidate && asked",
    to: "candidate || asked",
    why: "shortcut",
  },
  {
    file: "engine/ahead/call-course.ts",
    line: "if (siblings.length < 2) return siblings;",
    from: "siblings.length < 2",
    to: "false",
    why: "shortcut",
  },
  {
    file: "engine/ahead/joint.ts",
    line: "this.#held = [];",
    from: "[]",
    to: '["Stryker was here"]',
    why: "blank",
  },
  {
    file: "engine/ahead/quotas.ts",
    line: "const isOver = now >= known.resetAt + (known.limit === undefined ? 0 : PERIOD_MS);",
    from: "now >= known.resetAt + (known.limit === undefined ? 0 : PERIOD_MS)",
    to: "now > known.resetAt + (known.limit === undefined ? 0 : PERIOD_MS)",
    why: "instant",
  },
  {
    file: "engine/attempt/assembly.ts",
    line: 'return "progress";',
    from: '"progress"',
    to: '""',
    why: "alike",
  },
  {
    file: "engine/call/call-log.ts",
    line: "if (events.isRead) {",
    from: "events.isRead",
    to: "true",
    why: "work",
  },
  {
    file: "engine/health/breaker.ts",
    line: 'if (this.#state.type === "closed" || this.dueAt() > now) return;',
    from: "this.dueAt() > now",
    to: "this.dueAt() >= now",
    why: "instant",
  },
  {
    file: "engine/next/selection.ts",
    line: "if (dueAt !== undefined && (first === undefined || dueAt < first.dueAt)) first = { candidate, dueAt };",
    from: "dueAt < first.dueAt",
    to: "dueAt <= first.dueAt",
    why: "instant",
  },
  {
    file: "engine/stream/answer-stream.ts",
    line: 'return result.done === true ? result : { done: false, value: textOf(result.value) ?? "" };',
    from: '""',
    to: '"Stryker was here!"',
    why: "sure",
  },
];

const spaced = (text: string): string => text.replaceAll(/\s+/g, " ");

/** Why a survivor changes nothing that anybody is promised; undefined where nobody has looked at it. */
export function explain({ file, text, place, from, to }: Mutant): string | undefined {
  const found = EXPLANATIONS.find(
    (one) =>
      file === `packages/core/src/${one.file}` &&
      one.line === text &&
      (one.place ?? 1) === place &&
      one.from === spaced(from) &&
      one.to === spaced(to),
  );
  return found && WHYS[found.why];
}
