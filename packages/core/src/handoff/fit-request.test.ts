import { describe, expect, test } from "vitest";
import { deepFreeze } from "../../test/deep-freeze.ts";
import { finish, harness, rejection } from "../../test/harness.ts";
import { answer, fail, scripted } from "../../test/scripted-target.ts";
import type { Capabilities } from "../adapter/index.ts";
import type { AssistantPart, MediaSource, Request, UserPart } from "../index.ts";

const make = (number: number): string => `zr-${String(number).padStart(6, "0")}`;

const asked = (...content: readonly UserPart[]): Request => ({ messages: [{ role: "user", content }] });
const BASE64: MediaSource = { type: "base64", mediaType: "image/png", data: "AA==" };
const called = (toolCallId: string, toolName: string): AssistantPart => ({
  type: "tool-call",
  toolCallId,
  toolName,
  input: {},
});
const AT_BETA: MediaSource = { type: "vendor-file", vendor: "beta", id: "file_1" };

describe("a target that says of itself that it cannot take a request", () => {
  test.each<readonly [string, Request, Partial<Capabilities>, string]>([
    ["tools", { ...asked({ type: "text", text: "Hi" }), tools: [{ name: "get" }] }, { tools: false }, "tools"],
    ["an image", asked({ type: "image", source: BASE64 }), { images: false }, "images"],
    ["a file", asked({ type: "file", source: BASE64 }), { files: false }, "files"],
    ["audio", asked({ type: "audio", source: { ...BASE64, mediaType: "audio/wav" } }), { audio: false }, "audio"],
    ["JSON", { ...asked({ type: "text", text: "Hi" }), output: { type: "json" } }, { jsonOutput: false }, "jsonOutput"],
    [
      "TR-07 a URL",
      asked({ type: "image", source: { type: "url", url: "https://a.test/b" } }),
      { urls: false },
      "urls",
    ],
    ["a file stored at another vendor", asked({ type: "file", source: AT_BETA }), {}, "files"],
  ])("TR-08 R1.2 is passed over for %s, not failed", async (_name, request, capabilities, missing) => {
    const { clock, chain, events } = harness();
    const unable = scripted(clock, [answer("No")], { capabilities });
    const able = scripted(clock, [answer("1")], { vendor: "beta", model: "two" });

    const result = await finish(clock, chain([unable, able]).generate(request));

    expect(result.text).toBe("1");
    expect(unable.calls).toHaveLength(0);
    expect(result.trace.attempts).toHaveLength(1);
    expect(result.trace.skipped).toMatchObject([{ tier: "alpha/one", reason: "unsupported", detail: missing }]);
    expect(events).toContainEqual(expect.objectContaining({ type: "skipped" }));
  });

  test("TR-08 with no other target the error is `unsupported` and says what is missing", async () => {
    const { clock, chain } = harness();
    const unable = scripted(clock, [answer("No")], { capabilities: { images: false } });

    const error = await rejection(clock, chain([unable]).generate(asked({ type: "image", source: BASE64 })));

    expect(error).toMatchObject({ code: "unsupported", attempts: [], message: expect.stringContaining("images") });
  });

  test("a call goes back by the name of the tool that the request declares natively, and a made-up name does not", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Seen")]);

    await finish(
      clock,
      chain([target]).generate({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [called("1", "server.get"), called("2", "server.put"), called("3", "")] },
        ],
        vendorOptions: { alpha: { tools: [{ name: "server.get" }, { name: "" }] } },
      }),
    );

    const names = ["server.get", "server_put", "unknown"].map((toolName) => ({ toolName }));
    expect(target.calls[0]?.request.messages.slice(1)).toMatchObject([{ content: names }, { content: names }]);
  });

  test("a target at which nothing is left of a history is passed over, and the next one that it came from answers", async () => {
    const { clock, chain } = harness();
    const unable = scripted(clock, [answer("No")]);
    const able = scripted(clock, [answer("Go on")], { vendor: "beta", model: "two" });
    const origin = { vendor: "beta", model: "two", endpoint: able.endpoint };
    const request: Request = {
      messages: [
        { role: "assistant", content: [{ type: "opaque", kind: "call", data: { id: 1 }, origin }] },
        { role: "user", content: [{ type: "opaque", kind: "output", data: { id: 1 }, origin }] },
      ],
    };

    const result = await finish(clock, chain([unable, able]).generate(request));

    expect(result.text).toBe("Go on");
    expect(unable.calls).toHaveLength(0);
    expect(able.calls).toMatchObject([{ request: { messages: [{ role: "assistant" }, { role: "user" }] } }]);
    expect(result.trace.skipped).toMatchObject([
      { tier: "alpha/one", reason: "unsupported", detail: "messages: nothing of them can be sent" },
    ]);
  });

  test("images in tool results count, media that a model made does not", async () => {
    const { clock, chain } = harness();
    const unable = scripted(clock, [answer("Seen")], { capabilities: { images: false } });
    const made: Request = {
      messages: [
        { role: "user", content: "Draw" },
        { role: "assistant", content: [{ type: "image", source: BASE64 }] },
        { role: "user", content: "Again" },
      ],
    };
    const given: Request = {
      messages: [
        { role: "user", content: "Look" },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "see", input: {} }] },
        {
          role: "tool",
          content: [{ type: "tool-result", toolCallId: "1", content: [{ type: "image", source: BASE64 }] }],
        },
      ],
    };

    expect((await finish(clock, chain([unable]).generate(made))).text).toBe("Seen");
    expect((await rejection(clock, chain([unable]).generate(given))).code).toBe("unsupported");
  });

  test("`unknown` is tried, and tools that may not be called are not needed", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Tried")], { capabilities: { tools: false, images: "unknown" } });
    const request: Request = {
      ...asked({ type: "image", source: BASE64 }),
      tools: [{ name: "a" }],
      toolChoice: "none",
    };

    expect((await finish(clock, chain([target]).generate(request))).text).toBe("Tried");
  });
});

