import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../../test/harness.ts";
import { answer, scripted } from "../../test/scripted-target.ts";
import type { Target, TargetRequest } from "../model/target.ts";
import { Evidence } from "./reading/evidence.ts";
import { makeTarget } from "./make-target.ts";
import { checkTargetOptions, readTargetOptions } from "./options/target-options.ts";

/** A target whose translation is the test's, and whose every request is refused. */
function target(turns: (request: TargetRequest) => readonly string[], sent: unknown[]): Target {
  const given = readTargetOptions("one", { apiKey: "k", baseURL: "https://gamma.test" });
  return makeTarget({
    ...given,
    vendor: "gamma",
    checked: checkTargetOptions(given.options, { ...given, vendor: "gamma", defaultBaseURL: "", keyVariables: [] }),
    capabilities: scripted(harness().clock, []).capabilities,
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
