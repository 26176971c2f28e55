import {
  asArray,
  asJsonObject,
  type JsonObject,
  type Loss,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { toNativeRequest } from "./request.ts";

const CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const NOVA = "us.amazon.nova-2-lite-v1:0";
const LLAMA = "us.meta.llama4-scout-17b-instruct-v1:0";
const PROFILE = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123";
const TOOL = { name: "f", inputSchema: { type: "object", properties: {} } } as const;

const say = (text: string): TargetMessage => ({ role: "user", content: [{ type: "text", text }] });
const USER = say("Hi");
const CALLED: TargetMessage = {
  role: "assistant",
  content: [{ type: "tool-call", toolCallId: "t1", toolName: "f", input: {} }],
};

function result(more: object = {}, text = "3"): TargetMessage {
  const content = [{ type: "text", text }] as const;
  return { role: "tool", content: [{ type: "tool-result", toolCallId: "t1", toolName: "f", content, ...more }] };
}

interface Sent {
  readonly path: string;
  readonly body: JsonObject;
  readonly losses: readonly string[];
}

function send(request: Partial<TargetRequest>, id: string = CLAUDE, known: string = id): Sent {
  const losses: string[] = [];
  const full: TargetRequest = {
    messages: [USER],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...request,
    reasoning: { visible: true, ...request.reasoning },
  };
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  const { path, body } = toNativeRequest(full, { id, known }, { stream: true, wallNow: 0, loss });
  return { path, body, losses };
}

function effortOf({ body }: Sent): unknown {
  return asJsonObject(body["additionalModelRequestFields"])["reasoningConfig"];
}

function blocksOf({ body }: Sent, turn: number): readonly JsonObject[] {
  return asArray(asJsonObject(asArray(body["messages"])[turn])["content"]).map(asJsonObject);
}

function file(name: string, mediaType = "application/pdf") {
  return { type: "file", source: { type: "base64", mediaType, data: "JVBERi0=" }, name } as const;
}

describe("documents", () => {
  test("have names of the letters that the API takes, each once, capitals or not", () => {
    const names = [
      "Q3 report.pdf",
      "q3 REPORT pdf",
      "报告.pdf",
      "a/../b\u0000.pdf",
      "  ",
      "💥",
      "x".repeat(300),
      "(1) [2] a-b",
    ];
    const sent = send({ messages: [{ role: "user", content: names.map((name) => file(name)) }] });
    const sentNames = blocksOf(sent, 0).flatMap(({ document }) => {
      const { name } = asJsonObject(document);
      return typeof name === "string" ? [name] : [];
    });

    expect(sentNames).toEqual([
      "Q3 report pdf",
      "q3 REPORT pdf (2)",
      "pdf",
      "a b pdf",
      "Document",
      "Document (2)",
      "x".repeat(200),
      "(1) [2] a-b",
    ]);
    expect(sent.losses.filter((loss) => loss.startsWith("messages[0] file name"))).toHaveLength(7);
  });

  test("are never without a text beside them", () => {
    expect(blocksOf(send({ messages: [{ role: "user", content: [file("a")] }] }), 0)).toEqual([
      { document: { format: "pdf", source: { bytes: "JVBERi0=" }, name: "a" } },
      { text: "See the attached file." },
    ]);
  });
});

describe("texts and turns", () => {
  test("blank texts are not sent, and neither is a turn that holds nothing else", () => {
    const sent = send({
      system: "  ",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "" },
            { type: "text", text: "a" },
          ],
        },
        { role: "assistant", content: [{ type: "text", text: "\n" }] },
        { role: "user", content: [{ type: "text", text: "b" }] },
      ],
    });

    expect(sent.body).toMatchObject({ messages: [{ role: "user", content: [{ text: "a" }, { text: "b" }] }] });
    expect(sent.body).not.toHaveProperty("system");
  });

  test("media by their address are told in words, each", () => {
    const source = { type: "url", url: "https://a.test/b.png" } as const;
    const sent = send({
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source },
            { type: "file", source },
          ],
        },
      ],
    });

    expect(blocksOf(sent, 0)).toEqual([
      { text: "[image: https://a.test/b.png]" },
      { text: "[file: https://a.test/b.png]" },
    ]);
    expect(sent.losses).toEqual(["messages[0] image translated", "messages[0] file translated"]);
  });
});

