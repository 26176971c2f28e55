/** Takes the pictures of the README: `node -C @understudy/source examples/chat-page/picture.ts`, where there is a Chromium. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { startChatPage } from "./server.ts";

await using server = await startChatPage({ wordMs: 60 });
const browser = await openBrowser();
await takePicture(browser, "light");
await takePicture(browser, "dark");
await browser.close();

/** The moment at which half an answer is struck through and the whole one begins. */
async function takePicture(from: Browser, colorScheme: "light" | "dark"): Promise<void> {
  const page = await from.newPage({ colorScheme, viewport: { width: 1000, height: 640 }, deviceScaleFactor: 1.5 });
  await page.goto(server.url);
  await page.getByRole("button", { name: "Heal" }).click();
  await page.getByRole("button", { name: "Why is the sky blue?" }).click();
  await page.locator(".answer[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Cut" }).click();
  await page.getByRole("button", { name: "How do bees find home?" }).click();
  await page.getByText("It keeps a running sum: every turn and every stretch").waitFor();
  await page.mouse.move(0, 0);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 85 });
  writeFileSync(join(import.meta.dirname, `picture-${colorScheme}.webp`), data, "base64");
  await page.close();
}
