import { testAdapter } from "@understudy/testing";
import { describe, test } from "vitest";
import { EXEMPTIONS } from "./exemptions.ts";
import { PROVIDERS } from "./providers.ts";

for (const { name, startVendor, makeTarget } of PROVIDERS) {
  testAdapter(
    { describe, test },
    { name: `21: aiSdk with ${name}`, startVendor, makeTarget, exemptions: EXEMPTIONS[name] },
  );
}
