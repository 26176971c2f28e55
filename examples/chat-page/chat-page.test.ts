import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { RequestRecord } from "@understudy/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runsSources } from "../snippets/run.ts";
import { chromiumPath, openBrowser } from "./browser.ts";
import { startChatPage, type ChatPage } from "./server.ts";

if (chromiumPath === undefined) {
  process.stderr.write(
    "\nSkipped: the chat page is not tried, because there is no Chromium (apt-get install chromium).\n",
  );
}

/** What was on the screen for a moment, of the newest answer. */
interface Frame {
  readonly speaker: string;
  readonly struckOut: string;
  readonly badge: string;
  readonly text: string;
}

const SKY = "Why is the sky blue?";
const CLAUDE =
  "Sunlight looks white, but it holds every colour of the rainbow. On its way through the air, blue light is turned aside far more than red, and reaches you from everywhere.";
const GPT =
  "Because air scatters short waves best: blue light is bounced around until it comes from every direction, while red goes almost straight on.";
/** Runs in the page: every state of the answer that a question begins, as the screen had it, until it stands alone. */
const WATCH = `new Promise((resolve) => {
  const before = document.querySelectorAll(".answer").length;
  const frames = [];
  new MutationObserver((_, observer) => {
    const answer = document.querySelectorAll(".answer")[before];
    if (answer === undefined) return;
    const [speaker, struckOut, badge, text] = [".speaker", "del", ".badge", ".text"].map((selector) => answer.querySelector(selector).innerText.trimEnd());
    frames.push({ speaker, struckOut, badge, text });
    if (answer.ariaBusy === "true" || struckOut !== "") return;
    observer.disconnect();
    resolve(frames);
  }).observe(document.getElementById("log"), { subtree: true, childList: true, attributes: true, characterData: true });
})`;
/** Twelve words. */
const HALF = "Sunlight looks white, but it holds every colour of the rainbow. On";
const BY_CLAUDE = { speaker: "Claude · claude-sonnet-5-5", struckOut: "", badge: "", text: CLAUDE };
const BY_GPT = { speaker: "GPT · gpt-6.1-terra", struckOut: "" };

/** What was said, in order, without the words in between. */
function told(frames: readonly Frame[]): readonly string[] {
  return frames.map(({ badge }) => badge).filter((badge, index, all) => badge !== all[index - 1]);
}

