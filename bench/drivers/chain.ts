/** Understudy: a chain of interchangeable tiers of which the first answers. */
import { prompt, type Driver } from "./driver.ts";
import { openChain, type ChainShape } from "./understudy.ts";

function repeat(baseURL: string, tiers: number): readonly string[] {
  return Array.from({ length: tiers }, () => baseURL);
}

/** All events by `for await`. */
export function chainOf(tiers: number, shape: Omit<ChainShape, "baseURLs"> = {}): Driver {
  return {
    stream: async (wire, baseURL) => {
      const chain = await openChain(wire, { ...shape, baseURLs: repeat(baseURL, tiers) });
      if (chain === undefined) return undefined;
      return async (onText) => {
        for await (const event of await chain.stream(prompt)) {
          if (event.type === "text-delta") onText(event.delta);
        }
      };
    },
    answer: async (wire, baseURL) => {
      const chain = await openChain(wire, { ...shape, baseURLs: repeat(baseURL, tiers) });
      if (chain === undefined) return undefined;
      return async () => (await chain.generate(prompt)).text;
    },
  };
}

/** The text alone. */
export const chainText: Driver = {
  stream: async (wire, baseURL) => {
    const chain = await openChain(wire, { baseURLs: repeat(baseURL, 3), transport: "fetch" });
    if (chain === undefined) return undefined;
    return async (onText) => {
      for await (const text of (await chain.stream(prompt)).textStream()) onText(text);
    };
  },
};
