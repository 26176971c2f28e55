import { testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { EXEMPTIONS } from "./exemptions.ts";
import { PROVIDERS } from "./providers.ts";

/** The kit takes ten seconds a provider: three in the check, all of them with `pnpm kits`. */
const USUAL: readonly string[] = ["@ai-sdk/anthropic", "@ai-sdk/openai", "@ai-sdk/openai-compatible"];
const isAll = process.env["UNDERSTUDY_PROVIDERS"] === "all";
const chosen = PROVIDERS.filter(({ name }) => isAll || USUAL.includes(name));
if (!isAll) {
  process.stderr.write(`${chosen.length} of ${PROVIDERS.length} providers; pnpm kits tries all of them.\n`);
}

for (const { name, startVendor, makeTarget } of chosen) {
  testAdapter(
    { describe, test },
    { name: `21: aiSdk with ${name}`, startVendor, makeTarget, exemptions: EXEMPTIONS[name] },
  );
}
