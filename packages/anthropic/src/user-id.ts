import type { JsonObject, Loss } from "@understudy/core/adapter";

const MOST_CHARS = 256;
/** An email address or a telephone number, which the vendor refuses to know: https://platform.claude.com/docs/en/api/messages */
const PERSONAL = /[^\s@]@[^\s@]+\.[^\s@]|^\+?[\d\s().-]*\d[\s().-]+\d[\d\s().-]*$|^\+\d{7,15}$/;

/** `metadata`, without an id that the vendor would refuse. */
export function toUserId(id: string | undefined, loss: (loss: Loss) => void): JsonObject | undefined {
  if (id === undefined) return undefined;
  const isLong = id.length > MOST_CHARS;
  if (!isLong && !PERSONAL.test(id.slice(0, MOST_CHARS))) return { user_id: id };
  const reason = isLong ? `the API takes at most ${MOST_CHARS} characters` : "the API refuses personal data";
  loss({ what: "userId", action: "dropped", reason });
  return undefined;
}
