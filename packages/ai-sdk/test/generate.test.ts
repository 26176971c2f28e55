import { isUnderstudyError } from "@understudy/core";
import { generateText, NoObjectGeneratedError, Output, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { understudy } from "../src/index.ts";
import { bodyOf, counts, LOST, rejectionOf, setUp } from "./set-up.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]);
const city = Output.object({ schema: z.object({ city: z.string() }) });

describe("generateText with understudy(chain)", () => {
  test("1: has text, finish reason, usage, the model that answered and its tier, and no warnings", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({
      text: "The sky is blue.",
      usage: { inputTokens: 120, cacheReadTokens: 20, outputTokens: 30 },
    });

    const result = await generateText({ model: understudy(vendors.chain), prompt: "Why?" });

    expect(result.text).toBe("The sky is blue.");
    expect(result.finishReason).toBe("stop");
    expect(result.usage).toMatchObject({
      inputTokens: 120,
      outputTokens: 30,
      inputTokenDetails: { noCacheTokens: 100, cacheReadTokens: 20, cacheWriteTokens: 0 },
    });
    expect(result.finalStep.response.modelId).toBe("claude-sonnet-5-5");
    expect(result.finalStep.response.id).toMatch(/^req_/);
    expect(result.finalStep.providerMetadata?.["understudy"]).toMatchObject({
      tier: "anthropic/claude-sonnet-5-5",
      degraded: false,
      vendor: "anthropic",
      trace: { attempts: [{ outcome: "answered" }] },
    });
    expect(result.warnings).toEqual([]);
    expect(counts(vendors)).toEqual([1, 0]);
  });

  test("has the pin of an answer in its step, and takes it for the next one", async () => {
    await using vendors = await setUp({ pins: true });
    vendors.claude.script([{ fault: LOST }]);
    const ask = (pin?: string) =>
      generateText({
        model: understudy(vendors.chain),
        prompt: "Why?",
        providerOptions: pin === undefined ? {} : { understudy: { pin } },
      });

    const first = await ask();
    const own = first.finalStep.providerMetadata?.["understudy"];
    const pin = typeof own?.["pin"] === "string" ? own["pin"] : "none";
    const second = await ask(pin);
    const third = await ask();

    expect(pin).toMatch(/^1\./);
    expect([second, third].map(({ finalStep }) => finalStep.providerMetadata?.["understudy"]?.["vendor"])).toEqual([
      "openai",
      "anthropic",
    ]);
  });

  test("7: a chain that is lost is one call of the chain, whatever `maxRetries` says", async () => {
    await using vendors = await setUp({ maxAttempts: 2 });
    for (const vendor of [vendors.claude, vendors.gpt])
      vendor.script(Array.from({ length: 9 }, () => ({ fault: LOST })));

    const error = await rejectionOf(generateText({ model: understudy(vendors.chain), prompt: "Why?" }));

    expect(isUnderstudyError(error) && error.code).toMatch(/^(?:all-failed|server-error)$/);
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("12: arguments that are no JSON are the AI SDK's invalid call and tool error", async () => {
    await using vendors = await setUp();
    vendors.claude.script([{ answer: { toolCalls: [{ name: "weather", inputText: '{"city":' }] } }]);
    let runs = 0;
    const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: () => ++runs });

    const result = await generateText({ model: understudy(vendors.chain), prompt: "Why?", tools: { weather } });

    expect(result.toolCalls).toMatchObject([{ toolName: "weather", invalid: true }]);
    expect(result.content.map(({ type }) => type)).toContain("tool-error");
    expect(runs).toBe(0);
  });

  test("14: JSON in a code fence is the object", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: '```json\n{"city":"Paris"}\n```' });

    const result = await generateText({ model: understudy(vendors.chain), prompt: "Where?", output: city });

    expect(result.output).toEqual({ city: "Paris" });
    expect(result.text).toBe('{"city":"Paris"}');
  });

  test("15: a text that is no JSON is the AI SDK's own error, with the text", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: "Sorry." });

    const error = await rejectionOf(
      generateText({ model: understudy(vendors.chain), prompt: "Where?", output: city }).then(({ output }) => output),
    );

    expect(NoObjectGeneratedError.isInstance(error) && error.text).toBe("Sorry.");
    expect(counts(vendors)).toEqual([1, 0]);
  });

  test("16: an abort is the caller's own reason, and closes the vendor's connection", async () => {
    await using vendors = await setUp();
    vendors.claude.script([{ fault: { type: "hang" } }]);

    const error = await rejectionOf(
      generateText({ model: understudy(vendors.chain), prompt: "Why?", abortSignal: AbortSignal.timeout(100) }),
    );

    expect(error).toMatchObject({ name: "TimeoutError" });
    const record = await vendors.claude.arrived(0);
    await record.closed;
    expect(record.closedByClient).toBe(true);
    expect(counts(vendors)).toEqual([1, 0]);
  });

  test("17: settings reach the vendor in its own words, and what cannot is a warning", async () => {
    await using vendors = await setUp();

    const result = await generateText({
      model: understudy(vendors.chain),
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "file", mediaType: "image", data: PNG },
          ],
        },
      ],
      reasoning: "low",
      stopSequences: ["END"],
      frequencyPenalty: 0.5,
      headers: { "x-team": "blue" },
      tools: {
        search: {
          type: "provider",
          id: "anthropic.web_search_20250305",
          args: {},
          isProviderExecuted: true,
          inputSchema: z.object({}),
        },
      },
      providerOptions: { understudy: { userId: "user-1", colour: "blue" }, openai: { store: true } },
    });

    const body = bodyOf(vendors.claude.requests[0]);
    expect(JSON.stringify(body["messages"])).toContain('"media_type":"image/png","data":"iVBORw0KGgoAAA=="');
    expect(body["output_config"]).toMatchObject({ effort: "low" });
    expect(body["stop_sequences"]).toEqual(["END"]);
    expect(body["metadata"]).toEqual({ user_id: "user-1" });
    expect(body["tools"]).toBeUndefined();
    expect(result.warnings?.map((warning) => ("feature" in warning ? warning.feature : warning.type))).toEqual([
      "frequencyPenalty",
      "headers",
      "tool anthropic.web_search_20250305",
      "providerOptions.openai",
      "providerOptions.understudy.colour",
    ]);
  });

  test("19: a tool keeps its name for the application, and has a legal one for the vendor", async () => {
    await using vendors = await setUp();
    const name = "mcp.server/search";
    vendors.claude.script([
      { answer: ({ body }) => ({ toolCalls: [{ name: toolNamesOf(body)[0] ?? "", input: { q: "sky" } }] }) },
      { answer: { text: "Found." } },
    ]);

    const result = await generateText({
      model: understudy(vendors.chain),
      prompt: "Search.",
      tools: { [name]: tool({ inputSchema: z.object({ q: z.string() }), execute: ({ q }) => `found ${q}` }) },
      toolChoice: "auto",
      stopWhen: ({ steps }) => steps.length === 2,
    });

    expect(result.steps[0]?.toolCalls).toMatchObject([{ toolName: name, input: { q: "sky" } }]);
    expect(result.text).toBe("Found.");
    const [sent] = toolNamesOf(vendors.claude.requests[0]?.body);
    expect(sent).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(JSON.stringify(bodyOf(vendors.claude.requests[1])["messages"])).toContain(`"name":"${sent}"`);
  });
});

function toolNamesOf(body: unknown): readonly string[] {
  const tools: unknown = typeof body === "object" && body !== null && "tools" in body ? body.tools : [];
  return Array.isArray(tools) ? tools.map(({ name }: { name: string }) => name) : [];
}
