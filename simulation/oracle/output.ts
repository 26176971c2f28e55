import { isDeepStrictEqual } from "node:util";
import { isUnderstudyError, type FinishReason, type StreamEvent } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import { attemptsOf, eventsOf, readsOf, type AttemptFact } from "./words.ts";

type PartEvent = Exclude<StreamEvent, { type: "start" | "failover" | "tool-call-invalid" | "finish" }>;
type EndPart = Extract<StreamPart, { type: "end" }>;

const PRIVATE = ["response", "usage", "working", "end"];

/** Calls whose events a consumer saw, with those events. */
function seenEvents(call: CallFact): StreamEvent[] {
  return call.seen.flatMap((seen) => (seen.type === "event" ? [seen.event] : []));
}

const readsToTheEnd = (call: CallFact): boolean =>
  call.opened?.error === undefined && ["prompt", "slow", "stops-pulling"].includes(call.plan.consumer);

/** Everything an upstream sent in time, and that is the consumer's to see. */
export function sentParts(upstream: UpstreamFact): PartEvent[] {
  const parts = readsOf(upstream).flatMap((read) => read.parts);
  const end = parts.findIndex((part) => part.type === "end");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left has no private type
  return (end < 0 ? parts : parts.slice(0, end)).filter((part) => !PRIVATE.includes(part.type)) as PartEvent[];
}

export function evidenceOf(upstream: UpstreamFact | undefined): EndPart | undefined {
  return readsOf(upstream)
    .flatMap((read) => read.parts)
    .find((part) => part.type === "end");
}

const textOf = (parts: readonly PartEvent[]): string =>
  parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");

/** Text and tool calls that an attempt wrote, also half ones, without ids. */
export function wordsOf(upstream: UpstreamFact): string {
  return sentParts(upstream)
    .map((part) => {
      if (part.type === "text-delta" || part.type === "tool-call-delta") return part.delta;
      if (part.type !== "tool-call") return "";
      return `${part.part.toolName}(${part.part.inputText ?? JSON.stringify(part.part.input)})`;
    })
    .join("");
}

function answered(call: CallFact): AttemptFact | undefined {
  return attemptsOf(call).find(({ record }) => record?.outcome === "answered");
}

/** R4.9: Exactly one terminal per request that was read to the end; none after `return()`; exactly one `end` in the hook, last. */
export function* oneTerminal({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const ends = eventsOf(call, "end").length;
    if (ends !== 1 || call.events.at(-1)?.event.type !== "end")
      yield `call ${call.id} has ${ends} ends, or one that is not last`;
    const terminals = call.seen.filter(({ type }) => type === "done" || type === "error").map(({ type }) => type);
    if (readsToTheEnd(call) && (terminals.length !== 2 || terminals[1] !== "done")) {
      yield `call ${call.id} ended with ${terminals.join(", ") || "nothing"}`;
    }
    if (call.leftAt !== undefined && terminals.includes("error") && call.seen.at(-1)?.type === "error") {
      yield `call ${call.id} threw after return()`;
    }
    if (call.opened?.error === undefined && call.result === undefined) yield `call ${call.id} never gave a result`;
    const outcome = eventsOf(call, "end")[0]?.outcome;
    const hasAnswer = call.result?.answer !== undefined;
    if (hasAnswer !== (outcome === "answered")) yield `call ${call.id} was ${outcome} but its result says otherwise`;
  }
}

/** R4.9: Nothing after the terminal. */
export function* nothingAfter({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const terminal = call.seen.findIndex(
      (seen) =>
        seen.type === "done" || seen.type === "error" || (seen.type === "event" && seen.event.type === "finish"),
    );
    const rest = terminal < 0 ? [] : call.seen.slice(terminal + 1);
    if (rest.some((seen) => seen.type === "event" || seen.type === "text"))
      yield `call ${call.id} went on after its end`;
  }
}

/** R5.1: `finish` only if the last attempt's upstream really sent evidence. */
export function* finishNeedsEvidence({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const finished = seenEvents(call).some(({ type }) => type === "finish") || call.result?.answer !== undefined;
    if (finished && evidenceOf(answered(call)?.upstream) === undefined)
      yield `call ${call.id} finished without evidence`;
    const attempt = answered(call);
    if (attempt !== undefined && evidenceOf(attempt.upstream) === undefined)
      yield `call ${call.id} was answered without evidence`;
  }
}

