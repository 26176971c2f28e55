import type { Vendor } from "../vendor.ts";
import { startInProject, type VertexSimulatorOptions } from "../vertex/wire.ts";
import { jsonOf, type Wire } from "../wire.ts";
import { anthropicNamed, anthropicStatus } from "./errors.ts";
import { anthropicFrames, anthropicWhole, encodeAnthropic, named, ping } from "./frames.ts";
import { admitAnthropic } from "./request.ts";
import { claudeInProject } from "./vertex.ts";

/** The Messages API: `POST /v1/messages`. */
const anthropicWire: Wire = {
  name: "anthropic",
  basePath: "",
  keepAlive: { stream: encodeAnthropic(ping, 0), whole: "\n" },
  unknownEvent: named("structure", "understudy_future_event", { detail: { level: 1 } }),
  admit: admitAnthropic,
  frames: anthropicFrames,
  encode: encodeAnthropic,
  whole: anthropicWhole,
  error: anthropicNamed,
  statusError: anthropicStatus,
  inBand: (reply) => [{ kind: "terminal", event: "error", data: { type: "error", ...jsonOf(reply) } }],
  headers: (kind, ids) => ({
    "content-type": kind === "stream" ? "text/event-stream; charset=utf-8" : "application/json",
    ...(kind === "stream" ? { "cache-control": "no-cache" } : {}),
    "request-id": ids.next("req_011C", 20),
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
    ...(kind === "error" ? {} : rateLimits),
  }),
};

const rateLimits = {
  "anthropic-ratelimit-requests-limit": "4000",
  "anthropic-ratelimit-requests-remaining": "3999",
  "anthropic-ratelimit-requests-reset": "2030-01-01T00:00:00Z",
  "anthropic-ratelimit-tokens-limit": "2400000",
  "anthropic-ratelimit-tokens-remaining": "2399000",
  "anthropic-ratelimit-tokens-reset": "2030-01-01T00:00:00Z",
};

/** Starts a simulator of Anthropic's Messages API. */
export function startAnthropic(options: VertexSimulatorOptions = {}): Promise<Vendor> {
  return startInProject(anthropicWire, claudeInProject, options);
}
