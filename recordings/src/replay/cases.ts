import type { FailureClass } from "@understudy/core";
import { isDeepStrictEqual } from "node:util";
import type { AdaptedWire } from "../adapters.ts";
import { parseEvents } from "../events.ts";
import { peculiar } from "../expected/peculiar.ts";
import { fields, known, type Fields, type Reading } from "../expected/reading.ts";
import { framesOf, isFramed } from "../frames.ts";
import { readBytes, type Recording } from "../recordings.ts";
import { boundariesOf } from "./cuts.ts";

/** One recording with what its adapter has to make of it. */
export interface ReplayCase {
  readonly file: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly status: number;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** What of the answer goes back to its vendor in the next request. */
  readonly kept: readonly unknown[];
  /** Wires on which the conversation cannot go on. */
  readonly refusedBy: readonly string[];
  readonly expected: Reading;
  /** What a chain makes of it, where an answer that came whole is none for an application. Always stated by hand. */
  readonly chainFailure: FailureClass | undefined;
  /** Whether what is stated by hand differs from what the recording itself says. */
  readonly isStatementNeeded: boolean;
  /** The same for the first bytes of the body. */
  expectedOf(bytes: number): Reading;
}

const nothing: Reading = {
  text: "",
  reasoning: "",
  toolCalls: [],
  citations: [],
  sources: [],
  opaque: [],
  media: [],
};

export function replayCase(wire: AdaptedWire, recording: Recording): ReplayCase {
  const { file } = recording;
  const body = readBytes(file);
  const isStream = recording.kind === "stream";
  const type = isStream ? "text/event-stream" : "application/json";
  const events = isStream ? eventsOf(body) : [];
  const native = isStream ? wire.expected.assemble(events.map(({ data }) => data)) : wholeOf(wire, body);
  const { expected: stated = {}, chainFailure, kept, refusedBy } = peculiar[file] ?? {};
  const reading = wire.expected.read(native);
  return {
    file,
    model: recording.model ?? wire.usualModel,
    isStream,
    status: recording.status,
    body,
    headers: { "content-type": type, ...recording.headers },
    kept: kept ?? wire.expected.kept(native),
    refusedBy: refusedBy ?? [],
    expected: { ...reading, ...stated },
    chainFailure,
    isStatementNeeded:
      chainFailure !== undefined ||
      kept !== undefined ||
      refusedBy !== undefined ||
      !isDeepStrictEqual({ ...reading, ...stated }, reading),
    expectedOf: (bytes) => {
      if (!isStream) return { ...nothing, failure: "stream.truncated" };
      const whole = events.filter(({ end }) => end <= bytes);
      const come = whole.map(({ data }) => data);
      const start = wire.expected.read(wire.expected.assemble(come));
      const rest = new TextDecoder().decode(body.subarray(whole.at(-1)?.end ?? 0, bytes));
      // The event that was cut may have been content.
      // Of a first frame that is cut nobody can say what it is.
      if (isFramed(body) && whole.length === 0) return { ...start, failure: "gateway.not-a-stream" };
      const isCut = isFramed(body) ? rest !== "" : /^data: ?\{/m.test(rest);
      if (start.failure === undefined && !come.some(isTerminal) && isCut) {
        return { ...start, failure: "stream.truncated" };
      }
      // Which class an error inside the stream has is stated by hand.
      return start.failure === "unknown" ? { ...start, failure: stated.failure } : start;
    },
  };
}

/** Nothing of the answer comes behind it. */
function isTerminal(data: unknown): boolean {
  const { type } = fields(data);
  return (
    data === "[DONE]" ||
    type === "message_stop" ||
    type === "response.completed" ||
    type === "response.incomplete" ||
    type === "metadata"
  );
}

/** Some recordings are the list of all chunks of a stream. */
function wholeOf(wire: AdaptedWire, body: Uint8Array): Fields {
  const value: unknown = JSON.parse(new TextDecoder().decode(body));
  return Array.isArray(value) ? wire.expected.assemble(value) : fields(value);
}

/** The events of a stream with the offsets behind them. */
function eventsOf(body: Uint8Array): readonly { readonly data: unknown; readonly end: number }[] {
  if (isFramed(body)) return framesOf(body);
  const decoder = new TextDecoder();
  return [...boundariesOf(body), body.length].flatMap((end, index, ends) => {
    const events = parseEvents(decoder.decode(body.subarray(ends[index - 1] ?? 0, end)));
    return events.map(({ data }) => ({ data, end }));
  });
}

/** The fields of an outcome that can be compared with what is expected. */
export function comparable(expected: Reading, outcome: Reading): Partial<Reading> {
  const { failure, text, reasoning } = outcome;
  // A body that is no answer may hold text all the same.
  if (expected.failure?.startsWith("gateway.") === true) return { failure };
  if (expected.failure !== undefined || failure !== undefined) return { failure, text, reasoning };
  const toolCalls = outcome.toolCalls.map((call, index) => {
    // Where the vendor gives no id, any will do.
    return expected.toolCalls[index]?.id === undefined ? { ...call, id: undefined } : call;
  });
  return known({ ...outcome, toolCalls });
}
