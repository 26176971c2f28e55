import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";
import { startAnthropic, testAdapter, type AdapterUnderTest, type Exemption } from "@understudy/testing";
import { describe, test } from "vitest";
import { anthropic } from "./index.ts";

const PLACE = { project: "my-project", location: "europe-west1" };
const EXEMPTIONS: readonly Exemption[] = [
  {
    cases: ["event.no-evidence"],
    reason: "on this wire the terminal event alone is the vendor's word that the answer is complete",
  },
];
const startVendor: AdapterUnderTest["startVendor"] = (options) => startAnthropic({ ...options, vertex: true });

/** As a function, unless it is something that no compiler has checked. */
function tokenOf(given: string): () => string {
  if (typeof given === "string" && !given.includes("\n")) return () => given;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a wrong call hands over
  return given as never;
}

testAdapter(
  { describe, test },
  {
    name: "anthropic on Vertex",
    startVendor,
    makeTarget: ({ apiKey, ...setup }) =>
      anthropic("claude-sonnet-5-5", { ...setup, vertex: { ...PLACE, accessToken: tokenOf(apiKey) } }),
    exemptions: EXEMPTIONS,
  },
);

testAdapter(
  { describe, test },
  {
    name: "anthropic through a Vertex client",
    startVendor,
    makeTarget: ({ apiKey, baseURL, fetch, ...setup }) => {
      const authClient = { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${apiKey}` }) };
      const client = new AnthropicVertex({
        baseURL: `${baseURL}/v1`,
        region: PLACE.location,
        projectId: PLACE.project,
        ...(fetch !== undefined && { fetch }),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client calls nothing else of it
        authClient: authClient as never,
      });
      return anthropic("claude-sonnet-5-5", { ...setup, client });
    },
    exemptions: [
      ...EXEMPTIONS,
      { cases: ["media.vendor-file"], reason: "nothing shows that a server on this machine is a cloud's" },
      { cases: ["wrong-options"], reason: "key, URL and fetch are the client's" },
    ],
  },
);
