import type { Vendor } from "../vendor.ts";
import { startInProject, type VertexSimulatorOptions } from "../vertex/wire.ts";
import type { Wire } from "../wire.ts";
import { geminiNamed, geminiStatus } from "./errors.ts";
import { encodeGemini, geminiFrames, geminiInBand, geminiWhole } from "./frames.ts";
import { admitGemini } from "./request.ts";
import { geminiInProject } from "./vertex.ts";

/** generateContent and streamGenerateContent, under `/v1` and `/v1beta`. */
const geminiWire: Wire = {
  name: "gemini",
  basePath: "",
  keepAlive: { stream: ": keep-alive\r\n\r\n", whole: "\n" },
  unknownEvent: { kind: "structure", data: { understudyFutureEvent: { level: 1 } } },
  admit: admitGemini,
  frames: geminiFrames,
  encode: encodeGemini,
  whole: geminiWhole,
  error: geminiNamed,
  statusError: geminiStatus,
  inBand: geminiInBand,
  headers: (kind, _ids, call) => ({
    "content-type":
      kind === "stream" && call?.request.query.get("alt") === "sse"
        ? "text/event-stream"
        : "application/json; charset=UTF-8",
    vary: "Origin, X-Origin, Referer",
    server: "scaffolding on HTTPServer2",
    "server-timing": "gfet4t7; dur=17",
  }),
};

/** Starts a simulator of Gemini's generateContent API. The versions are part of the paths, not of the base URL. */
export function startGemini(options: VertexSimulatorOptions = {}): Promise<Vendor> {
  return startInProject(geminiWire, geminiInProject, options);
}
