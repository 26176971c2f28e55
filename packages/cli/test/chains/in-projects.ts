import { anthropic } from "@understudy/anthropic";
import type { TierInput } from "@understudy/core";

const refused = (): Promise<string> => Promise.reject(new Error("hush"));

const tiers = (): readonly TierInput[] => {
  const baseURL = process.env["VERTEX"] ?? "";
  const place = { project: "my-project", location: "europe-west1" };
  return [
    anthropic("claude-haiku-4-5@20251001", { baseURL, vertex: { ...place, accessToken: () => "token" } }),
    anthropic("claude-sonnet-5-5", { baseURL, vertex: { ...place, accessToken: refused } }),
  ];
};

export default tiers;
