import { understudy } from "@understudy/ai-sdk";
import type { Driver } from "../../drivers/driver.ts";
import { openChain } from "../../drivers/understudy.ts";
import { callOf } from "./ai-sdk-models.ts";

/** A chain of three tiers as the model of `streamText`. */
export const driver: Driver = {
  stream: async (wire, baseURL) => {
    const chain = await openChain(wire, { baseURLs: [baseURL, baseURL, baseURL], transport: "fetch" });
    if (chain === undefined) return undefined;
    const model = understudy(chain);
    return callOf(() => ({ model }));
  },
};