/** R4.8: What was shown, with restarts applied, equals the message or the partial. */
export function* shownEqualsMessage({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const answer = call.result?.answer;
    const attempt = answered(call);
    // Of an answer of two the seam is judged elsewhere.
    if (answer?.stitched === undefined && answer !== undefined && attempt?.upstream !== undefined) {
      const sent = textOf(sentParts(attempt.upstream));
      if (answer.text !== sent)
        yield `call ${call.id} answers ${JSON.stringify(answer.text)}, sent was ${JSON.stringify(sent)}`;
      const message = answer.message.content;
      const inMessage =
        typeof message === "string" ? message : message.map((part) => (part.type === "text" ? part.text : "")).join("");
      if (inMessage !== answer.text) yield `the message of call ${call.id} is not its text`;
    }
    const shown = shownText(call);
    if (shown === undefined) continue;
    const error = call.seen.find((seen) => seen.type === "error")?.error;
    if (answer !== undefined && shown !== answer.text)
      yield `call ${call.id} showed ${JSON.stringify(shown)} but answers otherwise`;
    if (isUnderstudyError(error) && (error.partial?.text ?? "") !== shown) {
      yield `call ${call.id} showed ${JSON.stringify(shown)} but its partial is ${JSON.stringify(error.partial?.text)}`;
    }
  }
}

function shownText(call: CallFact): string | undefined {
  if (call.opened?.error !== undefined || call.leftAt !== undefined) return undefined;
  if (call.plan.consumer === "text") {
    const pieces = call.seen
      .map((seen) => (seen.type === "text" ? seen.text : ""))
      .join("")
      .split("\n\n—continuing on backup—\n\n");
    // A failover after reasoning alone has no marker: then nothing had been printed before it either.
    return pieces.at(-1);
  }
  if (!readsToTheEnd(call)) return undefined;
  const events = seenEvents(call);
  const from = events.findLastIndex((event) => event.type === "failover" && event.mode === "restart");
  return events
    .slice(from + 1)
    .map((event) => (event.type === "text-delta" ? event.delta : ""))
    .join("");
}

/** R5.5: Never an empty `stop` or `other`, except after a tool result. */
export function* neverEmpty({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const { answer } = call.result ?? {};
    if (answer === undefined || call.plan.afterToolResult) continue;
    if (answer.finishReason !== "stop" && answer.finishReason !== "other") continue;
    // The caller's own stop sequence may leave nothing, and what a reader does not know is not nothing.
    const end = evidenceOf(answered(call)?.upstream);
    if (end?.stopSequence === true || end?.unknownContent === true) continue;
    const content = typeof answer.message.content === "string" ? [] : answer.message.content;
    if (content.every((part) => part.type === "reasoning" || (part.type === "text" && part.text.trim() === ""))) {
      yield `call ${call.id} is an empty ${answer.finishReason}`;
    }
  }
}

