import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { livePage } from "../src/index.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
if (executablePath === undefined)
  process.stderr.write("\nSKIPPED: Chromium is not here. The live page is not opened.\n");

describe.skipIf(executablePath === undefined)("the live page in a browser", () => {
  let claude: Awaited<ReturnType<typeof startAnthropic>>;
  let gpt: Awaited<ReturnType<typeof startOpenAI>>;
  let chain: Chain;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
    const live = livePage();
    chain = createChain(
      [
        anthropic("claude-sonnet-5-5", { apiKey: "any", baseURL: claude.url }),
        {
          name: "<img src=x onerror=alert(1)>",
          targets: [openai("gpt-6.1-terra", { apiKey: "any", baseURL: gpt.url })],
        },
      ],
      { observers: [live.observe("chat")] },
    );
    server = createServer((request, response) => void live.nodeHandler(request, response));
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    browser = await chromium.launch({
      executablePath: executablePath ?? "",
      chromiumSandbox: process.getuid?.() !== 0,
      args: ["--disable-gpu", "--disable-background-networking"],
    });
    page = await browser.newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/understudy`);
  }, 30_000);

  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await Promise.all([claude.close(), gpt.close()]);
  });

  const row = (place: string): Promise<string> => page.locator(`li[data-place="${place}"]`).innerText();

  test("shows a breaker that opens within a second and a half, and each call with what it asked", async () => {
    expect(await row("anthropic/claude-sonnet-5-5")).toContain("closed");
    claude.script(Array.from({ length: 9 }, () => ({ fault: { type: "error", error: "server-error" } })));
    for (let calls = 0; calls < 5; calls++) await chain.generate("Hi");
    const from = performance.now();

    await page.locator('li[data-place="anthropic/claude-sonnet-5-5"] .state.open').waitFor({ timeout: 5_000 });

    expect(performance.now() - from).toBeLessThan(1_500);
    // The breaker opens before its call ends.
    await page.locator(".calls > li").nth(4).waitFor({ timeout: 5_000 });
    expect(await row("<img src=x onerror=alert(1)>")).toContain("5 ok, 0 slow, 0 bad in 60 s");
    const calls = await page.locator(".calls > li").allInnerTexts();
    expect(calls).toHaveLength(5);
    expect(calls[0]).toContain("anthropic/claude-sonnet-5-5 ✗ server.error → <img src=x onerror=alert(1)> ✓");
  });

  test("frees its socket within a second when it is closed, and has said nothing in the console", async () => {
    const before = sockets.size;
    await page.close();
    for (let waited = 0; waited < 100 && sockets.size > 0; waited++) await new Promise((go) => setTimeout(go, 10));

    expect(before).toBeGreaterThan(0);
    expect(sockets.size).toBe(0);
    expect(said).toEqual([]);
  });
});
