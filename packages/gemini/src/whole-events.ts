import { TargetFailure } from "@understudy/core/adapter";

const MOST_BYTES = 16 * 1_024 * 1_024;
const LF = 0x0a;
const CR = 0x0d;
/** A blank line may begin in what came before. */
const LONGEST_END = 4;

/**
 * The same bytes, in pieces that end where an event does: the SDK searches all that it has of an event with every piece. An
 * event that is too long, or that the body ends in, fails here, and `onFailure` is told with what.
 */
export function wholeEvents(
  body: ReadableStream<Uint8Array>,
  onFailure: (failure: TargetFailure) => void,
  mostBytes: number = MOST_BYTES,
): ReadableStream<Uint8Array> {
  let kept: Uint8Array[] = [];
  let length = 0;
  const take = (): Uint8Array => {
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of kept) {
      all.set(piece, at);
      at += piece.length;
    }
    kept = [];
    length = 0;
    return all;
  };
  const keep = (bytes: Uint8Array): void => {
    if (bytes.length > 0) kept.push(bytes);
    length += bytes.length;
  };
  const failed = (failure: TargetFailure): TargetFailure => {
    onFailure(failure);
    return failure;
  };
  const cutter = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      const before = tail(kept);
      const end = endOfLast(before, bytes);
      keep(end === 0 ? bytes : bytes.subarray(0, end));
      if (end > 0) {
        controller.enqueue(take());
        keep(bytes.subarray(end));
      }
      if (length > mostBytes) throw failed(new TargetFailure("stream.oversized"));
    },
    flush(controller) {
      const rest = take();
      if (rest.some((byte) => byte !== LF && byte !== CR)) throw failed(new TargetFailure("stream.truncated"));
      controller.enqueue(rest);
    },
  });
  return body.pipeThrough(cutter);
}

/** The last bytes of what came before, newest last. */
function tail(pieces: readonly Uint8Array[]): readonly number[] {
  const bytes: number[] = [];
  for (let index = pieces.length - 1; index >= 0 && bytes.length < LONGEST_END - 1; index--) {
    const missing = LONGEST_END - 1 - bytes.length;
    bytes.unshift(...(pieces[index]?.subarray(-missing) ?? []));
  }
  return bytes;
}

/** Behind the last blank line that ends in `bytes`; 0 when none does. */
function endOfLast(before: readonly number[], bytes: Uint8Array): number {
  const at = (index: number): number | undefined => (index < 0 ? before.at(index) : bytes[index]);
  for (let end = bytes.length; end > 0; end--) {
    const last = at(end - 1);
    if (last !== LF && last !== CR) continue;
    if (at(end - 2) === last) return end;
    if (last === LF && at(end - 2) === CR && at(end - 3) === LF && at(end - 4) === CR) return end;
  }
  return 0;
}
