/** Understudy behind a web handler: `toResponse()`, its server-sent events read back as a browser would. */
import { toResponse, type ResponseEvent } from "@understudy/core/web";
import { createParser } from "eventsource-parser";
import { prompt, type Driver } from "./driver.ts";
import { openChain } from "./understudy.ts";

export const chainResponse: Driver = {
  stream: async (wire, baseURL) => {
    const chain = await openChain(wire, { baseURLs: [baseURL, baseURL, baseURL], transport: "fetch" });
    if (chain === undefined) return undefined;
    return async (onText) => {
      const response = toResponse(await chain.stream(prompt));
      const parser = createParser({
        onEvent: ({ data }) => {
          const event: ResponseEvent = JSON.parse(data);
          if (event.type === "text-delta") onText(event.delta);
        },
      });
      const decoder = new TextDecoder();
      const reader = response.body?.getReader();
      for (;;) {
        const part = await reader?.read();
        if (part?.value === undefined) return;
        parser.feed(decoder.decode(part.value, { stream: true }));
      }
    };
  },
};
