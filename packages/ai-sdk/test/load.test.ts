import { streamText } from "ai";
import { expect, test } from "vitest";
import { understudy } from "../src/index.ts";
import { setUp } from "./set-up.ts";

const CALLS = 2_000;
const AT_A_TIME = 50;

test(`20: ${CALLS} calls of one model, half of them left early, leave no answer running and no rejection unhandled`, async () => {
  await using vendors = await setUp();
  vendors.claude.answer({ text: ["The sky ", "is ", "blue."] });
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  const model = understudy(vendors.chain);
  const texts: string[] = [];

  const ask = async (call: number): Promise<void> => {
    const controller = new AbortController();
    const { textStream } = streamText({ model, prompt: "Why?", abortSignal: controller.signal });
    let text = "";
    for await (const delta of textStream) {
      text += delta;
      if (call % 2 === 0) break;
    }
    if (call % 2 === 0) controller.abort();
    else texts.push(text);
  };
  for (let begun = 0; begun < CALLS; begun += AT_A_TIME) {
    // oxlint-disable-next-line no-await-in-loop -- so many at a time
    await Promise.all(Array.from({ length: AT_A_TIME }, (_, index) => ask(begun + index)));
  }
  await vendors.claude.idle();
  process.off("unhandledRejection", onUnhandled);

  expect(texts).toEqual(Array.from({ length: CALLS / 2 }, () => "The sky is blue."));
  expect(vendors.claude.requests).toHaveLength(CALLS);
  expect(vendors.claude.requests.filter(({ finishedAt }) => finishedAt === undefined)).toEqual([]);
  expect(unhandled).toEqual([]);
  // Seconds of work, on a machine that has other things to do.
}, 90_000);
