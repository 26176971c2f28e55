import { describe, expect, test } from "vitest";
import { deepFreeze } from "../../../test/deep-freeze.ts";
import type { MediaSource, ToolResultContent, UserPart } from "../../model/parts.ts";
import { isTargetFailure } from "../../model/target-failure.ts";
import type { TargetMessage, TargetRequest } from "../../model/target.ts";
import { requireMediaType, withUsualMedia } from "./media-source.ts";

const image = (mediaType: string, data = "AA=="): ToolResultContent => ({
  type: "image",
  source: { type: "base64", mediaType, data },
});

function asked(...messages: readonly TargetMessage[]): TargetRequest {
  return deepFreeze({
    messages,
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    reasoning: { visible: true },
    stop: [],
  });
}

function sourceOf(part: UserPart): MediaSource | undefined {
  const [message] = withUsualMedia(asked({ role: "user", content: [part] })).messages;
  const [usual] = message?.role === "user" ? message.content : [];
  return usual !== undefined && "source" in usual ? usual.source : undefined;
}

describe("a request with media", () => {
  test.each([
    ["image/jpg", "image/jpeg"],
    ["IMAGE/PNG", "image/png"],
    ["image/pjpeg", "image/jpeg"],
    ["image/png; charset=binary", "image/png"],
    ["Image/JPG;q=1", "image/jpeg"],
    ["text/plain;charset=utf-8", "text/plain"],
    ["application/x-pdf", "application/pdf"],
    ["audio/x-wav", "audio/wav"],
    ["image/heic", "image/heic"],
    ["image/constructor", "image/constructor"],
    ["audio/L16;codec=pcm;rate=24000", "audio/L16;codec=pcm;rate=24000"],
  ])("of type %s is sent as %s", (given, sent) => {
    expect(sourceOf(image(given))).toEqual({ type: "base64", mediaType: sent, data: "AA==" });
    const url = { type: "url", url: "https://a.test/b", mediaType: given } as const;
    expect(sourceOf({ type: "file", source: url })).toEqual({ ...url, mediaType: sent });
  });

  test.each([
    ["AAEC\r\nAwQ=\n", "AAECAwQ="],
    ["data:image/png;base64,AAEC", "AAEC"],
    ["DATA:image/svg+xml;charset=utf-8;base64, AAEC", "AAEC"],
    ["-_8=", "+/8="],
    ["AAEC", "AAEC"],
  ])("as %j is sent as %s", (given, sent) => {
    expect(sourceOf(image("image/png", given))).toMatchObject({ data: sent });
  });

  test("is spelled as usual in tool results too, and what a model made goes back as it came", () => {
    const made = { role: "assistant", content: [image("IMAGE/PNG")] } as const;
    const { messages } = withUsualMedia(
      asked(made, {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "1",
            toolName: "see",
            content: [{ type: "text", text: "Here" }, image("image/jpg")],
          },
          { type: "tool-result", toolCallId: "2", toolName: "see", content: [] },
        ],
      }),
    );

    expect(messages[0]).toBe(made);
    expect(messages[1]?.content).toEqual([
      {
        type: "tool-result",
        toolCallId: "1",
        toolName: "see",
        content: [{ type: "text", text: "Here" }, image("image/jpeg")],
      },
      { type: "tool-result", toolCallId: "2", toolName: "see", content: [] },
    ]);
  });

  test("stays the very same where nothing has to change", () => {
    const request = asked(
      { role: "user", content: [{ type: "text", text: "See" }, image("image/png")] },
      {
        role: "tool",
        content: [{ type: "tool-result", toolCallId: "1", toolName: "see", content: [image("image/png")] }],
      },
    );

    expect(withUsualMedia(request)).toBe(request);
  });

  test("of a type that a target does not take passes it over before anything is sent", () => {
    const taken = /^image\/(?:png|jpeg)$/;
    const check = (source: MediaSource) => () => requireMediaType(source, taken, "images");

    expect(check({ type: "base64", mediaType: "image/png", data: "" })).not.toThrow();
    expect(check({ type: "url", url: "https://a.test/b" })).not.toThrow();
    expect(check({ type: "vendor-file", vendor: "alpha", id: "f" })).not.toThrow();
    for (const source of [
      { type: "base64", mediaType: "image/heic", data: "" },
      { type: "url", url: "https://a.test/b", mediaType: "image/heic" },
    ] as const) {
      let thrown: unknown;
      try {
        check(source)();
      } catch (error) {
        thrown = error;
      }
      expect(isTargetFailure(thrown) && [thrown.class, thrown.details.capability]).toEqual([
        "request.unsupported",
        "images",
      ]);
    }
  });
});
