import type { AssistantPart, TargetMessage, TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { toNativeRequest } from "./request.ts";

const NOW = Date.parse("2026-11-28T12:00:00Z");
const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };

const ran = (id: string, expires?: string): TargetMessage => {
  const data = { type: "container", id, ...(expires === undefined ? {} : { expires_at: expires }) };
  const content: AssistantPart[] = [
    { type: "text", text: "Done." },
    { type: "opaque", kind: "container", data },
  ];
  return { role: "assistant", content };
};

const native = (container: string | { skills: string[] }) => ({ vendorOptions: { anthropic: { container } } });

function send(messages: readonly TargetMessage[], request: Partial<TargetRequest> = {}) {
  const losses: string[] = [];
  const base = { tools: [], toolChoice: "auto", output: { type: "text" }, stop: [] } as const;
  const full: TargetRequest = { ...base, reasoning: { visible: true }, messages, ...request };
  const loss = ({ what, action }: { what: string; action: string }): void => void losses.push(`${what} ${action}`);
  const { body } = toNativeRequest(full, "claude-sonnet-5-5", { stream: true, wallNow: NOW, loss });
  return { body, losses };
}

describe("the container of a conversation", () => {
  test("goes back while it lives, the latest one, and never as a block", () => {
    const messages = [USER, ran("container_1"), USER, ran("container_2", "2026-11-28T12:00:01Z"), USER];

    const { body, losses } = send(messages);

    expect(body["container"]).toBe("container_2");
    expect(JSON.stringify(body["messages"])).not.toContain("container");
    expect(losses).toEqual([]);
  });

  test.each([
    ["has expired", [USER, ran("container_1"), USER, ran("container_2", "2026-11-28T12:00:00Z"), USER]],
    ["never was", [USER, { role: "assistant", content: [{ type: "text", text: "Done." }] }, USER]],
  ] as const)("is not named when it %s", (_, messages) => {
    expect(send(messages).body).not.toHaveProperty("container");
  });

  test("gives way to the caller's, and gets what the caller loads into it", () => {
    const messages = [USER, ran("container_1"), USER];

    expect(send(messages, native("mine")).body["container"]).toBe("mine");
    expect(send(messages, native({ skills: ["pdf"] })).body["container"]).toEqual({
      id: "container_1",
      skills: ["pdf"],
    });
  });

  test("is left out when the vendor refused it", () => {
    const { body, losses } = send([USER, ran("container_1"), USER], { without: ["container"] });

    expect(body).not.toHaveProperty("container");
    expect(losses).toEqual(["container dropped"]);
  });
});
