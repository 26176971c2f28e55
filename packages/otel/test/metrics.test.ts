import { createChain } from "@understudy/core";
import { scriptedTarget } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { openTelemetry } from "../src/index.ts";
import { attributeNames, world, type Point } from "./world.ts";

const usage = { inputTokens: 12, outputTokens: 7, cacheReadTokens: 3, cacheWriteTokens: 2, reasoningTokens: 1 };

const failing = () =>
  scriptedTarget([{ fails: "server.error", status: 500 }], { vendor: "anthropic", model: "claude-x" });
const answering = () =>
  scriptedTarget([], {
    vendor: "gemini",
    model: "gemini-x",
    endpoint: "127.0.0.1:8080",
    otherwise: { text: ["Second ", "answer."], usage, model: "gemini-x-001" },
  });

const sibling = (key: string) => scriptedTarget([], { vendor: "a", key, otherwise: "Hi" });

const service = {
  "gen_ai.operation.name": "generate_content",
  "gen_ai.provider.name": "gcp.gemini",
  "gen_ai.request.model": "gemini-x",
  "server.address": "127.0.0.1",
  "server.port": 8080,
};
const answered = { ...service, "gen_ai.response.model": "gemini-x-001" };
const failed = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "anthropic",
  "gen_ai.request.model": "claude-x",
};

const facts = (points: readonly Point[] = []) =>
  points.map(({ attributes, count, value }) => [attributes, count ?? value]);

/** A failover in silence, then a stream. */
async function busy(conventions: "1.41" | "latest") {
  const { chain, ...rest } = world({ chain: "chat", conventions });
  const built = chain([failing(), answering()]);
  await built.generate("Hi");
  built.isolate({ tier: "anthropic/claude-x" });
  await (
    await built.stream("Hi")
  ).result;
  return { ...rest, built };
}

/** Every name that there is, by hand. */
const NAMES = {
  "1.41": {
    "gen_ai.client.operation.duration": "s",
    "gen_ai.client.operation.time_to_first_chunk": "s",
    "gen_ai.client.token.usage": "{token}",
  },
  latest: {
    "gen_ai.client.inference.duration": "s",
    "gen_ai.client.inference.time_to_first_chunk": "s",
    "gen_ai.client.inference.usage.input_tokens": "{token}",
    "gen_ai.client.inference.usage.output_tokens": "{token}",
    "gen_ai.client.inference.usage.cache_read.input_tokens": "{token}",
    "gen_ai.client.inference.usage.cache_write.input_tokens": "{token}",
    "gen_ai.client.inference.usage.reasoning.output_tokens": "{token}",
    "gen_ai.client.inference.operation.input_tokens": "{token}",
    "gen_ai.client.inference.operation.output_tokens": "{token}",
  },
} as const;

const OWN = {
  "understudy.call.duration": "s",
  "understudy.call.attempts": "{attempt}",
  "understudy.failovers": "{failover}",
  "understudy.skips": "{target}",
  "understudy.breaker.transitions": "{transition}",
  "understudy.targets.blocked": "{target}",
  "understudy.credential_problems": "{problem}",
} as const;

const SPAN_ATTRIBUTES = [
  "error.type",
  "gen_ai.operation.name",
  "gen_ai.output.type",
  "gen_ai.provider.name",
  "gen_ai.request.max_tokens",
  "gen_ai.request.model",
  "gen_ai.request.reasoning.level",
  "gen_ai.request.seed",
  "gen_ai.request.stream",
  "gen_ai.request.temperature",
  "gen_ai.request.top_k",
  "gen_ai.request.top_p",
  "gen_ai.response.finish_reasons",
  "gen_ai.response.model",
  "gen_ai.response.time_to_first_chunk",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.reasoning.output_tokens",
  "http.response.status_code",
  "server.address",
  "server.port",
  "understudy.attempt",
  "understudy.attempts",
  "understudy.chain.name",
  "understudy.chain.tiers",
  "understudy.cooldown_ms",
  "understudy.degraded",
  "understudy.losses",
  "understudy.outcome",
  "understudy.repair",
  "understudy.repeat",
  "understudy.request_id",
  "understudy.tier",
  "understudy.venture",
];

