import { escapeControls, isSecret } from "../../model/clean-text.ts";

const MAX_CHARS = 500;
const READ_CHARS = 4_096;
const REDACTED = "[redacted]";

/** Things that look like credentials: vendors' key prefixes, bearer tokens, JSON web tokens. */
const KEY_LIKE =
  /\b(?:sk|pk|rk|ak|key|tok|ghp|gho|xox[a-z])[-_][\w*.-]{8,}|\bAIza[\w-]{16,}|\bA(?:KIA|SIA)[A-Z0-9]{12,}|\bBearer\s+\S+|\beyJ[\w-]{8,}[\w.-]*/gi;

/** A vendor's words made fit to keep: without credentials, control characters escaped, at most 500 characters. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let kept = text;
  if (text.length > READ_CHARS) {
    const start = text.slice(0, READ_CHARS);
    // The last word may be the first half of a key.
    kept = start.slice(0, start.lastIndexOf(" ") + 1);
  }
  for (const secret of secrets) if (isSecret(secret)) kept = kept.replaceAll(secret, REDACTED);
  kept = escapeControls(kept.replaceAll(KEY_LIKE, REDACTED));
  return kept.length > MAX_CHARS ? `${kept.slice(0, MAX_CHARS - 1)}…` : kept;
}

const SHORTEST_HEADER = 8;

/** What must not be kept of a credential and of the caller's own headers: their values, and tokens without a scheme. */
export function secretsOf(credential: string, headers: Readonly<Record<string, string>>): string[] {
  // Shorter ones are flags and names, which are found in ordinary words.
  const values = Object.values(headers).filter((value) => value.length >= SHORTEST_HEADER);
  return [credential, ...values].flatMap((value) => [value, value.replace(/^(?:Bearer|Basic|Token)\s+/i, "")]);
}
