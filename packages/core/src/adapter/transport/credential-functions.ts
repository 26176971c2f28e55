import { isHeaderName, isHeaderValue } from "../../model/header.ts";
import { isJsonObject } from "../../model/json.ts";
import { isThenable, toPromise } from "../../model/promises.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import type { AttemptContext } from "../../model/target.ts";
import { mergeHeaders } from "./merge-headers.ts";

/** Header fields in any of the forms that fetch takes. */
export type HeadersForm = Readonly<Record<string, string>> | Headers;

/** A key, or a function that is asked for it before each request. */
export type KeyOption = string | (() => string | PromiseLike<string>);

/** Header fields, or a function that is asked for them before each request. */
export type HeadersOption = HeadersForm | (() => HeadersForm | PromiseLike<HeadersForm>);

/** What a credential is asked for. */
export type AskContext = Pick<AttemptContext, "clock" | "signal">;

/** The header fields of one request that hold its credential. Rejects with a `TargetFailure` if there is none. */
export type AskCredential = (context: AskContext) => Promise<Readonly<Record<string, string>>>;

/** The longest wait for a function. A token server that takes longer would cost the attempt its time. */
const LONGEST_MS = 5_000;
/** Until a credential that could not be had is asked for again: it was not said to be wrong. */
export const AGAIN_MS = 10_000;
const LATE = Symbol("late");

export interface CredentialParts {
  readonly apiKey: KeyOption;
  readonly headers: Readonly<Record<string, string>> | (() => unknown);
  readonly keyHeaders: readonly string[];
}

/**
 * How the credential of each request is asked for; undefined when no function is among what was given. As in fixed
 * headers, one of `keyHeaders` takes the place of the key.
 */
export function credentialFunction({ apiKey, headers, keyHeaders }: CredentialParts): AskCredential | undefined {
  if (typeof apiKey !== "function" && typeof headers !== "function") return undefined;
  return async (context) => {
    const [key, more] = await Promise.all([
      typeof apiKey === "function" ? askFor("apiKey", apiKey, readKey, context) : apiKey,
      typeof headers === "function" ? askFor("headers", headers, readHeaders, context) : headers,
    ]);
    const own = mergeHeaders(more);
    return keyHeaders.some((name) => own[name] !== undefined) ? own : { ...keyHeader(key, keyHeaders), ...own };
  };
}

/** The header field that holds a key: none for an empty one. */
export function keyHeader(key: string, [name = "authorization"]: readonly string[] = []): Record<string, string> {
  if (key === "") return {};
  return { [name]: name === "authorization" ? `Bearer ${key}` : key };
}

/**
 * Asks one of the user's functions and waits for it as long as the attempt lasts, at most 5 s. What it throws is not
 * kept: it may hold anything.
 */
export async function askFor<Value>(
  name: string,
  ask: () => unknown,
  read: (given: unknown) => Value | undefined,
  context: AskContext,
): Promise<Value> {
  let given: unknown;
  let value: Value | undefined;
  try {
    given = ask();
    if (isThenable(given)) given = await inTime(toPromise(given), context);
    value = read(given);
  } catch {
    throw failed(name, "failed");
  }
  if (given === LATE) throw failed(name, `did not answer within ${LONGEST_MS / 1_000} s`);
  if (value === undefined) throw failed(name, "returned nothing that can be sent as a credential");
  return value;
}

/** What can be sent as a key, without the blanks around it. */
export function readKey(given: unknown): string | undefined {
  const key = typeof given === "string" ? given.trim() : "";
  return key !== "" && isHeaderValue(key) ? key : undefined;
}

function readHeaders(given: unknown): Record<string, string> | undefined {
  if (!isJsonObject(given)) return undefined;
  const pairs: Iterable<readonly [unknown, unknown]> = isPairs(given) ? given : Object.entries(given);
  const kept: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (typeof name !== "string" || !isHeaderName(name) || !isHeaderValue(value)) return undefined;
    kept[name] = value;
  }
  return kept;
}

/** A `Headers`, whoever made its class, or a Map: as an object it would look empty. */
export function isPairs(value: unknown): value is Iterable<readonly [string, unknown]> {
  return isJsonObject(value) && Symbol.iterator in value;
}

/** `LATE` when it takes too long, or it is no longer waited for. */
function inTime(given: Promise<unknown>, { clock, signal }: AskContext): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(LATE);
    const timer = clock.setTimeout(giveUp, LONGEST_MS, true);
    signal.addEventListener("abort", giveUp, { once: true });
    const settle = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    };
    void given.finally(settle).then(resolve, reject);
  });
}

function failed(name: string, what: string): TargetFailure {
  return new TargetFailure("auth.invalid", {
    explanation: `the function for \`${name}\` ${what}; nothing was sent`,
    retryAfterMs: AGAIN_MS,
  });
}
