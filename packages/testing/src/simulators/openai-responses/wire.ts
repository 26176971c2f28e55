import { admitOpenAI } from "../openai/admit.ts";
import { openAIHeaders, openAINamed, openAIStatus } from "../openai/errors.ts";
import { startServer } from "../server.ts";
import type { Vendor, SimulatorOptions } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { encodeResponses, responsesFrame, responsesFrames, responsesInBand, responsesWhole } from "./frames.ts";
import { responsesEndpoint } from "./request.ts";

/** The Responses API: `POST /v1/responses`. */
const responsesWire: Wire = {
  name: "openai-responses",
  basePath: "/v1",
  keepAlive: { stream: ": keep-alive\n\n", whole: "\n" },
  unknownEvent: responsesFrame("structure", "response.understudy_future_event", { detail: { level: 1 } }),
  admit: (request, rules) => admitOpenAI(request, rules, responsesEndpoint),
  frames: responsesFrames,
  encode: encodeResponses,
  whole: responsesWhole,
  error: (name, detail) => openAINamed(name, detail, 400),
  statusError: openAIStatus,
  inBand: responsesInBand,
  headers: openAIHeaders,
};

/** Starts a simulator of OpenAI's Responses API. */
export function startOpenAI(options: SimulatorOptions = {}): Promise<Vendor> {
  return startServer(responsesWire, options);
}
