import {
  isTargetFailure,
  type JsonObject,
  type Loss,
  type TargetMessage,
  type TargetRequest,
  type UserPart,
} from "@understudy/core/adapter";
import type { Request } from "@understudy/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { isThinking, toNativeRequest, type XAINativeFields } from "./request.ts";

const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const HI = { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] };
const TOOL = {
  name: "f",
  description: "F.",
  inputSchema: { type: "object", properties: { a: { type: "string" } } },
} as const;

const base64 = (mediaType: string, data: string) => ({ type: "base64", mediaType, data }) as const;

interface Sent {
  readonly body: JsonObject;
  readonly losses: readonly string[];
}

function full(request: Partial<TargetRequest>): TargetRequest {
  return {
    messages: [USER],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...request,
    reasoning: { visible: true, ...request.reasoning },
  };
}

function send(request: Partial<TargetRequest> = {}, model: string = "grok-4.6"): Sent {
  const losses: string[] = [];
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  const { body } = toNativeRequest(full(request), model, { stream: true, loss });
  return { body: JSON.parse(JSON.stringify(body)), losses };
}

function refusal(request: Partial<TargetRequest>): readonly unknown[] | undefined {
  try {
    send(request);
  } catch (error) {
    return isTargetFailure(error) ? [error.class, error.details.capability] : [error];
  }
  return undefined;
}

function refusalOf(part: UserPart): readonly unknown[] | undefined {
  return refusal({ messages: [{ role: "user", content: [part] }] });
}

function thinks(model: string, asked?: "none"): boolean {
  return isThinking(full({ reasoning: { effort: asked, visible: true } }), model);
}

function objectOf(name: string): JsonObject {
  return { type: "object", properties: { [name]: { type: "string" } } };
}

function effort(asked: TargetRequest["reasoning"]["effort"], model: string): readonly unknown[] {
  const { body, losses } = send({ reasoning: { effort: asked, visible: true } }, model);
  return [body["reasoning"], losses];
}

