import {
  cappedFetch,
  type AttemptContext,
  type CheckedOptions,
  type Fetch,
  type JsonObject,
} from "@understudy/core/adapter";

export interface TransportRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** Carries a native request to the vendor and brings the answer back as it came. */
export interface Transport {
  send(request: TransportRequest, context: AttemptContext): Promise<Response>;
}

export function fetchTransport(fetch: Fetch | undefined, { apiKey, headers: common }: CheckedOptions): Transport {
  return {
    send: ({ url, headers, body }, context) => {
      const all = new Headers({ "content-type": "application/json" });
      // Never in the URL, which ends up in logs and messages.
      if (apiKey !== "") all.set("x-goog-api-key", apiKey);
      for (const [name, value] of Object.entries({ ...common, ...headers })) all.set(name, value);
      const init = { method: "POST", headers: all, body: JSON.stringify(body), signal: context.signal };
      return cappedFetch(fetch, () => context.clock)(url, init);
    },
  };
}
