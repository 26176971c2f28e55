import type { Capabilities, Target, TargetProblem } from "@understudy/core";
import type { AttemptPlan, TargetRequest } from "@understudy/core/adapter";
import { Play, readsOf, type CallFate } from "./play-step.ts";
import { refuse, unusedOf } from "../checks/refuse.ts";
import { checkTargetOptions } from "../checks/target-options.ts";
import { checkStep, type CheckedStep, type ScriptedStep } from "./scripted-step.ts";

/** One call of a scripted target, and what has become of it so far. */
export interface ScriptedCall {
  /** What the target was asked, after hand-off: as an adapter would get it. */
  readonly request: TargetRequest;
  /** What was played; undefined for a call that the script has no step for. */
  readonly step: ScriptedStep | undefined;
  /** The attempt was aborted before it ended: by the caller, or by a limit of the chain. */
  readonly aborted: boolean;
  /** The chain stopped reading before the end. */
  readonly left: boolean;
}

export interface ScriptedTarget extends Target {
  /** Every call, in order. */
  readonly calls: readonly ScriptedCall[];
  /** The steps that no call has used. */
  readonly unused: readonly ScriptedStep[];
  /** Throws when a step was not used: then the test did not test what it says. */
  expectDone(): void;
}

export interface ScriptedTargetOptions {
  /** Default `scripted`. */
  readonly vendor?: string | undefined;
  /** Default `fake`. Two targets of a chain need names that differ. */
  readonly model?: string | undefined;
  /** Default `in-process`. */
  readonly endpoint?: string | undefined;
  /** Targets that share it share what a refused key means for them. Default: the target has its own. */
  readonly key?: string | undefined;
  /** Targets that share it share their rate limits. Default: the key's. */
  readonly quota?: string | undefined;
  /** Default: takes everything, of any length. */
  readonly capabilities?: Partial<Capabilities> | undefined;
  /** What the chain expects of an attempt. Default: a model that streams and never thinks in silence. */
  readonly plan?: Partial<AttemptPlan> | undefined;
  /** What is wrong with the target; `createChain` throws it. Default: nothing. */
  readonly problems?: readonly TargetProblem[] | undefined;
  /** What calls beyond the script get. Default: they fail as `adapter.contract`, with an explanation. */
  readonly otherwise?: ScriptedStep | undefined;
}

const ABLE: Capabilities = {
  tools: true,
  images: true,
  urls: true,
  files: true,
  audio: true,
  jsonOutput: true,
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
  size: "unknown",
  reasoning: "unknown",
  keepAlives: false,
  toolCallId: { pattern: /^[\s\S]+$/, maxLength: 1_000 },
};

/**
 * A target for the unit tests of an application: no network, no key, nothing but what the script says, one step for each
 * call. Throws for a step that contradicts itself, and for options and fields that there are not. Waits use the chain's
 * clock, so a virtual one makes them free.
 */
export function scriptedTarget(steps: readonly ScriptedStep[], given: ScriptedTargetOptions = {}): ScriptedTarget {
  checkTargetOptions(given);
  const { otherwise, ...options } = given;
  const { vendor = "scripted", model = "fake", endpoint = "in-process", key = `${vendor}/${model}` } = options;
  const name = `${vendor}/${model}`;
  refuse(`The script of ${name} cannot be played`, Array.isArray(steps) ? [] : ["it must be an array of steps"]);
  const script = steps.map((step, index) => checkStep(step, `Step ${index + 1} of ${name}`));
  const rest = otherwise === undefined ? undefined : checkStep(otherwise, `\`otherwise\` of ${name}`);
  const calls: (ScriptedCall & CallFate)[] = [];
  let callIds = 0;
  const nextCallId = (): string => `call_${++callIds}`;
  const beyond = (): CheckedStep => {
    const length = `${steps.length} ${steps.length === 1 ? "step" : "steps"}`;
    const explanation = `the script of ${name} has ${length}, and this is call ${calls.length}`;
    return { fails: "adapter.contract", explanation };
  };
  return {
    vendor,
    model,
    endpoint,
    scopes: { key, quota: options.quota ?? key },
    problems: options.problems ?? [],
    capabilities: { ...ABLE, ...options.capabilities },
    calls,
    get unused() {
      return steps.slice(calls.length);
    },
    expectDone: () => {
      const left = Math.max(0, steps.length - calls.length);
      refuse(`The script of ${name} was not played`, left === 0 ? [] : [unusedOf(left, steps.length)]);
    },
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false, ...options.plan }),
    stream: (request, context) => {
      const index = calls.length;
      const call = { request, step: steps[index] ?? otherwise, aborted: false, left: false };
      calls.push(call);
      return new Play(readsOf(script[index] ?? rest ?? beyond(), context, nextCallId), context, call);
    },
  };
}
