import type { ResponseEvent } from "@understudy/core/client";

const NAMES: Readonly<Record<string, string>> = { anthropic: "Claude", openai: "GPT" };

export function nameOf(vendor: string): string {
  return NAMES[vendor] ?? vendor;
}

/** What a reader should know about who answers, in the words of a reader; nothing when all is as usual. */
export function noticeOf(event: ResponseEvent): string | undefined {
  if (event.type === "failover") {
    const { from, to, reason } = event;
    return `${nameOf(from.vendor)} ${whatHappened(reason)}; ${nameOf(to.vendor)} took over`;
  }
  if (event.type !== "start" || event.vendor === "anthropic") return undefined;
  return event.attempt > 1
    ? `Claude could not answer; ${nameOf(event.vendor)} took over`
    : `Claude is left alone while it recovers; ${nameOf(event.vendor)} answers`;
}

function whatHappened(reason: string): string {
  if (reason.startsWith("timeout.")) return "fell silent";
  if (reason === "stream.reset" || reason === "stream.truncated") return "broke off";
  return "stopped answering";
}
