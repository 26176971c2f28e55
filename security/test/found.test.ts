import { isFailoverNotice, understudy, withoutDiscarded } from "@understudy/ai-sdk";
import { fromUIMessages, toUIMessageResponse, toUIMessageStream } from "@understudy/ai-sdk/ui";
import { anthropicModel } from "@understudy/anthropic";
import { createChain, isUnderstudyError } from "@understudy/core";
import { readEvents } from "@understudy/core/client";
import { nodeTransport, sendResponse } from "@understudy/core/node";
import { memoryAnswers, resumeResponse, stopAnswer, toResponse } from "@understudy/core/web";
import { geminiModel } from "@understudy/gemini";
import { livePage } from "@understudy/live";
import { openAIModel } from "@understudy/openai";
import { openTelemetry } from "@understudy/otel";
import { redisAnswers, redisStore } from "@understudy/redis";
import { scriptedTarget } from "@understudy/testing";
import { drawTimeline, planRehearsal } from "@understudy/testing/rehearse";
import { expect, test } from "vitest";

/** Values as JavaScript callers may give them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;

/** Whatever is asked of it throws. */
function closed(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return wrong(proxy);
}

function throwing(): never {
  return wrong(
    Object.defineProperty({}, "enabled", {
      enumerable: true,
      get: () => {
        throw new Error("sk-canary");
      },
    }),
  );
}

async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
    return "nothing";
  } catch (error) {
    if (isUnderstudyError(error)) return `${error.code}: ${error.message}`;
    return error instanceof Error ? `${error.name}: ${error.message}` : "something";
  }
}

const chain = createChain([scriptedTarget([])]);
const command = (): Promise<unknown> => Promise.resolve(null);

test.each<readonly [string, () => unknown, string]>([
  [
    "memoryAnswers",
    () => memoryAnswers(throwing()),
    "config: memoryAnswers() cannot be made: its options cannot be read",
  ],
  [
    "livePage with a clock that was revoked",
    () => livePage({ enabled: true, clock: closed() }),
    "TypeError: The live page cannot be made: `clock` must be a clock.",
  ],
  [
    "drawTimeline with null for its options",
    () => drawTimeline(wrong({ attempts: [] }), wrong(null)),
    "TypeError: The options of drawTimeline must be an object.",
  ],
  [
    "nodeTransport",
    () => nodeTransport(throwing()),
    "config: nodeTransport() cannot be made: its options cannot be read",
  ],
  ["livePage", () => livePage(throwing()), "TypeError: The live page cannot be made: its options cannot be read"],
  [
    "openTelemetry",
    () => openTelemetry(throwing()),
    "TypeError: openTelemetry cannot be set up: its options cannot be read",
  ],
  ["redisStore", () => redisStore(throwing()), "TypeError: redisStore cannot read its options"],
  ["redisAnswers", () => redisAnswers(throwing()), "TypeError: redisAnswers cannot read its options"],
])("%s says that its options throw, and nothing of what they threw", async (_, call, words) => {
  const said = await refusal(call);

  expect(said).toContain(words);
  expect(said).not.toContain("canary");
});

test.each<readonly [string, () => unknown, string]>([
  ["toResponse", () => toResponse(closed()), "invalid-request: toResponse() takes"],
  ["sendResponse", () => sendResponse(closed(), wrong({})), "invalid-request: sendResponse(from, to) sends"],
  [
    "toUIMessageResponse",
    () => toUIMessageResponse(closed()),
    "invalid-request: What toUIMessageResponse() is given cannot be read",
  ],
  [
    "toUIMessageStream",
    () => toUIMessageStream(closed()),
    "invalid-request: What toUIMessageStream() is given cannot be read",
  ],
  [
    "understudy's options",
    () => understudy(chain, throwing()),
    "invalid-request: What understudy() is given cannot be read",
  ],
  ["fromUIMessages", () => fromUIMessages(closed()), "invalid-request: What fromUIMessages() is given cannot be read"],
  [
    "withoutDiscarded",
    () => withoutDiscarded(closed()),
    "invalid-request: What withoutDiscarded() is given cannot be read",
  ],
  ["resumeResponse", () => resumeResponse("a.1", closed()), "invalid-request: resumeResponse() needs `resumable`"],
  ["stopAnswer", () => stopAnswer("a.1", closed()), "invalid-request: stopAnswer() needs `resumable`"],
  ["planRehearsal's options", () => planRehearsal([], wrong(null)), "TypeError: The options of a rehearsal must be"],
  ["understudy", () => understudy(closed()), "config: The model of a chain takes"],
  [
    "a live page's handler",
    () => livePage().handler(closed()),
    "TypeError: The handler of a live page takes a web Request",
  ],
  [
    "its nodeHandler",
    () => livePage().nodeHandler(closed(), wrong({})),
    "TypeError: The nodeHandler of a live page takes",
  ],
  [
    "readEvents",
    () => readEvents(new Response(""), wrong(null)).next(),
    "TypeError: readEvents() takes an object of options",
  ],
  ["drawTimeline, of nothing", () => drawTimeline(wrong(undefined)), "TypeError: drawTimeline takes a trace"],
  [
    "drawTimeline, of half a trace",
    () => drawTimeline(wrong({ attempts: ["x"] })),
    "TypeError: drawTimeline takes a trace",
  ],
  ["planRehearsal", () => planRehearsal(wrong(7)), "config: The chain cannot be built"],
])("%s refuses what cannot be read in its own words", async (_, call, words) => {
  expect(await refusal(call)).toContain(words);
});

test("a chain's model still takes its chain", () => {
  expect(understudy(chain).provider).toBe("understudy");
});

test("what is thrown may be a proxy that throws itself", () => {
  expect(isFailoverNotice(closed())).toBe(false);
});

test("a model that is no text is one that nobody knows", () => {
  const unknown = [closed(), wrong(7), wrong(undefined)];

  expect(unknown.map((id) => anthropicModel(id))).toEqual(unknown.map(() => anthropicModel("")));
  expect(unknown.map((id) => geminiModel(id))).toEqual(unknown.map(() => geminiModel("")));
  expect(unknown.map((id) => openAIModel(id))).toEqual(unknown.map(() => openAIModel("")));
});

test.each([Number.NaN, -1, Infinity, 1e300])("a store waits for %s ms without a warning of Node", async (limitMs) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  const store = redisStore({ command, namespace: "found" });
  void store.ready(limitMs);
  store.close();
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", onWarning);

  expect(warnings).toEqual([]);
});
