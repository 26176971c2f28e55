/**
 * Reads the hostile answers of one wire, one after the other. Prints the number of each before it is asked for, then a
 * line of JSON with what came of it.
 */
import { readFileSync } from "node:fs";
import { createChain, FAILURE_RULES, isUnderstudyError, type Answer, type Request } from "@understudy/core";
import type { HostileCase } from "./case.ts";
import { CASES } from "./cases.ts";
import type { Finding } from "./finding.ts";
import { BACKUP, REFUSED } from "./server.ts";
import { chatWire, deepseekWire } from "./wires/chat.ts";

const [, , url = "", wireName = ""] = process.argv;
/** Another vendor, of the same wire as far as answers go. */
const backup = wireName === deepseekWire.name ? chatWire : deepseekWire;
const TOOLS = [{ name: "t", description: "A tool.", inputSchema: { type: "object" } }];

async function ask(path: string, { wire, form, wantsJson = false }: HostileCase): Promise<Answer> {
  const targets = [wire.target(`${url}/${path}`, form), backup.target(`${url}/${BACKUP}`, "streamed")];
  const chain = createChain(targets, {
    // Each answer is hostile once: nothing is gained by asking again.
    policy: (failure) => (FAILURE_RULES[failure.class].answer === true ? "stop" : "next"),
  });
  const messages = [{ role: "user", content: "Go." }] as const;
  const request: Request = wantsJson ? { messages, output: { type: "json" } } : { messages, tools: TOOLS };
  if (form === "whole") return chain.generate(request);
  const stream = await chain.stream(request);
  for await (const _ of stream);
  return stream.result;
}

async function find(number: number, hostile: HostileCase): Promise<Finding> {
  const before = process.cpuUsage();
  let answer: Answer | undefined;
  let thrown: string | undefined;
  try {
    answer = await ask(String(number), hostile);
    // It goes into a database, and back to the vendor.
    JSON.stringify(answer.message);
  } catch (error) {
    thrown = isUnderstudyError(error) ? error.code : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    number,
    class: answer?.trace.attempts[0]?.class,
    tier: answer?.tier,
    text: answer?.text ?? "",
    toolCalls: answer?.toolCalls.length ?? 0,
    invalidToolCalls: answer?.invalidToolCalls.length ?? 0,
    thrown,
    isPolluted: "polluted" in {},
    cpuMs: Math.round((user + system) / 1_000),
    peakMiB: Math.round(peakKiB() / 1_024),
  };
}

/** Of this program alone: `maxRSS` begins with what the process held that started it, where the kernel says it apart. */
function peakKiB(): number {
  try {
    const own = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (own !== undefined) return Number(own);
  } catch {
    // Another kernel.
  }
  return process.resourceUsage().maxRSS;
}

// What is loaded with the first request is not the answer's to pay for.
const warmUp = CASES.find((hostile) => hostile.wire.name === wireName);
if (warmUp !== undefined) await ask(REFUSED, warmUp);
for (const [number, hostile] of CASES.entries()) {
  if (hostile.wire.name !== wireName) continue;
  process.stdout.write(`${number}\n`);
  // oxlint-disable-next-line no-await-in-loop -- each is measured alone
  process.stdout.write(`${JSON.stringify(await find(number, hostile))}\n`);
}
