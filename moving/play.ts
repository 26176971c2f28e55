import { setTimeout as sleep } from "node:timers/promises";
import { startAnthropic, startOpenAI, type Vendor } from "@understudy/testing";
import { readUIMessageStream, type UIMessageChunk } from "ai";
import type { Arrangement } from "./arrangements.ts";
import { ANSWER, BACKUP, type Row } from "./faults.ts";
import { routes } from "./routes.ts";

/** What a user saw of a fault, and what it cost. */
export interface Outcome {
  /** Every state of the screen, without those that repeat the one before. */
  readonly screens: readonly string[];
  /** How the application learned that it was over. `hangs`: not at all. */
  readonly end: "whole" | "interrupted" | "error" | "hangs";
  /** How often each vendor was asked. */
  readonly asked: readonly [number, number];
  readonly ms: number;
  /** Requests that the first vendor still works on half a second after the end. */
  readonly leftOpen: number;
}

/** How long a user waits before a call counts as one that hangs. */
const PATIENCE_MS = 20_000;
const QUESTION = "Why is the sky blue?";

/** Plays one fault in one arrangement, on vendors of its own. */
export async function play({ fault, answer, isDown }: Row, arrangement: Arrangement): Promise<Outcome> {
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  try {
    claude.answer(answer ?? ANSWER);
    if (fault !== undefined) claude.script(Array.from({ length: 10 }, () => ({ fault })));
    if (isDown) await claude.close();
    gpt.answer({ text: [BACKUP] });
    const asked: [number, number] = [0, 0];
    const screens = [""];
    const begunAt = performance.now();
    const over = new AbortController();
    const end = await Promise.race([
      routes.run({ claude: claude.url, gpt: gpt.url, asked }, () => endOf(arrangement, screens)),
      sleep(PATIENCE_MS, "hangs" as const, { signal: over.signal }).catch(() => "hangs" as const),
    ]);
    over.abort();
    const ms = performance.now() - begunAt;
    const seen: Outcome = { screens: [...screens], end, asked: [...asked], ms, leftOpen: 0 };
    return end === "hangs" ? seen : { ...seen, leftOpen: await openAt(claude) };
  } finally {
    await Promise.all([claude.close(), gpt.close()]);
  }
}

async function endOf(arrangement: Arrangement, screens: string[]): Promise<"whole" | "interrupted" | "error"> {
  const show = (screen: string): void => {
    if (screen !== screens.at(-1)) screens.push(screen);
  };
  try {
    if ("createChat" in arrangement) return await chatEnd(arrangement.createChat()(QUESTION), show);
    await arrangement.createAsk()(
      QUESTION,
      (text) => show(`${screens.at(-1) ?? ""}${text}`),
      () => show(""),
    );
    return "whole";
  } catch {
    return "error";
  }
}

/** What `useChat` makes of a stream. */
async function chatEnd(
  stream: ReadableStream<UIMessageChunk>,
  show: (screen: string) => void,
): Promise<"whole" | "interrupted" | "error"> {
  let end: "whole" | "interrupted" | "error" = "whole";
  const watched = stream.pipeThrough(
    new TransformStream<UIMessageChunk, UIMessageChunk>({
      transform: (chunk, controller) => {
        if (chunk.type === "error") end = "error";
        if (chunk.type === "abort") end = "interrupted";
        if (chunk.type === "finish" && chunk.finishReason === "interrupted") end = "interrupted";
        controller.enqueue(chunk);
      },
    }),
  );
  for await (const { parts } of readUIMessageStream({ stream: watched, onError: () => undefined })) {
    show(parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
  }
  return end;
}

async function openAt(vendor: Vendor): Promise<number> {
  const open = (): number => vendor.requests.filter(({ finishedAt }) => finishedAt === undefined).length;
  const until = performance.now() + 500;
  // oxlint-disable-next-line no-await-in-loop -- looks again until it is so
  while (open() > 0 && performance.now() < until) await sleep(20);
  return open();
}