describe.each(["1.41", "latest"] as const)("the names of the conventions %s", (conventions) => {
  test("are those of the list, with their units, and no others", async () => {
    const { units } = await busy(conventions);
    const other = world({ conventions });
    await other
      .chain([scriptedTarget([], { otherwise: { fails: "auth.invalid", status: 401 } })])
      .generate("Hi")
      .catch(() => undefined);
    const opening = world({ conventions });
    const opened = opening.chain([scriptedTarget([], { otherwise: { fails: "server.error" } }), answering()]);
    for (let calls = 1; calls <= 6; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await opened.generate("Hi");
    }

    expect({ ...(await units()), ...(await other.units()), ...(await opening.units()) }).toEqual({
      ...NAMES[conventions],
      ...OWN,
    });
  });

  test("are those of the list on spans", async () => {
    const { chain, spans } = world({ conventions });
    const repair = {
      description: "without seed",
      apply: <Asked>(asked: Asked): Asked => ({ ...asked, seed: undefined }),
    };
    const whole = {
      messages: [{ role: "user", content: "Hi" }],
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      stop: ["x"],
      reasoning: { effort: "low" },
      tools: [{ name: "look" }],
    } as const;
    const first = scriptedTarget(
      [
        { fails: "request.rejected", repair },
        { fails: "network.reset", beforeResponse: true },
        { fails: "rate.requests", status: 429 },
      ],
      { vendor: "anthropic", capabilities: { tools: true } },
    );
    const built = chain([
      first,
      scriptedTarget([{ fails: "server.error", requestId: "r" }], { vendor: "b" }),
      answering(),
    ]);
    await (
      await built.stream(whole)
    ).result;
    const last = chain([
      scriptedTarget([{ fails: "rate.requests", retryAfterMs: 60_000 }, "Hi"], { endpoint: "a.test" }),
    ]);
    await last.generate("Hi").catch(() => undefined);
    await last.generate("Hi").catch(() => undefined);
    const lossy = chain([{ ...scriptedTarget(["Hi"]), ...losing() }]);
    await lossy.generate("Hi");

    const cacheWrite =
      conventions === "latest" ? "gen_ai.usage.cache_write.input_tokens" : "gen_ai.usage.cache_creation.input_tokens";
    expect(attributeNames(spans())).toEqual([...SPAN_ATTRIBUTES, cacheWrite].toSorted());
  });
});

/** Reports a loss, then answers. */
function losing() {
  const base = scriptedTarget(["Hi"]);
  return {
    stream: (...args: Parameters<typeof base.stream>) => {
      args[1].loss({ what: "temperature", action: "dropped" });
      return base.stream(...args);
    },
  };
}

describe("the metrics of v1.41", () => {
  test("have one duration for each attempt, in seconds and in the conventions' buckets", async () => {
    const { metrics } = await busy("1.41");

    const points = (await metrics()).get("gen_ai.client.operation.duration");
    expect(facts(points)).toEqual([
      [{ ...failed, "error.type": "server.error" }, 1],
      [answered, 2],
    ]);
    expect(points?.[0]?.boundaries).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]);
    expect(points?.[1]?.value).toBeLessThan(2);
  });

  test("have the time to the first output of streams alone", async () => {
    const { metrics } = await busy("1.41");

    expect(facts((await metrics()).get("gen_ai.client.operation.time_to_first_chunk"))).toEqual([[answered, 1]]);
  });

  test("count tokens that the vendor stated, and nothing where it stated none", async () => {
    const { metrics } = await busy("1.41");

    const points = (await metrics()).get("gen_ai.client.token.usage");
    expect(points?.map(({ attributes, value, count }) => [attributes, value, count])).toEqual([
      [{ ...answered, "gen_ai.token.type": "input" }, 24, 2],
      [{ ...answered, "gen_ai.token.type": "output" }, 14, 2],
    ]);
    expect(points?.[0]?.boundaries).toEqual([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]);
  });
});

describe("the metrics of `latest`", () => {
  test("count tokens in counters of their own, 0 where none were stated, and what one attempt had in histograms", async () => {
    const { metrics } = await busy("latest");

    const all = await metrics();
    const modality = { "gen_ai.token.modality": "unknown" };
    const counts = { input: 24, output: 14, "cache_read.input": 6, "cache_write.input": 4, "reasoning.output": 2 };
    for (const [kind, count] of Object.entries(counts)) {
      expect(facts(all.get(`gen_ai.client.inference.usage.${kind}_tokens`))).toEqual([
        [{ ...failed, ...modality }, 0],
        [{ ...answered, ...modality }, count],
      ]);
    }
    expect(facts(all.get("gen_ai.client.inference.operation.input_tokens"))).toEqual([[answered, 2]]);
    expect(facts(all.get("gen_ai.client.inference.operation.output_tokens"))).toEqual([[answered, 2]]);
    expect(all.has("gen_ai.client.token.usage")).toBe(false);
  });
});

