import type { Place } from "../chain-file.ts";
import type { Output } from "../output.ts";
import type { LiveResult, Status } from "./live-checks.ts";
import type { ChainFinding } from "./static-checks.ts";

export interface TargetReport {
  readonly place: Place;
  /** Undefined when it was not asked. */
  readonly live: LiveResult | undefined;
}

export interface Report {
  readonly file: string;
  readonly tiers: number;
  readonly targets: readonly TargetReport[];
  readonly findings: readonly ChainFinding[];
}

/** As `schemas/doctor.json` describes it. */
interface DoctorJson {
  readonly schema: "understudy.doctor/1";
  readonly failed: number;
  readonly warnings: number;
  readonly requests: number;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly [field: string]: unknown;
}

export function toJson({ file, tiers, targets, findings }: Report): DoctorJson {
  const sum = (of: (live: LiveResult) => number): number =>
    targets.reduce((total, { live }) => total + (live === undefined ? 0 : of(live)), 0);
  const statuses = targets.map(statusOf);
  const count = (level: string, status: Status): number =>
    findings.filter((finding) => finding.level === level).length + statuses.filter((one) => one === status).length;
  return {
    schema: "understudy.doctor/1",
    file,
    tiers,
    targets: targets.map((target) => {
      const { place, live } = target;
      const { vendor, model, endpoint, problems } = place.target;
      return {
        tier: place.tier,
        ...(place.sibling === undefined ? {} : { sibling: place.sibling }),
        vendor,
        model,
        endpoint,
        status: statusOf(target),
        problems: problems.map(({ type, message }) => ({ type, message })),
        checks: live?.checks ?? [],
        ...(live?.servedModel === undefined ? {} : { servedModel: live.servedModel }),
        ...(live?.rateLimits === undefined ? {} : { rateLimits: live.rateLimits }),
      };
    }),
    findings: findings.map(({ level, type, tiers: about, message, fix }) => ({
      level,
      type,
      tiers: about,
      message,
      fix,
    })),
    failed: count("error", "failed"),
    warnings: count("warning", "warning"),
    requests: sum(({ requests }) => requests),
    usage: { inputTokens: sum((live) => live.inputTokens), outputTokens: sum((live) => live.outputTokens) },
  };
}

function statusOf({ place, live }: TargetReport): Status {
  if (place.target.problems.length > 0 || live?.checks.some(({ status }) => status === "failed") === true)
    return "failed";
  if (live === undefined) return "skipped";
  return live.checks.some(({ status }) => status === "warning") ? "warning" : "ok";
}

const SIGNS: Readonly<
  Record<Status | ChainFinding["level"], readonly [sign: string, style: "green" | "yellow" | "red" | "dim"]>
> = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  failed: ["✗", "red"],
  error: ["✗", "red"],
  skipped: ["·", "dim"],
  info: ["·", "dim"],
};

export function printReport({ file, tiers, targets, findings }: Report, json: DoctorJson, output: Output): void {
  const sign = (of: keyof typeof SIGNS): string => output.paint(SIGNS[of][1], SIGNS[of][0]);
  output.print(`${file}  ${counted(tiers, "tier")}, ${counted(targets.length, "target")}`);
  const names = targets.map(({ place: { tier, sibling, target } }) => {
    return `${tier} ${target.vendor}/${target.model}${sibling === undefined ? "" : ` (${sibling})`}`;
  });
  const width = Math.max(0, ...names.map(({ length }) => length));
  for (const [index, target] of targets.entries()) {
    const [first = "", ...more] = linesOf(target);
    output.print(`${sign(statusOf(target))} ${(names[index] ?? "").padEnd(width)}  ${first}`);
    for (const line of more) output.print(`  ${" ".repeat(width)}  ${line}`);
  }
  for (const [index, { level, message, fix }] of findings.entries()) {
    output.print(`${sign(level)} ${message}`);
    // Several in a row that are mended in the same way.
    if (findings[index + 1]?.fix !== fix) output.print(`    ${output.paint("dim", fix)}`);
  }
  const asked = `${counted(json.requests, "request")}, ${json.usage.inputTokens} input and ${json.usage.outputTokens} output tokens`;
  output.print(`${json.failed} failed, ${counted(json.warnings, "warning")} · ${asked}`);
}

function linesOf({ place, live }: TargetReport): readonly string[] {
  const { problems } = place.target;
  if (problems.length > 0) return problems.map(({ message }) => message);
  if (live === undefined) return ["not asked"];
  const good = live.checks.filter(({ status }) => status !== "failed");
  const words = good.map(({ name, ms = 0, message }) => {
    const time = name === "streams" && message === undefined ? ` ${(ms / 1_000).toFixed(1)} s` : "";
    return `${name}${time}${message === undefined ? "" : `: ${message}`}`;
  });
  const served = live.servedModel === undefined ? [] : [`served by ${live.servedModel}`];
  const left = Object.entries(live.rateLimits ?? {}).filter(([name]) => name.includes("remaining"));
  const quota = left.length === 0 ? [] : [left.map(([name, value]) => `${name} ${value}`).join(", ")];
  // What fails in the same way is told once.
  const failures = new Map<string, string[]>();
  for (const { name, status, class: failure, httpStatus, message, fix } of live.checks) {
    if (status !== "failed") continue;
    const facts = [failure, httpStatus].filter((fact) => fact !== undefined).map((fact) => ` ${fact}`);
    const told = `${facts.join("")}: ${(message ?? "failed").replace(/\.$/, "")}. ${sentence(fix ?? "")}`.trimEnd();
    failures.set(told, [...(failures.get(told) ?? []), name]);
  }
  const failed = Array.from(failures, ([told, names]) => `${names.join(", ")}${told}`);
  const summary = [words.join(" · "), ...served, ...quota].filter((text) => text !== "").join("   ");
  return words.length === 0 ? failed : [summary, ...failed];
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
