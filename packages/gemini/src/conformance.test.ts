import { startGemini, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";
import { SDK_EXEMPTIONS } from "./sdk-transport.ts";

/** Holds for the wire, whatever carries it. */
const WIRE_EXEMPTIONS = {
  "events after the terminal":
    "only the end of the body is terminal: what follows a finish reason is still part of the answer",
};

testAdapter(
  { describe, test },
  {
    name: "gemini",
    startVendor: startGemini,
    makeTarget: ({ baseURL, apiKey }) => gemini("gemini-3.8-flash", { baseURL, apiKey }),
    exemptions: WIRE_EXEMPTIONS,
  },
);

testAdapter(
  { describe, test },
  {
    name: "gemini through the SDK",
    startVendor: startGemini,
    makeTarget: ({ baseURL, apiKey }) => gemini("gemini-3.8-flash", { baseURL, apiKey, transport: "sdk" }),
    exemptions: { ...WIRE_EXEMPTIONS, ...SDK_EXEMPTIONS },
  },
);