describe("toNativeRequest", () => {
  test("sends the least for the least, keeps nothing at the vendor, and asks for reasoning that can go back", () => {
    expect(send()).toEqual({
      body: {
        model: "grok-4.6",
        input: [HI],
        store: false,
        include: ["reasoning.encrypted_content"],
        stream: true,
      },
      losses: [],
    });
    expect(send({}, "grok-4.20-non-reasoning").body).not.toHaveProperty("include");
  });

  test("sends everything that has a native word, and the system as a message, for which there is no field", () => {
    const { body, losses } = send({
      system: "Be brief.",
      tools: [TOOL],
      toolChoice: "required",
      reasoning: { effort: "high", visible: true },
      seed: 7,
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      userId: "u1",
    });

    expect(body).toEqual({
      model: "grok-4.6",
      input: [{ type: "message", role: "system", content: [{ type: "input_text", text: "Be brief." }] }, HI],
      tools: [{ type: "function", name: "f", description: "F.", parameters: TOOL.inputSchema }],
      tool_choice: "required",
      reasoning: { effort: "high" },
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      user: "u1",
      store: false,
      include: ["reasoning.encrypted_content"],
      stream: true,
    });
    expect(losses).toEqual([]);
  });

  test("drops what the API has no word for, and reports it", () => {
    const { body, losses } = send({ topK: 3, reasoning: { budgetTokens: 9, visible: true } });

    expect(body).toEqual(send().body);
    expect(losses).toEqual(["topK dropped", "reasoning.budgetTokens dropped"]);
  });

  test("XA-02 asks each model for an effort that it has, and for none where it refuses all of them", () => {
    expect(effort("xhigh", "grok-4.6")).toEqual([{ effort: "xhigh" }, []]);
    expect(effort("xhigh", "grok-4.5")).toEqual([{ effort: "high" }, ["reasoning.effort downgraded"]]);
    expect(effort("none", "grok-4.3")).toEqual([{ effort: "none" }, []]);
    expect(effort("none", "grok-4.5")[0]).toEqual({ effort: "low" });
    expect(effort("high", "grok-4.20-reasoning")).toEqual([undefined, [expect.stringContaining("reasoning.effort")]]);
    expect(effort("none", "grok-4.20-non-reasoning")).toEqual([undefined, []]);
    expect(effort("minimal", "grok-9")).toEqual([{ effort: "minimal" }, []]);
  });

  test("says of each model whether its silence may be reasoning", () => {
    expect([thinks("grok-4.5", "none"), thinks("grok-4.3"), thinks("grok-4.3", "none")]).toEqual([true, true, false]);
    expect([thinks("grok-4.20-reasoning"), thinks("grok-4.20-non-reasoning"), thinks("grok-9")]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("output", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } } as const;

  test("is enforced with a schema, and a switch with the word in the prompt without one", () => {
    expect(send({ output: { type: "json", name: "my answer", schema } }).body["text"]).toEqual({
      format: { type: "json_schema", name: "my_answer", schema, strict: true },
    });
    const { body } = send({ output: { type: "json", name: "a" } });
    expect(body["text"]).toEqual({ format: { type: "json_object" } });
    expect(body["input"]).toMatchObject([HI, { role: "system", content: [{ text: expect.stringContaining("JSON") }] }]);
  });

  test("and tools are told in words once a schema was refused, which is reported", () => {
    const { body, losses } = send({ output: { type: "json", name: "a", schema }, tools: [TOOL], without: ["schema"] });

    expect(body).not.toHaveProperty("text");
    expect(JSON.stringify(body["input"])).toContain("JSON");
    expect(body["tools"]).toEqual([
      {
        type: "function",
        name: "f",
        description: expect.stringContaining('"a"'),
        parameters: { type: "object", properties: {}, additionalProperties: true },
      },
    ]);
    expect(losses).toEqual(["output translated", "tools translated"]);
  });

  test("gives way to a format in the vendor's own words", () => {
    const format = { type: "json_object" };
    const { body, losses } = send({
      output: { type: "json", name: "a", schema },
      vendorOptions: { xai: { text: { format } } },
    });

    expect(body["text"]).toEqual({ format });
    expect(losses).toEqual(["output dropped"]);
  });
});

describe("tools", () => {
  test("that are unions at their root become objects, which alone are taken", () => {
    const inputSchema = { type: "object", anyOf: [objectOf("a"), objectOf("b")] };
    const { body } = send({ tools: [{ name: "f", inputSchema }] });

    expect(body["tools"]).toMatchObject([{ parameters: { type: "object", properties: { a: {}, b: {} } } }]);
    expect(JSON.stringify(body["tools"])).not.toContain("anyOf");
  });

  test("of the vendor's servers are added to the request's, and one of these can be chosen", () => {
    const hosted = { type: "x_search", allowed_x_handles: ["xai"] };
    const { body } = send({ tools: [TOOL], toolChoice: { tool: "f" }, vendorOptions: { xai: { tools: [hosted] } } });

    expect(body["tools"]).toMatchObject([{ name: "f" }, hosted]);
    expect(body["tool_choice"]).toEqual({ type: "function", name: "f" });
  });

  test("more than 128 are not sent, those of the servers included: the next tier is asked", () => {
    const tools = Array.from({ length: 128 }, (_, index) => ({ ...TOOL, name: `f${index}` }));

    expect(refusal({ tools })).toBeUndefined();
    expect(refusal({ tools, vendorOptions: { xai: { tools: [{ type: "web_search" }] } } })).toEqual([
      "request.unsupported",
      "tools",
    ]);
  });
});

describe("messages", () => {
  test("carry images as they are, texts as text, and files by URL or id", () => {
    const { body, losses } = send({
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: base64("image/png", "AAAA") },
            { type: "file", source: base64("text/plain", btoa("Tea: 3.")), name: "menu.txt" },
            { type: "file", source: { type: "url", url: "https://a.test/a.pdf" } },
            { type: "file", source: { type: "vendor-file", vendor: "xai", id: "file_1" } },
            { type: "image", source: { type: "vendor-file", vendor: "xai", id: "file_2" } },
          ],
        },
      ],
    });

    expect(body["input"]).toEqual([
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_image", detail: "auto", image_url: "data:image/png;base64,AAAA" },
          { type: "input_text", text: "menu.txt:\n\nTea: 3." },
          { type: "input_file", file_url: "https://a.test/a.pdf" },
          { type: "input_file", file_id: "file_1" },
          { type: "input_file", file_id: "file_2" },
        ],
      },
    ]);
    expect(losses).toEqual(["messages[0] file translated"]);
  });

  test("with a document's own data, or with sound, are the next tier's", () => {
    expect(refusalOf({ type: "file", source: base64("application/pdf", "AAAA") })).toEqual([
      "request.unsupported",
      "files",
    ]);
    expect(refusalOf({ type: "audio", source: base64("audio/wav", "AAAA") })).toEqual(["request.unsupported", "audio"]);
  });

  test("XA-03 take reasoning of the vendor's own back, with its id, and a refusal of another vendor as text", () => {
    const opaque = { id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "e" };
    const origin = { vendor: "xai", model: "grok-4.6", endpoint: "api.x.ai" };
    const { body } = send({
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "hm", opaque, origin },
            { type: "text", text: "Hello", opaque: { id: "msg_1" }, origin },
            { type: "refusal", text: "No." },
          ],
        },
        USER,
      ],
    });

    expect(body["input"]).toMatchObject([
      HI,
      { type: "reasoning", ...opaque },
      { type: "message", id: "msg_1", content: [{ type: "output_text", text: "Hello" }] },
      { type: "message", content: [{ type: "output_text", text: "No." }] },
      HI,
    ]);
    expect(JSON.stringify(body)).not.toContain('"content":null');
  });
});

describe("vendorOptions.xai", () => {
  test("are laid over the body, their headers over the headers, and state at the vendor is left out", () => {
    const losses: string[] = [];
    const options = {
      headers: { "x-a": "1" },
      previous_response_id: "r1",
      background: true,
      max_turns: 3,
      store: true,
    };
    const { headers, body } = toNativeRequest(
      full({ temperature: 1, vendorOptions: { xai: { ...options, temperature: 0 } } }),
      "grok-4.6",
      {
        stream: false,
        loss: ({ what, action }) => void losses.push(`${what} ${action}`),
      },
    );

    expect(headers).toEqual({ "x-a": "1" });
    expect(body).toMatchObject({ max_turns: 3, store: true, temperature: 0, stream: false });
    expect(body).not.toHaveProperty("previous_response_id");
    expect(losses).toEqual(
      expect.arrayContaining([
        "vendorOptions previous_response_id dropped",
        "vendorOptions background dropped",
        "temperature dropped",
      ]),
    );
  });

  test("have a type that core takes", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["xai"]>().toEqualTypeOf<XAINativeFields | undefined>();
  });
});