describe("tools", () => {
  test("that may not be called are left out, or it is told not to call them where the conversation has calls", () => {
    const plain = send({ tools: [TOOL], toolChoice: "none" });
    const behind = send({ tools: [TOOL], toolChoice: "none", messages: [USER, CALLED, result()] });

    expect(plain.body).not.toHaveProperty("toolConfig");
    expect(blocksOf(behind, 0)).toEqual([{ text: "Hi\n\nAnswer in text; do not call a tool." }]);
    expect(behind.body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: "f" } }] } });
    expect(behind.body["toolConfig"]).not.toHaveProperty("toolChoice");
    expect([plain.losses, behind.losses]).toEqual([["toolChoice translated"], ["toolChoice translated"]]);
  });

  test("are declared where the vendor has run some of its own, too", () => {
    const hosted = [
      { toolUse: { toolUseId: "tooluse_1", name: "nova_grounding", type: "server_tool_use", input: {} } },
      { toolResult: { toolUseId: "tooluse_1", type: "nova_grounding_result", status: "success", content: [] } },
    ];
    const content = hosted.map((data) => ({ type: "opaque", kind: "hosted", data }) as const);
    const sent = send(
      { messages: [USER, { role: "assistant", content: [...content, { type: "text", text: "a" }] }, USER] },
      NOVA,
    );

    expect(blocksOf(sent, 1)).toEqual([...hosted, { text: "a" }]);
    expect(sent.body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: "no_tool" } }] } });
    expect(sent.losses).toEqual(["tools translated"]);
  });

  test.each([
    [CLAUDE, { status: "error", content: [{ text: "3" }] }, []],
    [NOVA, { status: "error", content: [{ text: "3" }] }, []],
    [
      LLAMA,
      { content: [{ text: "Error: the tool failed." }, { text: "3" }] },
      ["messages[2] tool-result isError translated"],
    ],
  ])("a failed result is marked where the family takes a mark, and else told (%s)", (model, expected, losses) => {
    const sent = send({ tools: [TOOL], messages: [USER, CALLED, result({ isError: true })] }, model);

    expect(blocksOf(sent, 2)).toEqual([{ toolResult: { toolUseId: "t1", ...expected } }]);
    expect(sent.losses).toEqual(losses);
  });

  test("a failed result with a picture is told, as marked ones take only texts", () => {
    const image = { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } } as const;
    const sent = send({ tools: [TOOL], messages: [USER, CALLED, result({ isError: true, content: [image] })] });

    expect(blocksOf(sent, 2)).toEqual([
      {
        toolResult: {
          toolUseId: "t1",
          content: [{ text: "Error: the tool failed." }, { image: { format: "png", source: { bytes: "AAAA" } } }],
        },
      },
    ]);
    expect(sent.losses).toEqual(["messages[2] tool-result isError translated"]);
  });
});

describe("settings", () => {
  test("a temperature is at most 1, and Claude takes it or topP", () => {
    const both = { temperature: 1.5, topP: 0.9 };

    expect(send(both, LLAMA)).toMatchObject({
      body: { inferenceConfig: { temperature: 1, topP: 0.9 } },
      losses: ["temperature downgraded"],
    });
    expect(send(both).body["inferenceConfig"]).toEqual({ temperature: 1 });
    expect(send(both).losses).toEqual(["temperature downgraded", "topP dropped"]);
    const native = { bedrock: { inferenceConfig: { topP: 0.5 } } };
    expect(send({ temperature: 0.5, vendorOptions: native }).body["inferenceConfig"]).toEqual({ topP: 0.5 });
  });

  test("Nova's highest effort takes no limit of tokens: the limit is kept", () => {
    const high = send({ reasoning: { effort: "high", visible: true } }, NOVA);
    const limited = send({ reasoning: { effort: "high", visible: true }, maxOutputTokens: 500 }, NOVA);

    expect(effortOf(high)).toEqual({ type: "enabled", maxReasoningEffort: "high" });
    expect(high.body).not.toHaveProperty("inferenceConfig");
    expect(effortOf(limited)).toEqual({ type: "enabled", maxReasoningEffort: "medium" });
    expect(limited).toMatchObject({
      body: { inferenceConfig: { maxTokens: 500 } },
      losses: ["reasoning.effort downgraded"],
    });
  });
});

describe("an application inference profile", () => {
  test("is asked by its ARN, as the model that is said to be behind it", () => {
    const request = { cache: true, reasoning: { effort: "low", visible: true } } as const;
    const told = send(request, PROFILE, "anthropic.claude-haiku-4-5-20251001-v1:0");
    const untold = send(request, PROFILE);

    expect(told.path).toBe(`/model/${encodeURIComponent(PROFILE)}/converse-stream`);
    expect(told.body["additionalModelRequestFields"]).toEqual({ thinking: { type: "enabled", budget_tokens: 4_096 } });
    expect(blocksOf(told, 0)).toEqual([{ text: "Hi" }, { cachePoint: { type: "default" } }]);
    expect(untold.body["outputConfig"]).toEqual({ effort: "low" });
    expect(untold.losses).toEqual(["cache dropped"]);
  });
});
