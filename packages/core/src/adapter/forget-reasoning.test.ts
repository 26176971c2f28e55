import { expect, it } from "vitest";
import type { TargetRequest } from "../model/target.ts";
import { forgetReasoning } from "./forget-reasoning.ts";

it("takes reasoning and what is bound to it out of a request, and turns that are empty then", () => {
  const user = { role: "user", content: [{ type: "text", text: "Hi" }] } as const;
  const request: TargetRequest = {
    messages: [
      user,
      { role: "assistant", content: [{ type: "reasoning", text: "hm", opaque: { id: "r" } }] },
      { role: "assistant", content: [{ type: "text", text: "Yes.", opaque: { id: "m" } }] },
    ],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    reasoning: { visible: true },
    stop: [],
  };

  expect(forgetReasoning(request).messages).toEqual([
    user,
    { role: "assistant", content: [{ type: "text", text: "Yes.", opaque: undefined }] },
  ]);
});
