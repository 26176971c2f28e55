import { afterEach, describe, expect, test, vi } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { isTargetFailure } from "../../model/target-failure.ts";
import { FRESH_CONNECTION } from "./fresh-connection.ts";
import { sdkIdentity, SdkConnection, type SdkClient, type SdkPostOptions, type SdkSettings } from "./sdk-connection.ts";

const REQUEST = { path: "/answers", headers: { "x-request": "r" }, body: { a: 1 } };

interface Posted extends SdkPostOptions {
  readonly path: string;
}

function recordingClient(): {
  client: SdkClient & { fetch?: typeof fetch };
  posted: Posted[];
  settings: SdkSettings[];
} {
  const posted: Posted[] = [];
  const settings: SdkSettings[] = [];
  const client: SdkClient = {
    baseURL: "https://api.test",
    withOptions: (given) => {
      settings.push(given);
      return client;
    },
    post: (path, options) => {
      posted.push({ path, ...options });
      return { asResponse: () => Promise.resolve(new Response("{}")) };
    },
  };
  return { client, posted, settings };
}

const load = (): Promise<never> => Promise.reject(new Error("unreachable"));

function connectionOf(client: SdkClient, headers: Record<string, string> = {}): SdkConnection {
  return new SdkConnection({ client, load, fetch: undefined, headers, headersVariable: "ACME_HEADERS" });
}

function failedToAcquire(cause: Error): Error {
  return new Error("Failed to acquire OAuth credentials.", { cause });
}

function credentialOf(fields: object): string | undefined {
  return sdkIdentity(Object.assign(recordingClient().client, fields))?.credential;
}

function context(): Parameters<SdkConnection["send"]>[1] {
  const { signal } = new AbortController();
  return { signal, clock: new VirtualClock(), newId: () => "id", loss: () => undefined };
}

afterEach(() => vi.unstubAllEnvs());