describe("what a target gets", () => {
  test("TR-05 MS-07 MS-19 each attempt gets its own translation, and a frozen request stays as it was", async () => {
    const { clock, chain } = harness();
    const origin = { vendor: "alpha", model: "one", endpoint: "alpha.test" };
    const request: Request = deepFreeze({
      system: "Be kind",
      messages: [
        { role: "user", content: "Hi" },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hmm", origin, opaque: { signature: "s" } },
            { type: "text", text: "Hello" },
            { type: "tool-call", toolCallId: "functions.get:0", toolName: "get", input: {} },
          ],
        },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "functions.get:0", content: "42" }] },
      ],
      tools: [{ name: "get", inputSchema: { type: "object" } }],
    });
    const before = JSON.stringify(request);
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("Hello")], {
      vendor: "beta",
      capabilities: { toolCallId: { pattern: /^[a-z.:0-9]+$/, maxLength: 40 } },
    });

    const result = await finish(clock, chain([primary, backup]).generate(request));

    const [own] = primary.calls;
    const [foreign] = backup.calls;
    expect(own?.request.messages[1]?.content).toHaveLength(3);
    expect(foreign?.request.messages[1]?.content).toHaveLength(2);
    expect(own?.request.messages[2]?.content[0]).not.toMatchObject({ toolCallId: "functions.get:0" });
    expect(foreign?.request.messages[2]?.content[0]).toMatchObject({ toolCallId: "functions.get:0" });
    expect(foreign?.request.messages[2]?.content[0]).toMatchObject({ content: [{ type: "text", text: "42" }] });
    expect(result.losses).toMatchObject([{ what: "messages[1] reasoning", action: "dropped" }]);
    expect(result.trace.attempts.map((attempt) => attempt.losses.length)).toEqual([0, 1]);
    expect(JSON.stringify(request)).toBe(before);
  });

  test("TR-01 a target whose rule for ids refuses what is made for it is passed over, and says why", async () => {
    const { clock, chain } = harness();
    const request: Request = {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "toolu_01AbC", toolName: "get", input: {} }] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "toolu_01AbC", content: "42" }] },
      ],
    };
    const pattern = /^zr-[a-z0-9]{6,20}$/;
    const strict = scripted(clock, [answer("Hello")], { capabilities: { toolCallId: { pattern, maxLength: 23 } } });
    const able = scripted(clock, [answer("Hello")], {
      vendor: "beta",
      capabilities: { toolCallId: { pattern, maxLength: 23, make } },
    });

    const { trace } = await finish(clock, chain([strict, able]).generate(request));

    expect(strict.calls).toEqual([]);
    expect(trace.skipped).toMatchObject([{ reason: "unsupported", detail: "toolCallId: none is legal" }]);
    const sent = able.calls[0]?.request.messages.slice(1);
    expect(sent).toMatchObject([
      { content: [{ toolCallId: "zr-000001" }] },
      { content: [{ toolCallId: "zr-000001" }] },
    ]);
  });

  test("left-out options have their defaults, and given ones arrive", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hello")]);

    await finish(clock, chain([target]).generate("Hi"));
    await finish(clock, chain([target]).generate({ ...asked({ type: "text", text: "Hi" }), temperature: 0, seed: 7 }));

    expect(target.calls[0]?.request).toEqual({
      messages: [{ index: 0, role: "user", content: [{ type: "text", text: "Hi" }] }],
      tools: [],
      toolChoice: "auto",
      output: { type: "text" },
      reasoning: { visible: true },
      stop: [],
    });
    expect(target.calls[1]?.request).toMatchObject({ temperature: 0, seed: 7 });
  });

  test("a tool without a schema takes no arguments", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hello")]);

    await finish(clock, chain([target]).generate({ ...asked({ type: "text", text: "Hi" }), tools: [{ name: "now" }] }));

    expect(target.calls[0]?.request.tools).toEqual([
      { name: "now", description: undefined, inputSchema: { type: "object", properties: {} } },
    ]);
  });

  test("a tool whose schema leaves out that it describes an object says so", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hello")]);
    const inputSchema = { properties: { city: { type: "string" } } } as const;
    const tools = [{ name: "get", inputSchema }];

    await finish(clock, chain([target]).generate({ ...asked({ type: "text", text: "Hi" }), tools }));

    expect(target.calls[0]?.request.tools).toMatchObject([{ inputSchema: { type: "object", ...inputSchema } }]);
  });

  test("losses that the adapter reports during the call are part of the answer", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [
      (call) => {
        call.context.loss({ what: "stop", action: "dropped" });
        return [fail("server.error")];
      },
      (call) => {
        call.context.loss({ what: "temperature", action: "dropped" });
        const script = answer("Hello");
        return typeof script === "function" ? script(call) : script;
      },
    ]);

    const result = await finish(clock, chain([target]).generate("Hi"));

    expect(result.losses).toEqual([{ what: "temperature", action: "dropped" }]);
    expect(result.trace.attempts.map(({ losses }) => losses.map((loss) => loss.what))).toEqual([
      ["stop"],
      ["temperature"],
    ]);
  });

  test("US-06 the model that answered is the one the vendor names, and the one asked for stays in the trace", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [
      [
        {
          type: "read",
          parts: [
            { type: "file", id: "f", part: { type: "image", source: BASE64 } },
            { type: "end", finishReason: "stop", rawFinishReason: "stop", model: "one-2026-01-01" },
          ],
        },
      ],
    ]);

    const result = await finish(clock, chain([target]).generate("Hi"));

    expect(result.model).toBe("one-2026-01-01");
    expect(result.trace.attempts).toMatchObject([{ model: "one", servedModel: "one-2026-01-01" }]);
  });
});
