import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A Chromium that is installed here; `CHROMIUM` names another one. */
export const chromiumPath: string | undefined = [process.env["CHROMIUM"] ?? "", ...PLACES].find((path) =>
  existsSync(path),
);

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? "chromium",
    // Root has no sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    // It opens no connection but those of the page.
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
