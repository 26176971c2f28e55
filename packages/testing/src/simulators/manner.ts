import { isObject, objectsOf, type WireObject } from "./json.ts";
import type { Frame, Manner } from "./wire.ts";

/** Where the chunks of a wire hold what a manner moves. */
export interface ChunkFields {
  readonly list: "choices" | "candidates";
  readonly reason: "finish_reason" | "finishReason";
  readonly usage: "usage" | "usageMetadata";
  /** Stands for what a chunk does not say; undefined leaves the field out. */
  readonly absent: null | undefined;
}

/** The frames with finish reason and usage where the manner wants them. */
export function inManner(frames: readonly Frame[], manner: Manner, fields: ChunkFields): readonly Frame[] {
  return splitUsage(placeFinish(frames, manner, fields), manner, fields);
}

function placeFinish(frames: readonly Frame[], { finishIn }: Manner, fields: ChunkFields): readonly Frame[] {
  const last = frames.find((frame) => frame.kind === "evidence");
  const first = frames.find((frame) => frame.kind === "delta");
  if (finishIn === undefined || last === undefined) return frames;
  const reason = objectsOf(dataOf(last)[fields.list])[0]?.[fields.reason];
  return frames.map((frame) => {
    if (frame === last) return finishIn === "first" ? withReason(frame, fields.absent, fields) : frame;
    const isEarly = frame.kind === "delta" && (finishIn === "every" || frame === first);
    return isEarly ? withReason(frame, reason, fields) : frame;
  });
}

function withReason(frame: Frame, reason: unknown, { list, reason: field }: ChunkFields): Frame {
  const data = dataOf(frame);
  return { ...frame, data: { ...data, [list]: objectsOf(data[list]).map((one) => ({ ...one, [field]: reason })) } };
}

function splitUsage(frames: readonly Frame[], { usageAlone }: Manner, fields: ChunkFields): readonly Frame[] {
  const last = frames.findLast((frame) => frame.kind === "evidence");
  if (usageAlone !== true || last === undefined) return frames;
  const alone: Frame = { ...last, data: { ...dataOf(last), [fields.list]: [] } };
  return frames.flatMap((frame) => {
    if (typeof frame.data === "string") return [frame];
    const silent: Frame = { ...frame, data: { ...frame.data, [fields.usage]: fields.absent } };
    return frame === last ? [silent, alone] : [silent];
  });
}

function dataOf(frame: Frame): WireObject {
  return isObject(frame.data) ? frame.data : {};
}
