import { BACKUP, WHOLE } from "./faults.ts";
import type { Outcome } from "./play.ts";

/** A cell of the table: what was seen, who was asked how often, and the time, where it is a second or more. */
export function cellOf(outcome: Outcome): string {
  const { asked, ms, end, leftOpen } = outcome;
  const time = end !== "hangs" && ms >= 1_000 ? `, ${Math.round(ms / 1_000)} s` : "";
  const open = leftOpen > 0 ? ", A left open" : "";
  return `${seen(outcome)} (${asked[0]}+${asked[1]}${time}${open})`;
}

/** A cell without its time, which another machine has of its own. */
export function withoutTime(cell: string): string {
  return cell.replace(/, \d+ s/, "");
}

function seen({ screens, end }: Outcome): string {
  const last = screens.at(-1) ?? "";
  if (end === "whole" && last === BACKUP) return screens.some(isHalf) ? "half, then B in its place" : "B";
  if (end === "whole" && last === WHOLE) return "A";
  if (end === "whole" && last.includes(BACKUP)) return `**"${last}"**`;
  if (end === "whole") return `**${named(last)}, as if whole**`;
  return last === "" ? end : `${named(last)}, ${end}`;
}

function named(screen: string): string {
  if (screen === "") return "nothing";
  return isHalf(screen) ? "half" : `"${screen}"`;
}

function isHalf(screen: string): boolean {
  return screen !== "" && WHOLE.startsWith(screen);
}