describe("SdkConnection", () => {
  test("makes one client when it is first needed, without retries, timeout and log", async () => {
    const { client, posted, settings } = recordingClient();
    const connection = new SdkConnection({
      client: undefined,
      load: () => Promise.resolve((given) => client.withOptions(given)),
      fetch: undefined,
      headers: { "x-target": "t" },
      headersVariable: "ACME_HEADERS",
    });
    expect(settings).toEqual([]);

    await Promise.all([connection.send(REQUEST, context()), connection.send(REQUEST, context())]);

    expect(settings).toMatchObject([{ maxRetries: 0, timeout: 2_147_483_647, logLevel: "off" }]);
    expect(posted).toHaveLength(2);
    expect(posted[0]).toMatchObject({
      path: "/answers",
      body: { a: 1 },
      headers: { "x-target": "t", "x-request": "r" },
    });
  });

  test("makes its client as if the variable for headers were not set, and leaves it as it is", async () => {
    vi.stubEnv("ACME_HEADERS", "authorization: from-env");
    const { client, posted } = recordingClient();
    const seen: unknown[] = [];
    const connection = new SdkConnection({
      client: undefined,
      load: () =>
        Promise.resolve(() => {
          seen.push("ACME_HEADERS" in process.env);
          return client;
        }),
      fetch: undefined,
      headers: { "x-target": "t" },
      headersVariable: "ACME_HEADERS",
    });

    await connection.send(REQUEST, context());

    expect(seen).toEqual([false]);
    expect(process.env["ACME_HEADERS"]).toBe("authorization: from-env");
    expect(posted[0]?.headers).toEqual({ "x-target": "t", "x-request": "r" });
  });

  test("sets the variable again when no client can be made, and tries again with the next request", async () => {
    vi.stubEnv("ACME_HEADERS", "x-stray: 1");
    const { client, posted } = recordingClient();
    let loads = 0;
    const connection = new SdkConnection({
      client: undefined,
      load: () =>
        Promise.resolve(() => {
          loads += 1;
          if (loads === 1) throw new Error("not now");
          return client;
        }),
      fetch: undefined,
      headers: {},
      headersVariable: "ACME_HEADERS",
    });

    await expect(connection.send(REQUEST, context())).rejects.toThrow("not now");
    expect(process.env["ACME_HEADERS"]).toBe("x-stray: 1");
    await connection.send(REQUEST, context());

    expect([loads, posted.length]).toEqual([2, 1]);
  });

  test("asks for a fresh connection by what the SDK hands to its fetch, and else sends nothing more", async () => {
    const { client, posted } = recordingClient();
    const connection = new SdkConnection({
      client,
      load: () => Promise.reject(new Error("unreachable")),
      fetch: undefined,
      headers: {},
      headersVariable: "ACME_HEADERS",
    });

    await connection.send(REQUEST, { ...context(), freshConnection: true });
    await connection.send(REQUEST, context());

    expect(posted[0]?.fetchOptions).toEqual({ [FRESH_CONNECTION]: true });
    expect(posted[1]).not.toHaveProperty("fetchOptions");
  });

  test("asks the function of a client as its own: for 5 s, and for a key that can be sent", async () => {
    const { client, settings } = recordingClient();
    const clock = new VirtualClock();
    const keys: unknown[] = [" good ", "", new Promise(() => undefined)];
    const connection = connectionOf(Object.assign(client, { _options: { apiKey: () => keys.shift() } }));
    await connection.send(REQUEST, { ...context(), clock });
    const ask = (): Promise<unknown> => Promise.resolve(Reflect.get(settings[0] ?? {}, "apiKey")).then((own) => own());

    expect(await ask()).toBe("good");
    await expect(ask()).rejects.toMatchObject({ class: "auth.invalid" });
    const late = ask().catch((thrown: unknown) => thrown);
    await clock.advance(5_000);
    expect(await late).toMatchObject({ class: "auth.invalid" });
  });

  test("leaves a client its function that takes no other one", async () => {
    const { client, posted } = recordingClient();
    const picky: SdkClient = {
      ...client,
      withOptions: (given) => {
        if ("apiKey" in given) throw new Error("pass it as tokenProvider");
        return client;
      },
    };
    await connectionOf(Object.assign(picky, { _options: { apiKey: () => "k" } })).send(REQUEST, context());

    expect(posted).toHaveLength(1);
  });

  test("sends the target's own headers where the request has none of the name, whatever their case", async () => {
    const { client, posted } = recordingClient();
    const connection = connectionOf(client, { "X-Request": "t", "X-Target": "t" });

    await connection.send(REQUEST, context());

    expect(posted[0]?.headers).toEqual({ "x-request": "r", "x-target": "t" });
  });

  test.each<readonly [string, unknown, string | undefined]>([
    ["a chain of providers", new Error("Could not load credentials from any providers"), "auth.invalid"],
    [
      "a token server that is away",
      failedToAcquire(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
      "auth.invalid",
    ],
    ["a project that nobody names", new Error("No projectId was given and it could not be resolved"), "auth.invalid"],
    [
      "a file that the machine cannot open",
      failedToAcquire(Object.assign(new Error("x"), { code: "EMFILE" })),
      undefined,
    ],
    ["a mistake", new TypeError("Cannot read properties of undefined"), undefined],
    ["a status", Object.assign(new Error("401 invalid api key"), { status: 401 }), undefined],
    ["a network of its own", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), undefined],
  ])("says of what a client throws for %s whether it concerns the credential", async (_, error, expected) => {
    const { client } = recordingClient();
    const failing: SdkClient = { ...client, post: () => ({ asResponse: () => Promise.reject(error) }) };

    const thrown: unknown = await connectionOf({ ...failing, withOptions: () => failing })
      .send(REQUEST, context())
      .catch((rejected: unknown) => rejected);

    expect(isTargetFailure(thrown) ? thrown.class : thrown).toBe(expected ?? error);
  });

  test("prepares by making its own client, and leaves one that was given alone", async () => {
    const { client, settings } = recordingClient();
    await connectionOf(client).prepare(new VirtualClock());
    expect(settings).toEqual([]);

    const own = new SdkConnection({
      client: undefined,
      load: () => Promise.resolve((given) => client.withOptions(given)),
      fetch: undefined,
      headers: {},
      headersVariable: "ACME_HEADERS",
    });
    await own.prepare(new VirtualClock());
    await own.send(REQUEST, context());
    expect(settings).toHaveLength(1);
  });

  test("uses a copy of the user's client with its own fetch, and leaves its headers alone", async () => {
    vi.stubEnv("ACME_HEADERS", "x-stray: 1");
    const { client, posted, settings } = recordingClient();
    const own = vi.fn<typeof fetch>(() => Promise.resolve(new Response("{}")));
    const connection = new SdkConnection({
      client: Object.assign(client, { fetch: own }),
      load: () => Promise.reject(new Error("unreachable")),
      fetch: undefined,
      headers: {},
      headersVariable: "ACME_HEADERS",
    });

    await connection.send(REQUEST, context());
    await settings[0]?.fetch("https://api.test");

    expect(posted[0]?.headers).toEqual({ "x-request": "r" });
    expect(own).toHaveBeenCalledExactlyOnceWith("https://api.test", { redirect: "manual" });
  });
});

describe("sdkIdentity", () => {
  test("is the URL of a client, and its key or token if it has one that is fixed", () => {
    expect(sdkIdentity(undefined)).toBeUndefined();
    expect(sdkIdentity(recordingClient().client)?.baseURL).toBe("https://api.test");
    expect(credentialOf({ apiKey: "k" })).toBe("k");
    expect(credentialOf({ apiKey: null, authToken: "t" })).toBe("t");
    expect(credentialOf({ apiKey: "k", _options: { defaultHeaders: { "x-team": "blue" } } })).toBe("k");
  });

  test.each([
    ["a function for its key", { apiKey: () => Promise.resolve("k") }],
    ["no key at all", {}],
    ["an empty key", { apiKey: "" }],
    ["a header in place of its key", { apiKey: "unused", _options: { defaultHeaders: { Authorization: "Bearer t" } } }],
    ["such a header in a list", { apiKey: "unused", _options: { defaultHeaders: [["x-api-key", "t"]] } }],
    ["such a header in Headers", { apiKey: "unused", _options: { defaultHeaders: new Headers({ "api-key": "t" }) } }],
    [
      "such a header in the SDK's own form",
      { apiKey: "unused", _options: { defaultHeaders: { values: new Headers({ authorization: "t" }) } } },
    ],
  ])("tells clients with %s apart, each by an id that stays", (_, fields) => {
    const { client } = recordingClient();
    const one = Object.assign(client, fields);

    const id = sdkIdentity(one)?.credential;

    expect(id).toMatch(/^\d+(?:-\d+){3}$/);
    expect(credentialOf(fields)).not.toBe(id);
    // As some SDKs do once they have asked their function.
    expect(sdkIdentity(Object.assign(one, { apiKey: "fetched" }))?.credential).toBe(id);
  });
});
