import { startGemini, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";
import { SDK_EXEMPTIONS } from "./sdk-transport.ts";

/** Holds for the wire, whatever carries it. */
const WIRE_EXEMPTIONS = {
  "events after the terminal":
    "only the end of the body is terminal: what follows a finish reason is still part of the answer",
};

const DROPS_HEADERS = "the SDK drops the headers of errors";
const HEARTBEATS = ["an empty data line", "a data line that says ping", "a comment in a data line"];
const PLACES = ["before the answer", "between two deltas", "before the evidence", "after the evidence"];

/** Beside those that the transport itself names. */
const MORE_SDK_EXEMPTIONS = {
  ...Object.fromEntries(
    HEARTBEATS.flatMap((name) => PLACES.map((where) => [`${name} ${where}`, "the SDK wants JSON in every data line"])),
  ),
  "status 503 with a phrase of other letters": DROPS_HEADERS,
  "status 429 with a phrase of other letters": DROPS_HEADERS,
  "status 429 with an umlaut": DROPS_HEADERS,
  "status 429 with a phrase that is no UTF-8": DROPS_HEADERS,
  "status 503 without a phrase": DROPS_HEADERS,
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
    exemptions: { ...WIRE_EXEMPTIONS, ...SDK_EXEMPTIONS, ...MORE_SDK_EXEMPTIONS },
  },
);
