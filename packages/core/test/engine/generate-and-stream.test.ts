import { describe, expect, test } from "vitest";
import { collect, harness, settled } from "../harness.ts";
import { answer, begin, end, fail, hang, read, scripted, stop, wait, type Script } from "../scripted-target.ts";
import { sequence, someReasoning, someText, wholeRefusal, wholeText, wholeToolCall } from "../scripts.ts";
import type { CallOptions, ChainOptions, Request, TierInput } from "../../src/index.ts";

interface Case {
  readonly title: string;
  /** One list of scripts per target; one target per tier unless `siblings`. */
  readonly targets: readonly (readonly Script[])[];
  readonly siblings?: boolean;
  readonly request?: string | Request;
  readonly call?: CallOptions;
  readonly chain?: ChainOptions;
  /** Text of the answer, or the code of the error. */
  readonly ends: string;
  /** Class and vendor of each attempt. */
  readonly attempts: readonly string[];
}

const TOOLS: Request = { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "delete_files" }] };
const JSON_OUTPUT: Request = { messages: [{ role: "user", content: "Hi" }], output: { type: "json" } };

/** How a call goes must not depend on how its answer is read. */
const CASES: readonly Case[] = [
  { title: "an answer", targets: [[answer("A")]], ends: "A", attempts: ["a answered"] },
  {
    title: "a failure before content",
    targets: [[[fail("server.error")]], [answer("B")]],
    ends: "B",
    attempts: ["a server.error", "b answered"],
  },
  {
    title: "a cut inside the gate",
    targets: [[begin(["x"], stop)], [answer("B")]],
    ends: "B",
    attempts: ["a stream.truncated", "b answered"],
  },
  {
    title: "a cut in a later part of the answer",
    targets: [[begin(["x"], wait(5_000), stop)], [answer("B")]],
    ends: "B",
    attempts: ["a stream.truncated", "b answered"],
  },
  {
    title: "a stall",
    targets: [[[hang]], [answer("B")]],
    ends: "B",
    attempts: ["a timeout.first-content", "b answered"],
  },
  {
    title: "a sibling by key",
    siblings: true,
    targets: [[[fail("auth.invalid")]], [answer("B")]],
    ends: "B",
    attempts: ["a auth.invalid", "b answered"],
  },
  {
    title: "a fresh connection",
    targets: [[[fail("network.reset", { beforeResponse: true })], answer("A")], [answer("B")]],
    ends: "A",
    attempts: ["a network.reset", "a answered"],
  },
  {
    title: "repeats of the last one standing",
    targets: [[[fail("server.error")], [fail("server.error")], answer("A")]],
    ends: "A",
    attempts: ["a server.error", "a server.error", "a answered"],
  },
  {
    title: "a short wait",
    targets: [[[fail("rate.requests", { retryAfterMs: 900 })], answer("A")]],
    ends: "A",
    attempts: ["a rate.requests", "a answered"],
  },
  {
    title: "a repair",
    targets: [[[fail("request.rejected", { repair: { description: "less", apply: (r) => r } })], answer("A")]],
    ends: "A",
    attempts: ["a request.rejected", "a answered"],
  },
  {
    title: "an invalid request",
    targets: [[[fail("request.invalid", { status: 400 })]], [answer("B")]],
    ends: "invalid-request",
    attempts: ["a request.invalid"],
  },
  {
    title: "an exhausted chain",
    targets: [[[fail("auth.invalid")]], [[fail("billing.exhausted")]]],
    ends: "all-failed",
    attempts: ["a auth.invalid", "b billing.exhausted"],
  },
  {
    title: "an empty answer",
    targets: [[[read(end())]], [answer("B")]],
    ends: "B",
    attempts: ["a output.empty", "b answered"],
  },
  {
    title: "a refusal",
    targets: [[sequence(wholeRefusal("No"), read(end("refusal")))], [answer("B")]],
    ends: "",
    attempts: ["a answered"],
  },
  {
    title: "a tool call that is cut off",
    request: TOOLS,
    targets: [[sequence(wholeToolCall(), stop)], [answer("B")]],
    ends: "B",
    attempts: ["a stream.truncated", "b answered"],
  },
  {
    title: "MS-20 JSON that is none",
    request: JSON_OUTPUT,
    targets: [[answer("Sure!")], [answer("{}")]],
    ends: "invalid-output",
    attempts: ["a output.schema-invalid"],
  },
  {
    title: "MS-20 JSON that is none, with a policy that moves on",
    request: JSON_OUTPUT,
    chain: { policy: () => "next" },
    targets: [[answer("Sure!")], [answer("{}")]],
    ends: "{}",
    attempts: ["a output.schema-invalid", "b answered"],
  },
  {
    title: "a refusal, with a policy that moves on",
    chain: { policy: () => "next" },
    targets: [[sequence(wholeRefusal("No"), read(end("refusal")))], [answer("B")]],
    ends: "B",
    attempts: ["a policy.refusal", "b answered"],
  },
  {
    title: "a policy that stops",
    chain: { policy: () => "stop" },
    targets: [[[fail("server.error")]], [answer("B")]],
    ends: "server-error",
    attempts: ["a server.error"],
  },
  {
    title: "attempts used up",
    chain: { maxAttempts: 2 },
    targets: [[[fail("server.error")]], [[fail("server.error")]], [answer("C")]],
    ends: "server-error",
    attempts: ["a server.error", "b server.error"],
  },
  {
    title: "a total deadline",
    call: { deadlineMs: 5_000 },
    targets: [[[hang]], [[hang]]],
    ends: "timeout",
    attempts: ["a timeout.first-content", "b timeout.first-content"],
  },
  {
    title: "a total deadline with a hanging primary",
    call: { deadlineMs: 5_000 },
    targets: [[[hang]], [answer("B")]],
    ends: "B",
    attempts: ["a timeout.first-content", "b answered"],
  },
  {
    title: "chosen tiers",
    call: { tiers: ["b/one"] },
    targets: [[answer("A")], [answer("B")]],
    ends: "B",
    attempts: ["b answered"],
  },
  {
    title: "an unclassified throw",
    targets: [[[{ type: "throw", error: new RangeError("bug") }]], [answer("B")]],
    ends: "B",
    attempts: ["a adapter.threw", "b answered"],
  },
  {
    title: "reasoning, then a cut",
    targets: [[sequence(someReasoning("Hmm"), wait(10), fail("stream.reset"))], [answer("B")]],
    ends: "B",
    attempts: ["a stream.reset", "b answered"],
  },
  {
    title: "silence after output",
    targets: [[sequence(someText("x"), hang)], [answer("B")]],
    ends: "B",
    attempts: ["a timeout.progress", "b answered"],
  },
  {
    title: "the token limit",
    targets: [[sequence(wholeText("cut"), read(end("length")))], [answer("B")]],
    ends: "cut",
    attempts: ["a answered"],
  },
];

