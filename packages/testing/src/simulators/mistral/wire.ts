import { chatInBand, encodeChat } from "../chat/encode.ts";
import { startServer } from "../server.ts";
import type { SimulatorOptions, Vendor } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { mistralNamed, mistralStatus } from "./errors.ts";
import { mistralFrames, mistralWhole } from "./frames.ts";
import { admitMistral } from "./request.ts";

/** Mistral's chat API: `POST /v1/chat/completions`. */
const mistralWire: Wire = {
  name: "mistral",
  basePath: "/v1",
  keepAlive: { stream: ": keep-alive\n\n", whole: "\n" },
  unknownEvent: { kind: "structure", data: { object: "chat.completion.future", choices: [] } },
  admit: admitMistral,
  frames: mistralFrames,
  encode: encodeChat,
  whole: mistralWhole,
  error: mistralNamed,
  statusError: mistralStatus,
  inBand: chatInBand,
  headers: (kind, ids) => ({
    "content-type": kind === "stream" ? "text/event-stream; charset=utf-8" : "application/json",
    "mistral-correlation-id": ids.hex("", 32),
  }),
};

/** Starts a simulator of Mistral's chat API. */
export function startMistral(options: SimulatorOptions = {}): Promise<Vendor> {
  return startServer(mistralWire, options);
}
