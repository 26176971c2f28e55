/**
 * The doctor in a process of its own, against simulators: one good target, one with a revoked key, one with an unknown
 * model, one without a key.
 *
 *   node -C @understudy/source packages/cli/check/doctor.ts
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { startAnthropic, startDeepSeek, startOpenAI } from "@understudy/testing";

/** Of the processor: others may be busy beside it. */
const MOST_CPU_MS = 2_000;
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

/** Says at its end what it has cost. */
const METER = `process.on("exit", () => { const { user, system } = process.cpuUsage(); process.stderr.write("cpu " + (user + system)); });`;
const program = [
  "-C",
  "@understudy/source",
  "--import",
  `data:text/javascript,${encodeURIComponent(METER)}`,
  join(import.meta.dirname, "../src/bin.ts"),
  "doctor",
  "four-targets.ts",
];
const { OPENAI_API_KEY: _, ...rest } = process.env;
const env = { ...rest, CLAUDE: claude.url, GPT: gpt.url, FLASH: flash.url, GPT_KEY: "sk-revoked-0123456789" };
// A user's program is built; the sources are compiled once before the time counts.
const cached = { ...env, NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/compile") };

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly cpuMs: number;
}

function start(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: CHAINS, env: cached }, (error, stdout, stderr) => {
      const [, micros] = /cpu (\d+)$/.exec(stderr) ?? [];
      resolve({ code: error?.code ?? 0, stdout, cpuMs: Number(micros) / 1_000 });
    });
  });
}

await start([...program, "--offline"]);
const begin = performance.now();
const { code, stdout, cpuMs } = await start(program);
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
  cpuMs < MOST_CPU_MS ? "" : `took ${Math.round(cpuMs)} ms of the processor, more than ${MOST_CPU_MS}`,
].filter((problem) => problem !== "");
const took = `${Math.round(tookMs)} ms, ${Math.round(cpuMs)} ms of the processor`;
process.stdout.write(`${wrong.length === 0 ? `as it should be, in ${took}` : wrong.join("\n")}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
