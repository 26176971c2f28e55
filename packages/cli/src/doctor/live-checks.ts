import {
  isUnderstudyError,
  type Answer,
  type AttemptRecord,
  type Clock,
  type Request,
  type Target,
  type UsageTotal,
} from "@understudy/core";
import type * as Core from "@understudy/core";
import { fixFor } from "./fixes.ts";

/** `warning`: it works, and there is something to know. */
export type Status = "ok" | "warning" | "failed" | "skipped";

export interface CheckResult {
  readonly name: "streams" | "tool" | "JSON";
  readonly status: Status;
  /** Milliseconds to the first words, or to the end. */
  readonly ms?: number | undefined;
  readonly class?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** What is wrong, and what to do about it. */
  readonly message?: string | undefined;
  readonly fix?: string | undefined;
  readonly losses: readonly string[];
}

export interface LiveResult {
  readonly checks: readonly CheckResult[];
  readonly servedModel: string | undefined;
  /** What the headers say about remaining quota. */
  readonly rateLimits: Readonly<Record<string, string>> | undefined;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface LiveSetup {
  readonly createChain: typeof Core.createChain;
  readonly timeoutMs: number;
  /** One request instead of three. */
  readonly isQuick: boolean;
  /** For sentences: `target 2`. */
  readonly place: string;
}

const OK_SCHEMA = {
  type: "object",
  properties: { ok: { type: "boolean" } },
  required: ["ok"],
  additionalProperties: false,
} as const;

const CHECKS: readonly { readonly name: CheckResult["name"]; readonly request: Request }[] = [
  { name: "streams", request: ask("Answer with the word OK.") },
  {
    name: "tool",
    request: {
      ...ask("Report that everything is ok."),
      tools: [{ name: "report", description: "Reports whether everything is ok.", inputSchema: OK_SCHEMA }],
      toolChoice: "required",
    },
  },
  {
    name: "JSON",
    request: {
      ...ask('Answer with the JSON {"ok": true}.'),
      output: { type: "json", name: "report", schema: OK_SCHEMA },
    },
  },
];

function ask(content: string): Request {
  return { messages: [{ role: "user", content }] };
}

/** Further requests would fail in the same way. */
const HOPELESS: readonly string[] = ["auth", "billing", "model-not-found", "config"];

// oxlint-disable no-restricted-globals, no-restricted-properties -- real vendors are asked in real time
const CLOCK: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: () => undefined,
};

/** Asks one target, alone: no failover hides anything. */
export async function checkLive(target: Target, setup: LiveSetup): Promise<LiveResult> {
  const checks: CheckResult[] = [];
  const attempts: AttemptRecord[] = [];
  let [inputTokens, outputTokens] = [0, 0];
  // What the vendor's SDK takes to load is not the vendor's time.
  await target.prepare?.(CLOCK);
  for (const { name, request } of setup.isQuick ? CHECKS.slice(0, 1) : CHECKS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: the rest may be hopeless
    const { result, records, usage, isHopeless } = await checkOne(name, request, target, setup);
    checks.push(result);
    attempts.push(...records);
    inputTokens += usage?.inputTokens ?? 0;
    outputTokens += usage?.outputTokens ?? 0;
    if (isHopeless) break;
  }
  return {
    checks,
    servedModel: attempts.find(({ servedModel }) => servedModel !== undefined)?.servedModel,
    rateLimits: attempts.find(({ rateLimits }) => rateLimits !== undefined)?.rateLimits,
    requests: attempts.length,
    inputTokens,
    outputTokens,
  };
}

interface Outcome {
  readonly result: CheckResult;
  readonly records: readonly AttemptRecord[];
  readonly usage: UsageTotal | undefined;
  readonly isHopeless: boolean;
}

async function checkOne(
  name: CheckResult["name"],
  request: Request,
  target: Target,
  setup: LiveSetup,
): Promise<Outcome> {
  const { createChain, timeoutMs, place } = setup;
  const limits = {
    timeoutMs,
    silentReasoningMs: timeoutMs,
    progressMs: timeoutMs,
    workingMs: timeoutMs,
    livenessMs: timeoutMs,
  };
  try {
    const chain = createChain([{ target, ...limits }], { maxAttempts: 1, policy: () => "stop", vendorMessages: true });
    const { answer, deltas } = await read(chain, request, timeoutMs);
    const { trace, usageTotal } = answer;
    return { result: judge(name, answer, deltas), records: trace.attempts, usage: usageTotal, isHopeless: false };
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    const { code, attempts, usageTotal, vendorMessage } = error;
    const [attempt] = attempts;
    const failure = { name, class: attempt?.class ?? code, httpStatus: error.status, losses: [] };
    const isLimited = code === "rate-limited";
    const isUnable = code === "unsupported" && attempt === undefined;
    const words = attempt?.explanation ?? attempt?.vendorMessage ?? vendorMessage;
    const result: CheckResult = {
      ...failure,
      status: isLimited || isUnable ? "warning" : "failed",
      message: isLimited
        ? "it limits requests now: it lives"
        : isUnable
          ? "the model does not take it"
          : (words ?? error.message.split("\n")[0]),
      fix: isLimited || isUnable ? undefined : fixFor(failure.class, place, attempt?.status !== undefined),
    };
    return { result, records: attempts, usage: usageTotal, isHopeless: HOPELESS.includes(code) };
  }
}

async function read(
  chain: Core.Chain,
  request: Request,
  timeoutMs: number,
): Promise<{ readonly answer: Answer; readonly deltas: number }> {
  const stream = await chain.stream(request, { deadlineMs: timeoutMs });
  let deltas = 0;
  for await (const event of stream) if (event.type === "text-delta") deltas++;
  return { answer: await stream.result, deltas };
}

/** What a whole answer has to be. */
function judge(name: CheckResult["name"], answer: Answer, deltas: number): CheckResult {
  const { trace, finishReason, toolCalls, invalidToolCalls, output } = answer;
  const losses = answer.losses.map(
    ({ what, action, reason }) => `${what} ${action}${reason === undefined ? "" : ` (${reason})`}`,
  );
  const [attempt] = trace.attempts;
  const ms = Math.round((name === "streams" ? attempt?.firstContentMs : undefined) ?? trace.totalMs);
  const base = { name, ms, losses };
  const wrong =
    name === "streams"
      ? deltas === 0
        ? "no text came"
        : finishReason === "stop"
          ? undefined
          : `it finished with ${finishReason}`
      : name === "tool"
        ? invalidToolCalls.length > 0
          ? `its call cannot be used: ${invalidToolCalls[0]?.reason}`
          : toolCalls.length === 0
            ? "it called no tool"
            : undefined
        : isOk(output)
          ? undefined
          : "its JSON does not fit the schema";
  if (wrong !== undefined) {
    return {
      ...base,
      status: "failed",
      message: wrong,
      fix: "try again; if it stays, requests that need it fail at this target",
    };
  }
  return {
    ...base,
    // What is only said in another way is no loss.
    status: answer.losses.some(({ action }) => action !== "translated") ? "warning" : "ok",
    message: losses.length > 0 ? losses.join(", ") : undefined,
  };
}

function isOk(output: unknown): boolean {
  return typeof output === "object" && output !== null && "ok" in output && typeof output.ok === "boolean";
}
