import type { AttemptContext } from "../../model/target.ts";
import { isTargetFailure, type TargetFailure } from "../../model/target-failure.ts";
import { asObject } from "../foreign.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { askFor, readKey, type AskContext } from "./credential-functions.ts";
import { googleTokens, QUOTA_PROJECT, type AskToken } from "./google-tokens.ts";
import { mergeHeaders } from "./merge-headers.ts";

/** A token is renewed before its end: a request takes its time to arrive. */
const EARLY_MS = 60_000;
/** Tokens of requests that run side by side differ at most when they are renewed. */
const MOST_SECRETS = 16;
const REFUSED = 401;

interface Token {
  readonly token: string;
  /** Milliseconds since 1970; 0: it is not kept. */
  readonly until: number;
  readonly quotaProject?: string | undefined;
}

const NONE: Token = { token: "", until: 0 };

/** The tokens of one source, asked for once for all requests that wait. */
export class Tokens {
  readonly #ask: AskToken;
  #kept: Token = NONE;
  #asking: Promise<unknown> | undefined;

  constructor(ask: AskToken) {
    this.#ask = ask;
  }

  /** Rejects with a `TargetFailure` if there is none. */
  async current(context: AskContext, refused?: string): Promise<Token> {
    if (this.#kept.token === refused) this.#kept = NONE;
    if (this.#kept.until - EARLY_MS > context.clock.wallNow()) return this.#kept;
    const asking = (this.#asking ??= this.#start(refused !== undefined));
    try {
      const given = await askFor<Token | TargetFailure>("vertex.accessToken", () => asking, readToken, context);
      if (isTargetFailure(given)) throw given;
      this.#kept = given;
      return given;
    } finally {
      // One that never answers is not waited for by the next request.
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  async #start(isRefused: boolean): Promise<unknown> {
    return this.#ask(isRefused);
  }
}

const sources = new WeakMap<object, Tokens>();

/**
 * The tokens of one function, for all targets that have it. With `project`, which is the first one's, the function loads
 * Google's own library.
 */
export function tokensOf(source: () => unknown, project?: string): Tokens {
  const known = sources.get(source);
  if (known !== undefined) return known;
  const tokens = new Tokens(project === undefined ? () => source() : googleTokens(source, project));
  sources.set(source, tokens);
  return tokens;
}

function readToken(given: unknown): Token | TargetFailure | undefined {
  if (isTargetFailure(given)) return given;
  const { token, expiresAt, quotaProject } = typeof given === "string" ? asObject({ token: given }) : asObject(given);
  const key = readKey(typeof token === "string" ? token.replace(/^\s*Bearer\s+/i, "") : token);
  const until = Number(expiresAt ?? 0);
  if (key === undefined) return undefined;
  return { token: key, until: Number.isNaN(until) ? 0 : until, quotaProject: readKey(quotaProject) };
}

/**
 * Sends each request with a token. One that is refused is asked for once more; if it is another one then, the request is
 * sent again: nothing was done for the first.
 */
export class TokenConnection implements Connection {
  readonly #connection: Connection;
  readonly #tokens: Tokens;
  readonly #headers: Readonly<Record<string, string>>;
  #secrets: readonly string[] = [];

  /** `headers`: the target's own. A credential in them takes the place of the token. */
  constructor(connection: Connection, tokens: Tokens, headers: Readonly<Record<string, string>>) {
    this.#connection = connection;
    this.#tokens = tokens;
    this.#headers = headers;
  }

  get secrets(): readonly string[] {
    return this.#secrets;
  }

  async send(request: NativeRequest, context: AttemptContext): Promise<Response> {
    const headers = mergeHeaders(this.#headers, request.headers);
    if (headers["authorization"] !== undefined) return this.#connection.send(request, context);
    const ask = ({ token, quotaProject }: Token): Promise<Response> => {
      this.#secrets = [token, ...this.#secrets].slice(0, MOST_SECRETS);
      const quota = quotaProject === undefined ? {} : { [QUOTA_PROJECT]: quotaProject };
      const all = { ...quota, ...headers, authorization: `Bearer ${token}` };
      return this.#connection.send({ ...request, headers: all }, context);
    };
    const token = await this.#tokens.current(context);
    const response = await ask(token);
    if (response.status !== REFUSED) return response;
    const renewed = await this.#tokens.current(context, token.token).catch(() => token);
    if (renewed.token === token.token) return response;
    // Else its connection would stay busy. What cannot be read does not matter any more.
    await response.body?.cancel().catch(() => undefined);
    return ask(renewed);
  }
}
