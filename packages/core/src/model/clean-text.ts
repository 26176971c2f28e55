/** Credentials by their looks. A name may begin with `key` or `tok`: that is one only with a digit. */
const KEY_IN_ID =
  /\b(?:sk|pk|rk|ak|ghp|gho|xox[a-z])[-_][\w.-]{8,}|\b(?:key|tok)[-_](?=[\w.-]*\d)[\w.-]{8,}|\bAIza|\bA(?:KIA|SIA)[A-Z0-9]{12,}|\beyJ[\w-]{8,}/i;
const ID = /^[\w.:/@+[\]-]+$/;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * An id, code or name that a vendor sent, fit for a message, an event or a log line: at most `most` letters, digits and
 * `_ . : / @ + - [ ]`, and nothing of `secrets` in it. Anything else is undefined: it may be words of the request.
 */
export function cleanId(value: unknown, secrets: readonly string[] = [], most = 64): string | undefined {
  const id = typeof value === "number" ? String(value) : value;
  if (typeof id !== "string" || id.length > most || !ID.test(id) || KEY_IN_ID.test(id)) return undefined;
  return secrets.some((secret) => isSecret(secret) && id.includes(secret)) ? undefined : id;
}

/** The name of a model. Those of some clouds are paths. */
export function cleanModel(value: unknown, secrets?: readonly string[]): string | undefined {
  return cleanId(value, secrets, 128);
}

/** A few words on one line: control characters escaped, at most 200 characters. */
export function cleanLine(text: string): string {
  return escapeControls(text.slice(0, 200));
}

export function escapeControls(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Shorter ones would be found in ordinary words. */
export function isSecret(text: string): boolean {
  return text.length >= 4;
}
