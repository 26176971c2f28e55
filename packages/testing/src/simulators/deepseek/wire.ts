import { chatInBand, encodeChat } from "../chat/encode.ts";
import { startServer } from "../server.ts";
import type { Vendor, SimulatorOptions } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { deepSeekNamed, deepSeekStatus } from "./errors.ts";
import { deepSeekFrames, deepSeekWhole } from "./frames.ts";
import { admitDeepSeek } from "./request.ts";

/** DeepSeek's own chat API: `POST /chat/completions`, beta features under `/beta`. */
const deepSeekWire: Wire = {
  name: "deepseek",
  basePath: "",
  keepAlive: { stream: ": keep-alive\n\n", whole: "\n" },
  unknownEvent: { kind: "structure", data: { object: "chat.completion.future", choices: [] } },
  admit: admitDeepSeek,
  frames: deepSeekFrames,
  encode: encodeChat,
  whole: deepSeekWhole,
  error: deepSeekNamed,
  statusError: deepSeekStatus,
  inBand: chatInBand,
  headers: (kind, ids) => ({
    "content-type": kind === "stream" ? "text/event-stream; charset=utf-8" : "application/json",
    ...(kind === "stream" ? { "cache-control": "no-cache" } : {}),
    "x-ds-trace-id": ids.hex("", 32),
  }),
};

/** Starts a simulator of DeepSeek's chat API. */
export function startDeepSeek(options: SimulatorOptions = {}): Promise<Vendor> {
  return startServer(deepSeekWire, options);
}
