import { startGemini, testAdapter, type Exemption } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";

const PLACES = ["headers", "later", "content", "evidence"] as const;

/** What cannot hold through the SDK. */
const SDK_EXEMPTIONS: readonly Exemption[] = [
  { cases: ["request.fetch", "request.request-id"], reason: "the SDK takes the global fetch" },
  { cases: ["event.invalid-utf8"], reason: "the SDK says nothing but that reading failed" },
  { cases: ["in-band.bare"], reason: "the SDK says nothing but that an event cannot be read" },
  { cases: ["keep-alives.some"], reason: "the SDK delivers nothing after a comment in the stream" },
  {
    cases: ["heartbeat.empty.headers", "heartbeat.empty.later", "heartbeat.empty.content"],
    reason: "the SDK wants JSON in every data line that anything follows",
  },
  {
    cases: PLACES.flatMap((place) => [`heartbeat.ping.${place}`, `heartbeat.comment.${place}`] as const),
    reason: "the SDK wants JSON in every data line",
  },
];

testAdapter(
  { describe, test },
  {
    name: "gemini through the SDK",
    startVendor: startGemini,
    makeTarget: (setup) => gemini("gemini-3.8-flash", { ...setup, transport: "sdk" }),
    exemptions: [
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      {
        cases: ["event.late"],
        reason: "only the end of the body is terminal: what follows a finish reason is still part of the answer",
      },
      ...SDK_EXEMPTIONS,
    ],
  },
);
