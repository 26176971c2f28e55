import {
  createChain,
  isUnderstudyError,
  type Answer,
  type ChainOptions,
  type EngineEvent,
  type Request,
  type StreamEvent,
} from "@understudy/core";
import type { Vendor } from "../simulators/vendor.ts";
import type { AdapterUnderTest } from "./adapter-under-test.ts";
import { ANSWER, WEATHER_TOOL } from "./answer.ts";
import { backupTarget } from "./backup.ts";
import type { FaultCase } from "./cases/fault-case.ts";
import { standstillMs } from "./standstill.ts";

export type Form = "stream" | "generate";

export const API_KEY = "sk-test-canary-0123456789abcdef";
export const PROMPT = "Prompt canary: why is the sky blue?";

/** What a chain of the adapter and a backup did with one request. */
export interface Played {
  readonly answer: Answer;
  /** Empty for `generate`. */
  readonly events: readonly StreamEvent[];
  readonly engineEvents: readonly EngineEvent[];
  /** When the first attempt was given up, in monotonic milliseconds. */
  readonly leftAt: number | undefined;
  /** What `standstillMs` said then. */
  readonly stoodStillMs: number;
}

export type Play = Pick<FaultCase, "fault" | "answer" | "tools" | "limits">;

/** Plays one fault, again on every repeat, against a chain whose second tier always answers. */
export async function playFault(
  vendor: Vendor,
  adapter: AdapterUnderTest,
  form: Form,
  { fault, answer: said = ANSWER, tools, limits = {} }: Play,
): Promise<Played> {
  const request: Request = {
    messages: [{ role: "user", content: PROMPT }],
    ...(tools === true ? { tools: [WEATHER_TOOL] } : {}),
  };
  vendor.answer(said);
  if (fault !== undefined) vendor.script(Array.from({ length: 3 }, () => ({ fault })));
  const engineEvents: EngineEvent[] = [];
  let leftAt: number | undefined;
  let stoodStillMs = standstillMs();
  const onEvent: ChainOptions["onEvent"] = (event) => {
    engineEvents.push(event);
    if (event.type !== "attempt-end" || event.record.outcome !== "failed" || leftAt !== undefined) return;
    leftAt = performance.now();
    stoodStillMs = standstillMs();
  };
  const target = adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY });
  const chain = createChain(
    [
      { target, name: "primary", ...limits },
      { target: backupTarget(), name: "backup" },
    ],
    {
      // Opens with the first text, so that faults in the middle of an answer strike after it was shown.
      holdMs: 0,
      onEvent,
    },
  );
  const events: StreamEvent[] = [];
  if (form === "generate") {
    const answer = await chain.generate(request);
    return { answer, events, engineEvents, leftAt, stoodStillMs };
  }
  const stream = await chain.stream(request);
  for await (const event of stream) events.push(event);
  return { answer: await stream.result, events, engineEvents, leftAt, stoodStillMs };
}

/** The error a call must end with. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call was expected to fail.");
}

export function codeOf(error: unknown): string {
  return isUnderstudyError(error) ? error.code : `no error of ours: ${String(error)}`;
}
