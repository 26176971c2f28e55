import { understudyCall } from "@understudy/ai-sdk";
import type { Driver } from "../../drivers/driver.ts";
import { openChain } from "../../drivers/understudy.ts";
import { callOf } from "./ai-sdk-models.ts";

/** The same with `understudyCall`, whose failovers leave one answer alone. */
export const driver: Driver = {
  stream: async (wire, baseURL) => {
    const chain = await openChain(wire, { baseURLs: [baseURL, baseURL, baseURL], transport: "fetch" });
    return chain === undefined ? undefined : callOf(() => understudyCall(chain));
  },
};
