import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { echo, good, refusal } from "./answers.ts";
import { CANARIES, canariesIn } from "./canaries.ts";
import { current } from "./current.ts";
import { FORGED } from "./forged.ts";
import type { Origin } from "./origin.ts";
import { HEADERS } from "./request.ts";
import type { Subject } from "./ways.ts";
import { command } from "./world.ts";

/** What the program's commands print and write of a chain whose vendors answer, repeat what they get, or forge lines. */
export async function reportFaults(origin: Origin, subjects: readonly Subject[]): Promise<readonly string[]> {
  const faults: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), "understudy-security-"));
  const page = join(folder, "drill.html");
  for (const [number, { way, wire, make }] of subjects.entries()) {
    const answers = [
      good((spoken, { form }) => spoken.says(form, CANARIES.completion)),
      refusal(401, echo),
      refusal(400, () => FORGED),
    ];
    current.tiers = answers.map((answer, index) => {
      const path = `report-${number}-${index}`;
      origin.at(path, (exchange) => answer(exchange, wire));
      const target = make({ apiKey: CANARIES.key, baseURL: `${origin.url}/${path}`, headers: HEADERS });
      return { name: `tier-${index}`, target };
    });
    const printed = [
      // oxlint-disable-next-line no-await-in-loop -- one chain file, of which one is read at a time
      await command(["doctor", "chain-file.ts", "--timeout", "5"]),
      // oxlint-disable-next-line no-await-in-loop -- as above
      await command(["doctor", "chain-file.ts", "--timeout", "5", "--quick", "--json"]),
      // oxlint-disable-next-line no-await-in-loop -- as above
      await command(["drill", "chain-file.ts", "--faults", "outage", "--for", "2", "--out", page]),
    ].join("\n");
    const drawn = readFileSync(page, "utf8");
    const shown = printed + drawn;
    const found = canariesIn(shown).map((canary) => `the ${canary} is in a report`);
    if (!shown.includes("tier-0")) found.push("the reports show nothing of the chain");
    if (/^FORGED/m.test(shown) || shown.includes("\u001b") || drawn.includes("<img src=x"))
      found.push("a report is forged");
    faults.push(...found.map((fault) => `${way}, ${wire.name}: ${fault}`));
  }
  rmSync(folder, { recursive: true });
  return faults;
}
