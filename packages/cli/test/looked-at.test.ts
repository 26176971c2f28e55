import { afterEach, describe, expect, test } from "vitest";
import { run } from "./run.ts";

async function look(at: string): Promise<{ readonly code: number; readonly stdout: string }> {
  process.env["LOOKED_AT"] = at;
  return run(["doctor", "looked-at.ts", "--offline"]);
}

describe("understudy doctor, without asking anyone", () => {
  afterEach(() => {
    delete process.env["LOOKED_AT"];
  });

  test.each([
    [
      "problems of one target",
      1,
      /✗ 1 openai\/gpt-6\.1-terra +openai\("gpt-6\.1-terra"\): `baseURL` is http: .* use https, or set `allowInsecureHttp: true`\n +openai\("gpt-6\.1-terra"\): no API key; give the option `apiKey`.*\n· 2 anthropic/,
    ],
    [
      "a model that its adapter does not know",
      0,
      /! tier openai\/my-own is not known to its adapter: limits and end of life are unknown, so nothing is compared\n +compare its spelling/,
    ],
    [
      "a retired model",
      1,
      /✗ tier openai\/gpt-6\.1-terra was retired on 2020-01-31: .*\n +give a model that its vendor continues to serve/,
    ],
    [
      "a model that retires",
      0,
      /! tier openai\/gpt-6\.1-terra is retired on \d{4}-\d\d-\d\d, in (?:29|30) days\n +give/,
    ],
    [
      "one vendor twice",
      0,
      /! tiers openai\/gpt-6\.1-terra and openai\/gpt-6-luna share the vendor openai: they fail together when it is down\n +put a tier of another vendor between or behind them/,
    ],
    [
      "one endpoint",
      0,
      /! tiers openai\/gpt-6\.1-terra and anthropic\/claude-sonnet-5-5 share the endpoint proxy\.internal: they fail together when it is down\n +give one of them another region or cloud/,
    ],
    [
      "one quota",
      0,
      /! tiers openai\/gpt-6\.1-terra and openai\/gpt-6-luna share the quota: they fail together when it is used up\n +give them keys of different quotas/,
    ],
    [
      "one key",
      0,
      /! tiers openai\/gpt-6\.1-terra and openai\/gpt-6-luna share the key: they fail together if it is refused or limited\n +give each its own key/,
    ],
    [
      "one key for siblings",
      0,
      /! tier openai\/gpt-6\.1-terra \(target 1\) and .*\(target 2\) are one target: same model, endpoint and key\n +leave one of them out, or give it another key/,
    ],
    [
      "a single tier",
      0,
      /! the chain has one tier: no other model takes over when this one fails\n +add a tier of another vendor/,
    ],
    [
      "tiers of one vendor",
      0,
      /! every tier is of openai: an outage there leaves no one to answer\n +add a tier of another vendor/,
    ],
    [
      "a smaller window",
      0,
      /! tier openai\/gpt-6\.1-terra takes 128,000 tokens, the first one \(claude-sonnet-5-5\) [\d,]+\n +put a model with a window like the first one's behind it/,
    ],
    [
      "lost abilities",
      0,
      /! tier openai\/gpt-6\.1-terra does not take tools, images, jsonOutput, which the first one \(claude-sonnet-5-5\) takes\n +requests that need it pass this tier over: put one that takes it behind the first/,
    ],
    ["a short silence", 0, /· if every tier is silent, a caller waits 20 s for the last one's first output/],
    [
      "a long silence",
      0,
      /! if every tier is silent, a caller waits 120 s for the last one's first output .*\n +lower `timeoutMs` and `silentReasoningMs` where users watch/,
    ],
    [
      "a degraded tier before another",
      0,
      /! tier deepseek\/deepseek-flash is marked degraded and is asked before anthropic\/claude-sonnet-5-5, which is not\n +change their order, or the mark/,
    ],
    [
      "two names for one target",
      0,
      /! tier one \(openai\/gpt-6\.1-terra\) and tier two \(openai\/gpt-6\.1-terra\) are one target: same model, endpoint and key\n +leave one of them out/,
    ],
    [
      "http beyond this machine",
      0,
      /! target 2 asks 10\.0\.0\.7 by http: whoever is on the way reads its key and every prompt\n +use https, or keep `allowInsecureHttp` to a network that is yours alone/,
    ],
    [
      "a short silence",
      0,
      /· no price is known: cost is not estimated\n +give what you pay as the chain's option `prices`/,
    ],
    ["a price of one", 0, /· no price is known of target 1: its cost is not estimated/],
  ])("sees %s, and says what to change", async (at, code, told) => {
    const looked = await look(at);

    expect(looked.stdout).toMatch(told);
    expect(looked.code).toBe(code);
  });

  test.each([
    ["a model that retires late", /retire/],
    ["http on this machine", /by http/],
    ["a long silence", /share|one target|degraded|not known to its adapter/],
  ])("says nothing else of %s", async (at, untold) => {
    expect((await look(at)).stdout).not.toMatch(untold);
  });
});
