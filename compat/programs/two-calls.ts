/** Asks a model for an answer that is streamed and for one in one piece, and says what is wrong. */
import assert from "node:assert/strict";
import { createChain, type ChainOptions } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import type { RequestRecord, Vendor } from "@understudy/testing";

/** What a target is made with, for one of the two answers. */
export interface Given {
  readonly baseURL: string;
  readonly streaming: "auto" | "never";
}

export const TEXT = "Hello from the simulator.";

/** The requests, as the vendor saw them. Throws where an answer is not the vendor's. Ends the vendor. */
export async function twoCalls(
  vendor: Vendor,
  make: (given: Given) => Target,
  options: ChainOptions = {},
): Promise<readonly RequestRecord[]> {
  const streaming = createChain([make({ baseURL: vendor.url, streaming: "auto" })], options);
  const stream = await streaming.stream("Why is the sky blue?");
  let shown = "";
  for await (const text of stream.textStream()) shown += text;
  assert.equal(shown, TEXT);

  const whole = createChain([make({ baseURL: vendor.url, streaming: "never" })], options);
  const { text } = await whole.generate("Why is the sky blue?");
  assert.equal(text, TEXT);

  assert.equal(vendor.requests.length, 2);
  const { requests } = vendor;
  await vendor.close();
  return requests;
}

/** Every request says that it was made by the version of the SDK that is tried, which is the program's first argument. */
export function assertMadeBy(requests: readonly RequestRecord[], header: string, before = ""): void {
  for (const { headers } of requests) assert.equal(headers[header], before + String(process.argv[2]));
}