describe.skipIf(chromiumPath === undefined)("the chat page", () => {
  let server: ChatPage;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startChatPage({ wordMs: 10, silentMs: 600 }), openBrowser()]);
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !/^(?:data|about):/.test(request.url()))
        complaints.push(request.url());
    });
  });

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await page.goto(server.url);
    await press("Heal");
  });

  async function press(name: string): Promise<void> {
    await page.getByRole("button", { name }).click();
    await page.locator(`button[aria-pressed=true]:has-text("${name}")`).waitFor();
  }

  /** Asks with the keyboard, and gives what was on the screen from then on until the answer stood alone. */
  async function ask(question: string): Promise<readonly Frame[]> {
    const frames: Promise<Frame[]> = page.evaluate(WATCH);
    await page.getByLabel("Your question").fill(question);
    await page.keyboard.press("Enter");
    return frames;
  }

  /** Everything that the newest answer shows. */
  function shown(): Promise<string> {
    return page.locator(".answer").last().innerText();
  }

  test("shows an answer as it grows, without a word about failover", async () => {
    const frames = await ask(SKY);

    expect(frames.at(-1)).toEqual(BY_CLAUDE);
    expect(new Set(frames.map(({ text }) => text)).size).toBeGreaterThan(10);
    expect(frames.filter(({ text }) => !CLAUDE.startsWith(text))).toEqual([]);
    expect(told(frames)).toEqual([""]);
    expect(await page.getByRole("log").innerText()).toBe(`${SKY}\n\n${BY_CLAUDE.speaker}\n\n${CLAUDE}`);
  });

  test.each([
    { name: "Cut", badge: "Claude broke off; GPT took over", reducedMotion: "no-preference" as const },
    { name: "Silence", badge: "Claude fell silent; GPT took over", reducedMotion: "reduce" as const },
  ])(
    "$name: half an answer is on the screen, is taken back, and the whole one comes once",
    async ({ name, badge, reducedMotion }) => {
      await page.emulateMedia({ reducedMotion });
      await press(name);

      const frames = await ask(SKY);

      const seam = frames.findIndex((frame) => frame.badge !== "");
      expect(frames[seam - 1]).toEqual({ ...BY_CLAUDE, text: HALF });
      expect(frames[seam]).toEqual({ ...BY_GPT, struckOut: HALF, badge, text: "" });
      // Never are half an answer and a new one in the same text.
      expect(frames.slice(seam).filter(({ text }) => !GPT.startsWith(text))).toEqual([]);
      expect(told(frames)).toEqual(["", badge]);
      expect(await shown()).toBe(`${BY_GPT.speaker}\n\n${badge}\n\n${GPT}`);
      expect(await page.getByRole("status").innerText()).toBe(badge);
    },
  );

  test.each(["503", "No credit"])(
    "%s: nothing of Claude is shown, and the whole answer comes with a word",
    async (name) => {
      await press(name);

      const frames = await ask(SKY);

      const badge = "Claude could not answer; GPT took over";
      expect(frames.filter(({ text }) => !GPT.startsWith(text))).toEqual([]);
      expect(frames.at(-1)).toEqual({ ...BY_GPT, badge, text: GPT });
      expect(await shown()).toBe(`${BY_GPT.speaker}\n\n${badge}\n\n${GPT}`);
    },
  );

  test("an outage goes on until Claude is healed, and then Claude answers at once", async () => {
    await press("No credit");
    await ask(SKY);
    const asked = server.claude.requests.length;
    const second = await ask(SKY);
    expect(second.at(-1)?.badge).toBe("Claude is left alone while it recovers; GPT answers");
    expect(server.claude.requests.length).toBe(asked);

    await press("Heal");
    const third = await ask(SKY);

    expect(third.at(-1)).toEqual(BY_CLAUDE);
    // What was taken back, or never shown, is in no history.
    expect(server.claude.requests.at(-1)?.body).toMatchObject({
      messages: [SKY, GPT, SKY, GPT, SKY].map((text) => ({ content: [{ text }] })),
    });
  });

  /** Asks for an answer that takes a minute, and gives what was seen of it once it has begun. */
  async function askAtLength(): Promise<{ request: RequestRecord; frames: Promise<readonly Frame[]> }> {
    const index = server.claude.requests.length;
    server.claude.script([{ answer: { text: Array.from({ length: 6_000 }, () => "word "), deltaDelayMs: 10 } }]);
    const frames = ask(SKY);
    // The page may be gone before the answer is whole.
    frames.catch(() => undefined);
    await page.getByText("word word").waitFor();
    return { request: await server.claude.arrived(index), frames };
  }

  test("a page that is left in mid-answer frees the vendor's socket, and nobody else is asked", async () => {
    const asked = server.gpt.requests.length;
    const { request } = await askAtLength();
    expect(request.finishedAt).toBe(undefined);
    await page.goto("about:blank");

    await request.closed;
    expect(request.closedByClient).toBe(true);
    expect(server.gpt.requests.length).toBe(asked);
  });

  test("Stop keeps what there is, says so, and frees the vendor's socket", async () => {
    const asked = server.gpt.requests.length;
    const { request, frames } = await askAtLength();
    await page.keyboard.press("Enter");

    const last = (await frames).at(-1);
    expect(last).toEqual({ ...BY_CLAUDE, badge: "Stopped.", text: expect.stringMatching(/^(?:word ?)+$/) });
    await request.closed;
    expect(request.closedByClient).toBe(true);
    expect(server.gpt.requests.length).toBe(asked);
  });

  test("an answer that fails for good keeps what was shown, and says so", async () => {
    const events = [
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "Half" },
      { type: "error", code: "all-failed" },
    ];
    const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    await page.route("**/chat", (route) => route.fulfill({ body }), { times: 1 });

    const frames = await ask(SKY);

    const badge = "Nobody can answer just now. Please try again.";
    expect(frames.at(-1)).toEqual({ speaker: "", struckOut: "", badge, text: "Half" });
  });

  test("HTML in a question or an answer is text", async () => {
    const hostile = `<img src="x" onerror="document.title = 'owned'">`;

    const frames = await ask(hostile);

    expect(frames.at(-1)?.text).toContain(`You asked: “${hostile}”`);
    expect(await page.locator("#log img").count()).toBe(0);
    expect(await page.title()).toBe("A chat that keeps answering");
  });

  test("all of that without a word in the console, or a request to anybody else", () => {
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!runsSources)("npm run page", () => {
  test("prints an address of this machine, and ends with Ctrl-C while an answer is streaming", async () => {
    const parameters = [
      "-C",
      "@understudy/source",
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "server.ts"),
    ];
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    const closed = once(child, "close");
    const [printed] = await once(child.stdout.setEncoding("utf8"), "data");
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed)?.[0] ?? "";

    const body = JSON.stringify([{ role: "user", content: SKY }]);
    const response = await fetch(`${url}chat`, { method: "POST", body });
    child.kill("SIGINT");

    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow("terminated");
    expect(await closed).toEqual([0, null]);
  });
});
