import type { Loss } from "../../model/trace.ts";

/** Reports something of one message: `what` is a part, or something about one. */
export type ReportMessageLoss = (what: string, action: Loss["action"], reason?: string) => void;

export function inMessage(index: number, loss: (loss: Loss) => void): ReportMessageLoss {
  return (what, action, reason) => loss({ what: `messages[${index}] ${what}`, action, reason });
}
