import { afterEach, describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../test/virtual-clock.ts";
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

function context(): Parameters<SdkConnection["send"]>[1] {
  const { signal } = new AbortController();
  return { signal, clock: new VirtualClock(), newId: () => "id", loss: () => undefined };
}

afterEach(() => vi.unstubAllEnvs());

describe("SdkConnection", () => {
  it("makes one client when it is first needed, without retries, timeout and log", async () => {
    const { client, posted, settings } = recordingClient();
    const connection = new SdkConnection({
      client: undefined,
      create: (given) => Promise.resolve(client.withOptions(given)),
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

  it("takes headers out that the environment would add, but not the target's own", async () => {
    vi.stubEnv("ACME_HEADERS", "x-stray: 1\nno header\nx-target: from-env");
    const { client, posted } = recordingClient();
    const connection = new SdkConnection({
      client: undefined,
      create: () => Promise.resolve(client),
      fetch: undefined,
      headers: { "x-target": "t" },
      headersVariable: "ACME_HEADERS",
    });

    await connection.send(REQUEST, context());

    expect(posted[0]?.headers).toEqual({ "x-stray": null, "x-target": "t", "x-request": "r" });
  });

  it("uses a copy of the user's client with its own fetch, and leaves its headers alone", async () => {
    vi.stubEnv("ACME_HEADERS", "x-stray: 1");
    const { client, posted, settings } = recordingClient();
    const own = vi.fn<typeof fetch>(() => Promise.resolve(new Response("{}")));
    const connection = new SdkConnection({
      client: Object.assign(client, { fetch: own }),
      create: () => Promise.reject(new Error("unreachable")),
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
  it("is the URL of a client, and its key or token if it has one", () => {
    const { client } = recordingClient();

    const withKey = Object.assign(recordingClient().client, { apiKey: "k" });
    const withToken = Object.assign(recordingClient().client, { apiKey: null, authToken: "t" });

    expect(sdkIdentity(undefined)).toBeUndefined();
    expect(sdkIdentity(client)).toEqual({ baseURL: "https://api.test", credential: undefined });
    expect(sdkIdentity(withKey)?.credential).toBe("k");
    expect(sdkIdentity(withToken)?.credential).toBe("t");
  });
});