describe.each(CASES)("MS-16 $title", ({ targets, siblings, request = "Hi", call, chain: options, ends, attempts }) => {
  const run = async (how: "generate" | "stream" | "result") => {
    const { clock, chain, events } = harness();
    const all = targets.map((scripts, index) => {
      const vendor = siblings === true ? "a" : "abc".charAt(index);
      return scripted(clock, scripts, { vendor, endpoint: "abc".charAt(index), key: `key-${index}` });
    });
    const tiers: readonly TierInput[] = siblings === true ? [{ targets: all }] : all;
    const built = chain(tiers, options);

    const { value, error } = await settled(
      clock,
      how === "generate"
        ? built.generate(request, call)
        : (async () => {
            const stream = await built.stream(request, call);
            if (how === "result") return stream.result;
            const { error: thrown } = await collect(clock, stream);
            if (thrown !== undefined) throw thrown;
            return stream.result;
          })(),
    );

    const made = (value?.trace ?? error)?.attempts ?? [];
    return {
      ends: value?.text ?? error?.code,
      attempts: made.map((attempt) => `${attempt.endpoint} ${attempt.class ?? attempt.outcome}`),
      calls: all.map((target) => target.calls.length),
      open: all.flatMap((target) => target.calls.filter(({ returned }) => returned !== 1)).length,
      timers: clock.pending,
      terminals: events.filter((event) => event.type === "end").length,
    };
  };

  test.each(["generate", "stream", "result"] as const)("goes the same way with %s", async (how) => {
    const seen = await run(how);

    const calls = targets.map(
      (_, index) => attempts.filter((attempt) => attempt.startsWith("abc".charAt(index))).length,
    );
    expect(seen).toEqual({ ends, attempts, calls, open: 0, timers: 0, terminals: 1 });
  });
});
