const MAX_CHARS = 500;
const READ_CHARS = 4_096;
const REDACTED = "[redacted]";

/** Things that look like credentials: vendors' key prefixes, bearer tokens, JSON web tokens. */
const KEY_LIKE =
  /\b(?:sk|pk|rk|ak|key|tok|ghp|gho|xox[a-z])[-_][\w*.-]{8,}|\bAIza[\w-]{16,}|\bA(?:KIA|SIA)[A-Z0-9]{12,}|\bBearer\s+\S+|\beyJ[\w-]{8,}[\w.-]*/gi;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A vendor's words made fit to keep: without credentials, control characters escaped, at most 500 characters. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let kept = text;
  if (text.length > READ_CHARS) {
    const start = text.slice(0, READ_CHARS);
    // The last word may be the first half of a key.
    kept = start.slice(0, start.lastIndexOf(" ") + 1);
  }
  for (const secret of secrets) if (secret.length >= 4) kept = kept.replaceAll(secret, REDACTED);
  kept = kept.replaceAll(KEY_LIKE, REDACTED).replaceAll(CONTROL, escapeControl);
  return kept.length > MAX_CHARS ? `${kept.slice(0, MAX_CHARS - 1)}…` : kept;
}

/** An id or code that a vendor sent, fit for a log line: printable ASCII, at most 128 characters; else undefined. */
export function cleanId(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "") return undefined;
  return value.slice(0, 128).replaceAll(/[^\u0020-\u007e]/g, "?");
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