/** R4.5: Attempts in the output never go backwards; each change is announced, with the truth about what is void. */
export function* changesAreAnnounced({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    let current = 0;
    let shown = { chars: 0, ids: new Set<string>() };
    for (const event of seenEvents(call)) {
      if (event.type === "start") current = event.attempt;
      else if (event.type === "failover") {
        const from = attemptsOf(call).find(({ n }) => n === current);
        if (event.from.attempt !== current || event.to.attempt <= current)
          yield `call ${call.id} moved from ${event.from.attempt} to ${event.to.attempt} while showing ${current}`;
        if (event.reason !== from?.record?.class)
          yield `call ${call.id} gives ${event.reason} as the reason, not ${from?.record?.class}`;
        const isKept = event.mode === "continue";
        const discarded = isKept ? shown.chars - event.keeps.textChars : event.discards.textChars;
        if (discarded !== (isKept ? 0 : shown.chars))
          yield `call ${call.id} discards ${discarded} of ${shown.chars} characters`;
        if ((event.marker === null) !== (isKept || shown.chars === 0)) yield `call ${call.id} has the wrong marker`;
        const kept = isKept ? event.keeps.ids : [];
        if ([...shown.ids].some((id) => event.discards.ids.includes(id) === kept.includes(id)))
          yield `call ${call.id} does not discard all it showed`;
        const ranTools = from?.upstream?.reads.some(
          ({ parts, isLate }) =>
            !isLate && parts.some((part) => part.type === "working" && part.kind === "server-tool"),
        );
        if (event.sideEffects !== (ranTools ?? false)) yield `call ${call.id} is wrong about side effects`;
        current = event.to.attempt;
        shown = { chars: shown.chars - discarded, ids: new Set(kept) };
      } else if (event.type !== "finish") {
        const owner = call.upstream.find(({ ids }) => ids.has(event.id));
        const isHeirloom = shown.ids.has(event.id) && event.type.startsWith("text-");
        if (owner === undefined || (owner.attempt !== current && !isHeirloom))
          yield `call ${call.id} showed ${event.type} of attempt ${owner?.attempt} in ${current}`;
        shown.ids.add(event.id);
        if (event.type === "text-delta") shown.chars += event.delta.length;
      }
    }
  }
}

/** R4.8: Per attempt nothing is lost, duplicated or reordered. */
export function* nothingLost({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const events = seenEvents(call).filter(
      (event): event is PartEvent =>
        !["start", "failover", "finish", "tool-call", "tool-call-invalid"].includes(event.type),
    );
    for (const attempt of attemptsOf(call)) {
      const { upstream } = attempt;
      if (upstream === undefined) continue;
      const { from, to } = joints(call, attempt.n);
      // The rest of another's answer is judged by its text.
      if (to) continue;
      const seen = events.filter((event, index) => upstream.ids.has(event.id) && index < from);
      if (seen.length === 0) continue;
      const sent = sentParts(upstream).filter(({ type }) => type !== "tool-call");
      const misplaced = seen.slice(0, sent.length).findIndex((event, index) => !isSame(event, sent[index], attempt));
      if (misplaced >= 0) yield `call ${call.id} attempt ${attempt.n}: event ${misplaced} is not what was sent`;
      const isWhole = readsToTheEnd(call) && from === Infinity && seen.length < sent.length;
      if (isWhole) yield `call ${call.id} attempt ${attempt.n}: ${seen.length} of ${sent.length} events arrived`;
    }
  }
}

/** Where the output of an attempt ends as another goes on with it, and whether it goes on with another's itself. */
function joints(call: CallFact, n: number): { readonly from: number; readonly to: boolean } {
  let from = Infinity;
  let to = false;
  let index = 0;
  for (const event of seenEvents(call)) {
    if (event.type === "failover" && event.mode === "continue") {
      if (event.from.attempt === n) from = index;
      to ||= event.to.attempt === n;
    }
    if (!["start", "failover", "finish", "tool-call", "tool-call-invalid"].includes(event.type)) index++;
  }
  return { from, to };
}

/** R4.12: What was sent, but that a finished part says which target made it where only that one may read it. */
function isSame(event: PartEvent, sent: PartEvent | undefined, { record }: AttemptFact): boolean {
  if (sent === undefined || !("part" in sent)) return event === sent;
  const { part } = sent;
  const isBound = part.type === "reasoning" || part.type === "opaque" || part.opaque !== undefined;
  if (!isBound || record === undefined) return event === sent;
  const { vendor, model, endpoint } = record;
  return isDeepStrictEqual(event, { ...sent, part: { ...part, origin: { vendor, model, endpoint } } });
}

function isCall(type: string): boolean {
  return type === "tool-call" || type === "tool-call-invalid";
}

/** R4.5: A failover notice is followed by something of the new attempt, unless the consumer leaves. */
export function* noticeIsFollowed({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const events = seenEvents(call);
    const isLast = events.at(-1)?.type === "failover";
    if (isLast && call.leftAt === undefined && call.aborted === undefined)
      yield `call ${call.id} announced a change and gave nothing`;
  }
}

