import { startGemini, testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { gemini } from "./index.ts";

/** As a function, unless it is something that no compiler has checked. */
function tokenOf(given: string): () => string {
  if (typeof given === "string" && !given.includes("\n")) return () => given;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a wrong call hands over
  return given as never;
}

testAdapter(
  { describe, test },
  {
    name: "gemini on Vertex",
    startVendor: (options) => startGemini({ ...options, vertex: true }),
    makeTarget: ({ apiKey, ...setup }) =>
      gemini("gemini-3.8-flash", {
        ...setup,
        vertex: { project: "my-project", location: "europe-west1", accessToken: tokenOf(apiKey) },
      }),
    exemptions: [
      { cases: ["history.call-ids"], reason: "Vertex refuses ids of calls: results are in the order of their calls" },
      { cases: ["request.cache"], reason: "the vendor caches without being asked" },
      {
        cases: ["event.late"],
        reason: "only the end of the body is terminal: what follows a finish reason is still part of the answer",
      },
    ],
  },
);
