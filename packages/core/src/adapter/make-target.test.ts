import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../../test/harness.ts";
import { answer, scripted } from "../../test/scripted-target.ts";
import type { Capabilities, RequestRepair, StreamPart, Target, TargetRequest } from "../model/target.ts";
import { Evidence } from "./reading/evidence.ts";
import { makeTarget } from "./make-target.ts";
import { checkTargetOptions, readTargetOptions } from "./options/target-options.ts";

const make = (number: number): string => `zr-${String(number).padStart(6, "0")}`;

const END: StreamPart = { type: "end", finishReason: "stop", rawFinishReason: "stop" };

/** A target whose translation is the test's, and whose every request is refused. */
function target(
  turns: (request: TargetRequest) => readonly string[],
  sent: unknown[],
  own: Partial<Capabilities> = {},
): Target {
  const given = readTargetOptions("one", { apiKey: "k", baseURL: "https://gamma.test" });
  return makeTarget({
    ...given,
    vendor: "gamma",
    checked: checkTargetOptions(given.options, { ...given, vendor: "gamma", defaultBaseURL: "", keyVariables: [] }),
    capabilities: { ...scripted(harness().clock, []).capabilities, ...own },
    failureTable: { rows: [], readError: () => undefined, requestIdHeaders: [] },
    plan: () => ({ silentReasoning: false, eventsAtOnce: false }),
    toNativeRequest: (request) => ({ path: "/", headers: {}, body: { turns: turns(request) } }),
    turns: "turns",
    connection: {
      send: ({ body }) => {
        sent.push(body);
        return Promise.resolve(new Response("", { status: 413 }));
      },
    },
    reader: () => ({
      evidence: new Evidence(),
      event: () => undefined,
      whole: () => undefined,
      finish: () => undefined,
    }),
  });
}

describe("a target", () => {
  test("has a problem where its rule for ids refuses those that are made for other targets' calls", () => {
    const { chain } = harness();
    const toolCallId = { pattern: /^zr-[a-z0-9]{6,20}$/, maxLength: 23 };
    const strict = target(() => [], [], { toolCallId });

    expect(target(() => [], [], { toolCallId: { ...toolCallId, make } }).problems).toEqual([]);
    expect(strict.problems).toMatchObject([{ type: "invalid", message: expect.stringMatching(/^gamma\("one"\): /) }]);
    expect(() => chain([strict])).toThrow(/`capabilities\.toolCallId` refuses ids .*; give `make`/);
  });

  test("sends nothing where its translation leaves no turn, and the next tier answers", async () => {
    const { clock, chain } = harness();
    const sent: unknown[] = [];
    const able = scripted(clock, [answer("Seen")], { vendor: "beta" });
    const empty = target(() => [], sent);

    const { text, trace } = await finish(clock, chain([empty, able]).generate("Hi"));
    const error = await rejection(clock, chain([empty]).generate("Hi"));

    expect(text).toBe("Seen");
    expect(trace.attempts[0]).toMatchObject({
      class: "request.unsupported",
      explanation: "nothing of the messages can be sent",
    });
    expect(error.code).toBe("unsupported");
    expect(sent).toEqual([]);
  });

  test("says beforehand what it would lose, with what earlier repairs leave out, and sends nothing", async () => {
    const { clock, chain } = harness();
    const sent: unknown[] = [];
    const repair: RequestRepair = {
      description: "without topK",
      loss: { what: "topK", action: "dropped" },
      apply: (request) => (request.topK === undefined ? request : { ...request, topK: undefined }),
    };
    const answers = [400, 200];
    const given = readTargetOptions("one", { apiKey: "k", baseURL: "https://gamma.test" });
    const made = makeTarget({
      ...given,
      vendor: "gamma",
      checked: checkTargetOptions(given.options, { ...given, vendor: "gamma", defaultBaseURL: "", keyVariables: [] }),
      capabilities: scripted(clock, []).capabilities,
      failureTable: {
        rows: [{ status: 400, class: "request.unsupported", repair }],
        readError: () => undefined,
        requestIdHeaders: [],
      },
      plan: () => ({ silentReasoning: false, eventsAtOnce: false }),
      toNativeRequest: ({ topK, seed }, { loss }) => {
        if (seed !== undefined) loss({ what: "seed", action: "dropped" });
        return { path: "/", headers: {}, body: topK === undefined ? {} : { topK } };
      },
      connection: {
        send: ({ body }) => {
          sent.push(body);
          const headers = { "content-type": "application/json" };
          return Promise.resolve(new Response('{"text":"Hi"}', { status: answers.shift() ?? 500, headers }));
        },
      },
      reader: ({ newId }) => ({
        evidence: new Evidence(),
        event: () => undefined,
        whole: (_body, out) => {
          const id = newId();
          out.push({ type: "text-start", id }, { type: "text-delta", id, delta: "Hi" });
          out.push({ type: "text-end", id, part: { type: "text", text: "Hi" } }, END);
        },
        finish: () => undefined,
      }),
    });
    const request = { messages: [{ role: "user", content: "Hi" }], topK: 4, seed: 3 } as const;
    const lost = async (): Promise<readonly unknown[]> =>
      (await chain([made]).check(request)).flatMap((finding) => (finding.type === "losses" ? finding.losses : []));
    const both = [{ what: "topK", action: "dropped", reason: "the vendor refused it" }, { what: "seed" }];

    expect(await lost()).toEqual([{ what: "seed", action: "dropped" }]);
    expect(sent).toEqual([]);
    const { losses } = await finish(clock, chain([made]).generate(request));
    expect(losses).toMatchObject(both);
    expect(sent).toEqual([{ topK: 4 }, {}]);
    expect(await lost()).toMatchObject(both);
    expect(sent.length).toBe(2);
  });

  test("cannot take beforehand what it would send nothing of", async () => {
    const sent: unknown[] = [];

    const findings = await harness()
      .chain([target(() => [], sent)])
      .check("Hi");

    expect(findings).toContainEqual(
      expect.objectContaining({ type: "unable", level: "error", missing: ["nothing of the messages can be sent"] }),
    );
    expect(sent).toEqual([]);
  });

  test("is given media spelled as vendors take it", async () => {
    const { clock, chain } = harness();
    const sent: unknown[] = [];
    const source = { type: "base64", mediaType: "IMAGE/JPG; q=1", data: "data:image/jpg;base64,/9j/\r\n4A==" } as const;
    const made = target(({ messages }) => [JSON.stringify(messages[0]?.content)], sent);

    await rejection(
      clock,
      chain([made]).generate({ messages: [{ role: "user", content: [{ type: "image", source }] }] }),
    );

    const content = [{ type: "image", source: { type: "base64", mediaType: "image/jpeg", data: "/9j/4A==" } }];
    expect(sent).toEqual([{ turns: [JSON.stringify(content)] }]);
  });
});
