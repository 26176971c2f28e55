import { createParser } from "eventsource-parser";
import type { WireName } from "../wires/wire.ts";
import { readFrames } from "./read-frames.ts";

/** Takes reads as they come, and hands on the data of each event. */
export function readEvents(wire: WireName, onData: (data: string) => void): (bytes: Uint8Array) => void {
  if (wire === "bedrock") return readFrames(onData);
  const parser = createParser({ onEvent: (event) => onData(event.data) });
  const decoder = new TextDecoder();
  return (bytes) => parser.feed(decoder.decode(bytes, { stream: true }));
}
