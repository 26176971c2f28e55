import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain, type ChainOptions, type TierLimits } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Fault, type RequestRecord, type Vendor } from "@understudy/testing";

/** A good key for every simulator. */
export const API_KEY = "sk-test-0123456789abcdef";

/** Two simulated vendors, and a chain of them that shows text at once. */
export interface SetUp extends AsyncDisposable {
  readonly claude: Vendor;
  readonly gpt: Vendor;
  readonly chain: Chain;
}

export async function setUp(options: ChainOptions = {}, limits: TierLimits = {}): Promise<SetUp> {
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  const chain = createChain(
    [
      { target: anthropic("claude-sonnet-5-5", { baseURL: claude.url, apiKey: API_KEY }), ...limits },
      { target: openai("gpt-6.1-terra", { baseURL: gpt.url, apiKey: API_KEY }), ...limits },
    ],
    { holdMs: 0, ...options },
  );
  return {
    claude,
    gpt,
    chain,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([claude.close(), gpt.close()]);
    },
  };
}

/** How often each vendor was asked. */
export function counts({ claude, gpt }: SetUp): readonly [number, number] {
  return [claude.requests.length, gpt.requests.length];
}

export const MARKER = "\n\n—continuing on backup—\n\n";
export const LOST: Fault = { type: "status", status: 503 };
/** After the first of two deltas. */
export const RESET: Fault = { type: "cut", at: { deltas: 1 }, how: "reset" };

export function bodyOf(request: RequestRecord | undefined): Record<string, unknown> {
  const body: unknown = request?.body;
  if (typeof body !== "object" || body === null) throw new Error("The request has no JSON object for a body.");
  return { ...body };
}

export async function partsOf<Part>(stream: AsyncIterable<Part> | ReadableStream<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

export async function rejectionOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call was expected to fail.");
}