/** R4.4: One `start`, first, from the first attempt whose gate opened. */
export function* oneStart({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const events = seenEvents(call);
    const starts = events.filter(({ type }) => type === "start");
    if (events.length > 0 && (starts.length !== 1 || events[0]?.type !== "start"))
      yield `call ${call.id} has ${starts.length} starts`;
    const released = eventsOf(call, "released");
    if (released.length > 1) yield `call ${call.id} was released ${released.length} times`;
    const [first] = events;
    if (first?.type === "start" && first.attempt !== released[0]?.attempt)
      yield `call ${call.id} starts with the wrong attempt`;
  }
}

/** Only behind these is a tool call whole and meant. */
const COMPLETE: readonly FinishReason[] = ["stop", "tool-calls"];

/** R4.10: No partial answer holds a tool call. */
export function* partialsHoldNoTools({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const errors = [
      call.result?.error,
      call.opened?.error,
      ...call.seen.map((seen) => (seen.type === "error" ? seen.error : undefined)),
    ];
    const partials = errors.map((error) => (isUnderstudyError(error) ? error.partial : undefined));
    const types = partials.flatMap((partial) => partial?.content.map(({ type }): string => type) ?? []);
    if (types.includes("tool-call")) yield `call ${call.id} has a tool call in its partial answer`;
  }
}

/**
 * R4.7: No tool call before its JSON parses and the terminal arrived; then all that are valid, just before `finish`, and
 * only behind an end that says that the answer is complete.
 */
export function* toolCallsWait({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const events = seenEvents(call);
    const first = events.findIndex(({ type }) => isCall(type));
    if (first >= 0 && events.slice(first).some(({ type }) => !isCall(type) && type !== "finish"))
      yield `call ${call.id} released a tool call early`;
    const attempt = answered(call);
    for (const event of events) {
      if (event.type !== "tool-call") continue;
      if (event.part.inputText !== undefined || event.part.toolName !== "look")
        yield `call ${call.id} released a broken tool call`;
      const end = evidenceOf(attempt?.upstream);
      if (end === undefined) yield `call ${call.id} released a tool call without evidence`;
      else if (!COMPLETE.includes(end.finishReason))
        yield `call ${call.id} released a tool call behind ${end.finishReason}`;
    }
    const answer = call.result?.answer;
    if (answer !== undefined && answer.toolCalls.length > 0 && !COMPLETE.includes(answer.finishReason))
      yield `call ${call.id} answers with a tool call behind ${answer.finishReason}`;
    if (answer?.toolCalls.some((part) => part.inputText !== undefined || part.toolName !== "look"))
      yield `call ${call.id} answers with a broken tool call`;
    if (answer !== undefined && attempt?.upstream !== undefined) {
      const sent = sentParts(attempt.upstream).filter(({ type }) => type === "tool-call").length;
      if (answer.toolCalls.length + answer.invalidToolCalls.length !== sent) yield `call ${call.id} lost a tool call`;
      const shown = events.filter(({ type }) => type === "tool-call").length;
      if (readsToTheEnd(call) && shown !== answer.toolCalls.length)
        yield `call ${call.id} showed ${shown} of ${answer.toolCalls.length} tool calls`;
      const ended = events.filter(({ type }) => type === "tool-call-invalid").length;
      if (readsToTheEnd(call) && ended !== answer.invalidToolCalls.length)
        yield `call ${call.id} ended ${ended} of ${answer.invalidToolCalls.length} invalid tool calls`;
    }
  }
}

/** R5.6: The finish reason is the vendor's, never `stop` for something else. */
export function* reasonIsTheVendors({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const evidence = evidenceOf(answered(call)?.upstream);
    const answer = call.result?.answer;
    if (answer === undefined || evidence === undefined) continue;
    if (answer.finishReason !== evidence.finishReason || answer.rawFinishReason !== evidence.rawFinishReason)
      yield `call ${call.id} says ${answer.finishReason} for ${evidence.finishReason}`;
    const finish = seenEvents(call).find((event) => event.type === "finish");
    if (finish !== undefined && finish.finishReason !== evidence.finishReason)
      yield `call ${call.id} finishes with ${finish.finishReason}`;
  }
}
