/**
 * The doctor in a process of its own, against simulators: one good target, one with a revoked key, one with an unknown
 * model, one without a key.
 *
 *   node -C @understudy/source packages/cli/check/doctor.ts
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { startAnthropic, startDeepSeek, startOpenAI } from "@understudy/testing";

const LONGEST_MS = 2_000;
const CHAINS = join(import.meta.dirname, "../test/chains");

const vendors = await Promise.all([startAnthropic(), startOpenAI({ apiKey: "good" }), startDeepSeek()]);
const [claude, gpt, flash] = vendors;
for (const vendor of vendors) {
  vendor.answer(({ text }) =>
    /"name":"report","description"/.test(text)
      ? { toolCalls: [{ name: "report", input: { ok: true } }] }
      : { text: '{"ok": true}' },
  );
}

const program = ["-C", "@understudy/source", join(import.meta.dirname, "../src/bin.ts"), "doctor", "four-targets.ts"];
const { OPENAI_API_KEY: _, ...rest } = process.env;
const env = { ...rest, CLAUDE: claude.url, GPT: gpt.url, FLASH: flash.url, GPT_KEY: "sk-revoked-0123456789" };
// A user's program is built; the sources are compiled once before the time counts.
const cached = { ...env, NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/compile") };
await new Promise((resolve) => {
  execFile(process.execPath, [...program, "--offline"], { cwd: CHAINS, env: cached }, resolve);
});
const begin = performance.now();
const { code, stdout } = await new Promise<{ readonly code: unknown; readonly stdout: string }>((resolve) => {
  execFile(process.execPath, program, { cwd: CHAINS, env: cached }, (error, out) => {
    resolve({ code: error?.code ?? 0, stdout: out });
  });
});
const tookMs = performance.now() - begin;
const requests = vendors.map((vendor) => vendor.requests.length);
await Promise.all(vendors.map((vendor) => vendor.close()));

process.stdout.write(`${stdout}\n`);
const failures = stdout.split("\n").filter((line) => line.startsWith("✗"));
const wrong = [
  code === 1 ? "" : `exit code ${String(code)}, not 1`,
  failures.length === 3 ? "" : `${failures.length} failures, not 3`,
  requests.join() === "3,1,1" ? "" : `requests ${requests.join()}, not 3,1,1`,
  /^✓ 1 .*streams.*tool.*JSON/m.test(stdout) ? "" : "the good target is not well",
  stdout.includes("sk-revoked") ? "a key is printed" : "",
  tookMs < LONGEST_MS ? "" : `took ${Math.round(tookMs)} ms, more than ${LONGEST_MS}`,
].filter((problem) => problem !== "");
process.stdout.write(`${wrong.length === 0 ? `as it should be, in ${Math.round(tookMs)} ms` : wrong.join("\n")}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
