import { classifyFailures, type StreamPart, type WireEvent, type WireReader } from "@understudy/core/adapter";
import { ChatReader } from "@understudy/core/toolkit";
import { describe, expect, test } from "vitest";
import { testReader } from "./test-reader.ts";

const failures = classifyFailures({ rows: [], readError: () => undefined, requestIdHeaders: [] }, []);
const chunk = (content: string, finishReason: string | null = null): WireEvent => ({
  data: JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finishReason }] }),
});
const message = { role: "assistant", content: "Polly wants." };
const SAMPLE = {
  name: "a text",
  events: [chunk("Polly"), chunk(" wants."), chunk("", "stop")],
  whole: { choices: [{ index: 0, message, finish_reason: "stop" }] },
  text: "Polly wants.",
};

/** A reader that is right, but for what `twist` does with its parts. */
function twisted(twist: (event: WireEvent, out: StreamPart[], read: () => void) => void) {
  return (reader: WireReader): WireReader => ({
    evidence: reader.evidence,
    event: (event, out) => twist(event, out, () => reader.event(event, out)),
    whole: (body, out) => reader.whole(body, out),
    finish: (out) => reader.finish(out),
  });
}

/** The rules that a reader breaks, by the beginning of their titles. */
async function broken(twist: (reader: WireReader) => WireReader): Promise<readonly string[]> {
  const tests: [title: string, run: () => Promise<void>][] = [];
  const runner = {
    describe: (_name: string, define: () => void) => define(),
    test: (title: string, run: () => Promise<void>) => tests.push([title, run]),
  };
  const make = (context: ConstructorParameters<typeof ChatReader>[0]): WireReader =>
    twist(new ChatReader(context, failures, { stop: [], usageFollows: false }));
  testReader(runner, { name: "parrot", make, samples: [SAMPLE] });
  const fails: string[] = [];
  for (const [title, run] of tests) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await run();
    } catch {
      fails.push(title.split(" ").slice(0, 3).join(" "));
    }
  }
  return fails;
}

describe("the kit's rules for readers", () => {
  test("pass a reader that is made of the toolkit", async () => {
    expect(await broken((reader) => reader)).toEqual([]);
  });

  test.each<[string, (reader: WireReader) => WireReader, string]>([
    [
      "that throws its own mistake for an event that is not an object",
      twisted(({ data }, _out, read) => {
        if (!("choices" in JSON.parse(data || "{}"))) throw new TypeError("no choices");
        read();
      }),
      "and fails with",
    ],
    [
      "that shows events nobody knows",
      twisted(({ event }, out, read) => {
        if (event === "x-unknown")
          out.push({ type: "text-start", id: "x" }, { type: "text-delta", id: "x", delta: "?" });
        read();
      }),
      "alike whatever unknown",
    ],
    [
      "that loses text",
      twisted((_event, out, read) => {
        read();
        const last = out.findIndex(({ type }) => type === "text-delta");
        if (last > 0) out.splice(last, 1);
      }),
      "to its end:",
    ],
    [
      "that goes on behind its end",
      (reader) => ({
        evidence: reader.evidence,
        event: (event, out) => reader.event(event, out),
        whole: (body, out) => reader.whole(body, out),
        finish: (out) => {
          reader.finish(out);
          out.push({ type: "working", kind: "reasoning", on: false });
        },
      }),
      "to its end:",
    ],
    [
      "that gives an answer in one piece no end",
      (reader) => ({
        evidence: reader.evidence,
        event: (event, out) => reader.event(event, out),
        whole: (body, out) => {
          reader.whole(body, out);
          out.pop();
        },
        finish: (out) => reader.finish(out),
      }),
      "in one piece",
    ],
  ])("fail one %s", async (_name, twist, rule) => {
    expect((await broken(twist)).some((title) => title.startsWith(rule))).toBe(true);
  });
});
