import type { AdaptedWire } from "../adapters.ts";
import { parseEvents } from "../events.ts";
import { peculiar } from "../expected/peculiar.ts";
import { fields, known, type Fields, type Reading } from "../expected/reading.ts";
import { readBytes, type Recording } from "../recordings.ts";

/** One recording with what its adapter has to make of it. */
export interface ReplayCase {
  readonly file: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly status: number;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer as the vendor would send it in one piece. */
  readonly native: Fields;
  readonly expected: Reading;
  /** The same for the first bytes of the body. */
  expectedOf(bytes: number): Reading;
}

export function replayCase(wire: AdaptedWire, recording: Recording): ReplayCase {
  const { file } = recording;
  const body = readBytes(file);
  const isStream = recording.kind === "stream";
  const type = isStream ? "text/event-stream" : "application/json";
  const nativeOf = (bytes: Uint8Array): Fields => {
    const text = new TextDecoder().decode(bytes);
    if (isStream) return wire.expected.assemble(parseEvents(text).map(({ data }) => data));
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? wire.expected.assemble(value) : fields(value);
  };
  const native = nativeOf(body);
  const stated = peculiar[file]?.expected ?? {};
  return {
    file,
    model: recording.model ?? wire.usualModel,
    isStream,
    status: recording.status,
    body,
    headers: { "content-type": type, ...recording.headers },
    native,
    expected: { ...wire.expected.read(native), ...stated },
    expectedOf: (bytes) => {
      const reading = wire.expected.read(nativeOf(body.subarray(0, bytes)));
      // Which class an error inside the stream has is stated by hand.
      return reading.failure === "unknown" ? { ...reading, failure: stated.failure } : reading;
    },
  };
}

/** The fields of an outcome that can be compared with what is expected. */
export function comparable(expected: Reading, outcome: Reading): Partial<Reading> {
  const { failure, text, reasoning } = outcome;
  if (expected.failure !== undefined || failure !== undefined) return { failure, text, reasoning };
  const toolCalls = outcome.toolCalls.map((call, index) => {
    // Where the vendor gives no id, any will do.
    return expected.toolCalls[index]?.id === undefined ? { ...call, id: undefined } : call;
  });
  return known({ ...outcome, toolCalls });
}
