import { responsesFrame } from "../openai-responses/frames.ts";
import { startServer } from "../server.ts";
import type { SimulatorOptions, Vendor } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { xaiNamed, xaiStatus } from "./errors.ts";
import { encodeXAI, xaiFrames, xaiInBand, xaiWhole } from "./frames.ts";
import { admitXAI } from "./request.ts";

/** xAI's Responses API: `POST /v1/responses`. */
const xaiWire: Wire = {
  name: "xai",
  basePath: "/v1",
  keepAlive: { stream: ": keep-alive\n\n", whole: "\n" },
  unknownEvent: responsesFrame("structure", "response.understudy_future_event", { detail: { level: 1 } }),
  admit: admitXAI,
  frames: xaiFrames,
  encode: encodeXAI,
  whole: xaiWhole,
  error: xaiNamed,
  statusError: xaiStatus,
  inBand: xaiInBand,
  headers: (kind, ids) => ({
    "content-type": kind === "stream" ? "text/event-stream; charset=utf-8" : "application/json",
    "x-request-id": ids.hex("", 32),
  }),
};

/** Starts a simulator of xAI's Responses API. */
export function startXAI(options: SimulatorOptions = {}): Promise<Vendor> {
  return startServer(xaiWire, options);
}
