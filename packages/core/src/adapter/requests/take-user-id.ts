import type { Loss } from "../../model/trace.ts";

/** An email address or a telephone number. */
const PERSONAL = /[^\s@]@[^\s@]+\.[^\s@]|^\+?[\d\s().-]*\d[\s().-]+\d[\d\s().-]*$|^\+\d{7,15}$/;

/** The end user's id, unless it is longer than the API takes or identifies a person, which it refuses to know. */
export function takeUserId(id: string | undefined, most: number, loss: (loss: Loss) => void): string | undefined {
  if (id === undefined) return undefined;
  const isLong = id.length > most;
  if (!isLong && !PERSONAL.test(id.slice(0, most))) return id;
  const reason = isLong ? `the API takes at most ${most} characters` : "the API refuses personal data";
  loss({ what: "userId", action: "dropped", reason });
  return undefined;
}
