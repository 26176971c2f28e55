import { startGemini, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";

/** Holds for the wire, whatever carries it. */
const WIRE_EXEMPTIONS = {
  "events after the terminal":
    "only the end of the body is terminal: what follows a finish reason is still part of the answer",
};

const DROPS_HEADERS = "the SDK drops the headers of errors";
const HEARTBEATS = ["an empty data line", "a data line that says ping", "a comment in a data line"];
const PLACES = ["before the answer", "between two deltas", "before the evidence", "after the evidence"];

/** What cannot hold through the SDK. */
const SDK_EXEMPTIONS = {
  "bytes that are no UTF-8": "the SDK says nothing but that reading failed",
  "an in-band error without framing": "the SDK says nothing but that an event cannot be read",
  "some keep-alives, then the answer": "the SDK delivers nothing after a comment in the stream",
  "an event of 17 MiB": "the SDK reads events of any size",
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
    exemptions: { ...WIRE_EXEMPTIONS, ...SDK_EXEMPTIONS },
  },
);
