import type { AttemptContext } from "../../model/target.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { freshInit } from "./fresh-connection.ts";
import { mergeHeaders } from "./merge-headers.ts";

/** Where and how a connection by fetch asks. */
export interface FetchConnectionSetup {
  /** Without a slash at its end; a request's path is appended. */
  readonly baseURL: string;
  /** The adapter's own, such as that of the key; `headers` take their place. Default: none. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined;
  /** Sent with every request. A later one takes the place of an earlier one, whatever its case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Default: the global `fetch`, looked up when a request is sent. */
  readonly fetch: Fetch | undefined;
}

/** Asks by fetch, with a JSON body. */
export class FetchConnection implements Connection {
  readonly #setup: FetchConnectionSetup;

  constructor(setup: FetchConnectionSetup) {
    this.#setup = setup;
  }

  send({ path, headers, body }: NativeRequest, context: AttemptContext): Promise<Response> {
    const { clock, signal, freshConnection } = context;
    const { baseURL, ownHeaders = {}, headers: common, fetch } = this.#setup;
    const all = mergeHeaders({ "content-type": "application/json" }, ownHeaders, common, headers);
    const init = {
      method: "POST",
      headers: new Headers(all),
      body: JSON.stringify(body),
      signal,
      ...freshInit(freshConnection),
    };
    return cappedFetch(fetch, () => clock)(baseURL + path, init);
  }
}
