import { describe, expect, test } from "vitest";
import type { Request } from "../../src/index.ts";
import type { StreamPart } from "../../src/model/target.ts";
import { collect, finish, harness } from "../harness.ts";
import { end, fail, read, scripted, wait, type Script } from "../scripted-target.ts";
import { reading, sequence, someText, wholeToolCall } from "../scripts.ts";

const ORIGIN = { vendor: "a", model: "one" };
const WITH_TOOL: Request = { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "delete_files" }] };

async function play(scripts: readonly Script[], request: Request | string = "Hi") {
  const { clock, chain } = harness();
  const targets = scripts.map((script, index) => scripted(clock, [script], { vendor: "ab".charAt(index) }));
  const stream = await finish(clock, chain(targets).stream(request));
  const { events } = await collect(clock, stream);
  return { events, answer: await stream.result };
}

function losing(what: string): Script {
  return ({ context }) => {
    context.loss({ what, action: "dropped" });
    return [];
  };
}

describe("parts in events", () => {
  test.each<readonly [string, (id: string) => readonly StreamPart[]]>([
    [
      "reasoning",
      (id) => [
        { type: "reasoning-start", id },
        { type: "reasoning-end", id, part: { type: "reasoning", text: "", opaque: { signature: "s" } } },
      ],
    ],
    ["an opaque block", (id) => [{ type: "opaque", id, part: { type: "opaque", kind: "search", data: 1 } }]],
    [
      "a text with opaque data",
      (id) => [
        { type: "text-start", id },
        { type: "text-end", id, part: { type: "text", text: "", opaque: { id: "m" } } },
      ],
    ],
  ])("R4.12 %s has its origin, and is the part of the message", async (_name, parts) => {
    const { events, answer } = await play(
      [sequence(reading(parts), wholeToolCall({}), read(end("tool-calls")))],
      WITH_TOOL,
    );

    const [part] = events.flatMap((event) => ("part" in event ? [event.part] : []));
    expect(part?.origin).toMatchObject(ORIGIN);
    expect(part).toBe(answer.message.content[0]);
  });

  test("R4.12 a tool call with opaque data has its origin, a plain text has none", async () => {
    const { events, answer } = await play(
      [sequence(someText("Hi"), wholeToolCall({ opaque: { id: "c" } }), read(end("tool-calls")))],
      WITH_TOOL,
    );

    const [text, call] = events.flatMap((event) => ("part" in event ? [event.part] : []));
    expect([text?.origin, call?.origin]).toMatchObject([undefined, ORIGIN]);
    expect([text, call]).toEqual(answer.message.content);
  });

  test("R4.6 start and failover name the losses that are known when their attempt is shown", async () => {
    const { events, answer } = await play([
      sequence(losing("topK"), someText("The"), wait(100), fail("stream.reset")),
      sequence(losing("seed"), someText("The"), read(end())),
    ]);

    expect(events.find((event) => event.type === "start")).toMatchObject({
      losses: [{ what: "topK", action: "dropped" }],
    });
    expect(events.find((event) => event.type === "failover")).toMatchObject({
      losses: [{ what: "seed", action: "dropped" }],
    });
    expect(answer.losses).toMatchObject([{ what: "seed" }]);
  });
});