describe("the chain's own metrics", () => {
  const chain = { "understudy.chain.name": "chat" };

  test("count calls, their attempts, failovers and what was passed over", async () => {
    const { metrics } = await busy("1.41");

    const all = await metrics();
    const answer = { ...chain, "understudy.outcome": "answered" };
    expect(facts(all.get("understudy.call.duration"))).toEqual([
      [{ ...answer, "understudy.tier": "gemini/gemini-x" }, 2],
    ]);
    expect(
      all.get("understudy.call.attempts")?.map(({ attributes, value, count }) => [attributes, value, count]),
    ).toEqual([[answer, 3, 2]]);
    expect(facts(all.get("understudy.failovers"))).toEqual([
      [
        {
          ...chain,
          "understudy.from.provider": "anthropic",
          "understudy.to.provider": "gcp.gemini",
          "error.type": "server.error",
          "understudy.released": false,
        },
        1,
      ],
    ]);
    expect(facts(all.get("understudy.skips"))).toEqual([
      [{ ...chain, "understudy.tier": "anthropic/claude-x", "understudy.reason": "isolated" }, 1],
    ]);
  });

  test("say how many targets of a tier are blocked now, also siblings, and 0 where none is", async () => {
    const { chain: build, metrics } = world({ chain: "chat" });
    const built = build([{ targets: [sibling("one"), sibling("two"), sibling("three")] }]);
    await built.generate("Hi");
    built.isolate({ sibling: 1 });
    built.isolate({ sibling: 3 });

    const target = { ...chain, "understudy.tier": "a/fake", "understudy.provider": "a", "understudy.model": "fake" };
    const blocked = async () => facts((await metrics()).get("understudy.targets.blocked"));
    expect(await blocked()).toEqual([
      [{ ...target, "understudy.reason": "breaker" }, 0],
      [{ ...target, "understudy.reason": "cooldown" }, 0],
      [{ ...target, "understudy.reason": "isolated" }, 2],
    ]);
    built.enable("all");
    expect((await blocked())[2]).toEqual([{ ...target, "understudy.reason": "isolated" }, 0]);
  });

  test("count a breaker's change of state also where no call caused it, and the cooldown as a block", async () => {
    const { chain: build, metrics } = world({ chain: "chat" });
    const built = build([scriptedTarget([], { vendor: "a", otherwise: { fails: "server.error" } }), answering()]);
    for (let calls = 1; calls <= 5; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await built.generate("Hi");
    }
    built.enable("all");

    const route = { ...chain, "understudy.provider": "a", "understudy.model": "fake" };
    expect(facts((await metrics()).get("understudy.breaker.transitions"))).toEqual([
      [{ ...route, "understudy.breaker.from": "closed", "understudy.breaker.to": "open" }, 1],
      [{ ...route, "understudy.breaker.from": "open", "understudy.breaker.to": "closed" }, 1],
    ]);
  });

  test("count what a person has to act on", async () => {
    const { chain: build, metrics } = world({ chain: "chat" });
    const built = build([scriptedTarget([{ fails: "auth.invalid", status: 401 }], { vendor: "a" }), answering()]);
    await built.generate("Hi");

    expect(facts((await metrics()).get("understudy.credential_problems"))).toEqual([
      [{ ...chain, "understudy.tier": "a/fake", "error.type": "auth.invalid" }, 1],
    ]);
  });

  test("are left out with `metrics: false`", async () => {
    const { chain: build, metrics, spans } = world({ metrics: false });
    await build([answering()]).generate("Hi");

    expect([(await metrics()).size, spans().length]).toEqual([0, 2]);
  });

  test("hold no number of a call or request", async () => {
    const { metrics } = await busy("latest");

    const names = [...(await metrics()).values()].flatMap((points) =>
      points.flatMap((one) => Object.keys(one.attributes)),
    );
    expect(names.filter((name) => /call_?id|request_?id|scope|attempt$/i.test(name))).toEqual([]);
  });
});

test("two of this package on one chain count everything twice", async () => {
  const { spans, tracing } = world();
  const twice = openTelemetry({ tracerProvider: tracing, metrics: false });
  await createChain([answering()], { observers: [twice, twice] }).generate("Hi");

  expect(spans()).toHaveLength(4);
});
