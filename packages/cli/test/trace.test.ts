import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChain, isUnderstudyError, type EngineEvent } from "@understudy/core";
import { scriptedTarget } from "@understudy/testing";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));
const RECORDED = join(import.meta.dirname, "traces");

async function show(value: string, ...args: readonly string[]) {
  return run(["trace", "-", ...args], { stdin: [value.slice(0, 7), value.slice(7)] });
}

const chain = (onEvent?: (event: EngineEvent) => void) =>
  createChain(
    [
      scriptedTarget([{ fails: "server.overloaded", status: 529 }], {
        vendor: "a",
        otherwise: { fails: "auth.invalid" },
      }),
      scriptedTarget(["Hi."], { vendor: "b", otherwise: { fails: "network.dns" } }),
    ],
    { onEvent, maxAttempts: 2, policy: () => "next" },
  );

describe("understudy trace", () => {
  test("reads an answer's trace, an answer, an error as JSON, and events, and shows the same call", async () => {
    const events: EngineEvent[] = [];
    const built = chain((event) => events.push(event));
    const answer = await built.generate("Hello?");
    const forms = [
      JSON.stringify(answer.trace),
      JSON.stringify([answer]),
      JSON.stringify(events),
      events.map((event) => JSON.stringify(event)).join("\n"),
    ];
    const error: unknown = await built.generate("Hello?").catch((thrown: unknown) => thrown);

    for (const form of forms) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { code, stdout } = await show(form);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^1 {2}a\/fake {2}failed, server\.overloaded, status 529, after .*\n2 {2}b\/fake {2}answered/,
      );
      const bars = stdout.trim().split("\n").slice(-2);
      expect(bars[0]).toMatch(/^1 a\/fake +▒+$/);
      expect(bars[1]).toMatch(/^2 b\/fake +·*█+$/);
      expect(Math.max(...bars.map(({ length }) => length))).toBeLessThanOrEqual(80);
    }
    expect(isUnderstudyError(error)).toBe(true);
    expect((await show(JSON.stringify(error))).stdout).toContain("failed, network.dns");
  });

  test.each(readdirSync(RECORDED))("renders the recorded %s, as text, JSON and page", async (name) => {
    const path = join(RECORDED, name);
    const page = join(folder, `${name}.html`);
    const [plain, json, drawn] = [
      await run(["trace", path]),
      await run(["trace", path, "--json"]),
      await run(["trace", path, "--html", page]),
    ];

    expect([plain.code, json.code, drawn.code]).toEqual([0, 0, 0]);
    expect(plain.stdout).toContain("anthropic/claude-sonnet-5-5");
    const { traces }: { readonly traces: readonly { readonly attempts: readonly unknown[] }[] } = JSON.parse(
      json.stdout,
    );
    expect(traces.flatMap(({ attempts }) => attempts).length).toBeGreaterThan(1);
    expect(readFileSync(page, "utf8")).toMatch(
      /<svg class="us-timeline" viewBox="0 0 720 \d+" role="img" aria-label="Call /,
    );
    expect(readFileSync(page, "utf8")).not.toMatch(/http|<script|src=/);
  });

  test.each([
    ['{"some":"thing"}', "Value 1 tells of no call. Expected is a trace"],
    ["not JSON", "Line 1 is no JSON. Expected is"],
    ["", "There is no call in it."],
    ["[1]", "Value 1 tells of no call."],
  ])("says what it expects instead of %j", async (text, message) => {
    const ran = await show(text);

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(message);
  });

  test("shows what a trace says as text, whatever it says", async () => {
    const attempts = [{ tier: "<b>\u001B[31m", outcome: "failed", class: "x", startedAtMs: -1, endedMs: "long" }];
    const page = join(folder, "odd.html");
    const ran = await show(JSON.stringify({ attempts }), "--html", page);

    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toContain("\u001B");
    expect(readFileSync(page, "utf8")).not.toContain("<b>?");
  });
});
