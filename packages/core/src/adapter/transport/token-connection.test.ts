import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { AttemptContext } from "../../model/target.ts";
import type { GoogleToken } from "../options/google-cloud.ts";
import type { Connection, NativeRequest } from "./connection.ts";
import { TokenConnection, Tokens, tokensOf } from "./token-connection.ts";

const REQUEST: NativeRequest = { path: "/x", headers: { "x-a": "1" }, body: {} };
const PROJECT = "my-project";
const HOUR = 3_600_000;

interface Scene {
  readonly clock: VirtualClock;
  readonly sent: string[];
  readonly quotas: (string | undefined)[];
  readonly connection: TokenConnection;
  readonly send: (headers?: Readonly<Record<string, string>>) => Promise<number>;
}

/** A place that takes the tokens that are not in `refused`. */
function scene(
  tokens: Tokens,
  refused: readonly string[] = [],
  own: Readonly<Record<string, string>> = {},
  clock: VirtualClock = new VirtualClock(),
): Scene {
  const sent: string[] = [];
  const quotas: (string | undefined)[] = [];
  const inner: Connection = {
    send: async ({ headers }) => {
      const { authorization = "none" } = headers;
      sent.push(authorization);
      quotas.push(headers["x-goog-user-project"]);
      return new Response("", { status: refused.includes(authorization.replace("Bearer ", "")) ? 401 : 200 });
    },
  };
  const connection = new TokenConnection(inner, tokens, own);
  const context: AttemptContext = {
    clock,
    signal: new AbortController().signal,
    newId: () => "id",
    loss: () => undefined,
  };
  return {
    clock,
    sent,
    quotas,
    connection,
    send: async (headers = {}) =>
      (await connection.send({ ...REQUEST, headers: { ...REQUEST.headers, ...headers } }, context)).status,
  };
}

/** t1, t2 and so on, each with this end. */
function counting(expiresAt?: (clock: VirtualClock) => Date | number, clock: VirtualClock = new VirtualClock()) {
  let asked = 0;
  const source = (): GoogleToken => {
    const token = `token-${++asked}`;
    return expiresAt === undefined ? token : { token, expiresAt: expiresAt(clock) };
  };
  return { tokens: new Tokens(source), clock, asked: () => asked };
}

describe("a connection with tokens", () => {
  test("asks before each request when nothing is said of the end", async () => {
    const { tokens } = counting();
    const { send, sent, connection } = scene(tokens);

    expect([await send(), await send()]).toEqual([200, 200]);
    expect(sent).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(connection.secrets).toEqual(["token-2", "token-1"]);
  });

  test.each<readonly [string, (clock: VirtualClock) => Date | number]>([
    // oxlint-disable-next-line no-restricted-globals -- what libraries return
    ["a date", (clock) => new Date(clock.wallNow() + HOUR)],
    ["milliseconds", (clock) => clock.wallNow() + HOUR],
  ])("keeps a token until a minute before its end, given as %s", async (_, end) => {
    const { tokens, clock } = counting(end);
    const { send, sent } = scene(tokens, [], {}, clock);

    await send();
    await clock.advance(HOUR - 60_001);
    await send();
    await clock.advance(2);
    await send();

    expect(sent).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
  });

  test.each<readonly [string, Date | number]>([
    // oxlint-disable-next-line no-restricted-globals -- what libraries return
    ["no date", new Date(Number.NaN)],
    ["no number", Number.NaN],
    ["seconds", 1_800_000_000],
  ])("keeps none whose end is %s", async (_, end) => {
    const { tokens, clock } = counting(() => end);
    const { send, sent } = scene(tokens, [], {}, clock);

    await send();
    await send();

    expect(sent).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("asks once more for a token that is refused, and sends the request again with another one", async () => {
    const { tokens, clock } = counting((now) => now.wallNow() + HOUR);
    const { send, sent } = scene(tokens, ["token-1"], {}, clock);

    expect([await send(), await send()]).toEqual([200, 200]);
    expect(sent).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
  });

  test("sends once where the same token comes again, and twice at most", async () => {
    const same = scene(new Tokens(() => "token-1"), ["token-1"]);
    const { tokens } = counting();
    const all = scene(tokens, ["token-1", "token-2"]);

    expect([await same.send(), await all.send()]).toEqual([401, 401]);
    expect(same.sent).toEqual(["Bearer token-1"]);
    expect(all.sent).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("gives the vendor's refusal where no other token can be had", async () => {
    let asked = 0;
    const tokens = new Tokens(() => (++asked === 1 ? "token-1" : Promise.reject(new Error("hush"))));

    expect(await scene(tokens, ["token-1"]).send()).toBe(401);
  });

  test("asks once for all requests that wait, also when all of them were refused", async () => {
    const { tokens, clock, asked } = counting((now) => now.wallNow() + HOUR);
    const { send, sent } = scene(tokens, ["token-1"], {}, clock);

    await Promise.all([send(), send(), send()]);

    expect(asked()).toBe(2);
    expect(sent.filter((one) => one === "Bearer token-2")).toHaveLength(3);
  });

  test("does not wait for ever, nor with the next request for what never answered", async () => {
    let asked = 0;
    const tokens = new Tokens(() => (++asked === 1 ? new Promise(() => undefined) : "token-2"));
    const { send, clock, sent } = scene(tokens);

    const first = send().catch((error: unknown) => error);
    await clock.advance(5_000);

    expect(await first).toMatchObject({
      class: "auth.invalid",
      details: { explanation: "the function for `vertex.accessToken` did not answer within 5 s; nothing was sent" },
    });
    expect(await send()).toBe(200);
    expect(sent).toEqual(["Bearer token-2"]);
  });

  test.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty token", " "],
    ["a token of two lines", "a\nb"],
    ["an object without a token", { token: null }],
    ["a number", 5],
  ])("sends nothing where the function returns %s", async (_, given) => {
    const { send, sent } = scene(new Tokens(() => given));

    await expect(send()).rejects.toMatchObject({ class: "auth.invalid" });
    expect(sent).toEqual([]);
  });

  test.each<readonly [string, unknown]>([
    ["what a client of Google's own returns", { token: "token-1", res: null }],
    ["a token behind its scheme", "Bearer token-1"],
    ["a token between blanks", " token-1\n"],
  ])("takes %s", async (_, given) => {
    const { send, sent } = scene(new Tokens(() => Promise.resolve(given)));

    await send();

    expect(sent).toEqual(["Bearer token-1"]);
  });

  test("lets a credential of the request or the target take its place, and asks for none", async () => {
    const { tokens, asked } = counting();

    await scene(tokens).send({ Authorization: "Bearer own" });
    await scene(tokens, [], { AUTHORIZATION: "Bearer target" }).send();

    expect(asked()).toBe(0);
  });

  test("has one source for all targets with the same function", () => {
    const [source, other] = [1, 2].map((token) => () => String(token));
    if (source === undefined || other === undefined) throw new Error("There are two.");

    expect(tokensOf(source)).toBe(tokensOf(source));
    expect(tokensOf(source)).not.toBe(tokensOf(other));
  });
});

describe("tokens of Google's own library", () => {
  test("come from one client, with the scope of the cloud", async () => {
    const { load, made } = library();
    const { send, sent } = scene(tokensOf(load, PROJECT));

    await send();
    await send();

    expect(sent).toEqual(["Bearer library-1", "Bearer library-1"]);
    expect(made).toEqual([{ scopes: "https://www.googleapis.com/auth/cloud-platform", projectId: PROJECT }]);
  });

  test.each<readonly [string, unknown]>([
    ["headers", new Headers({ authorization: "Bearer t", "x-goog-user-project": "project-of-quota" })],
    ["an object", { Authorization: "Bearer t", "x-goog-user-project": "project-of-quota" }],
  ])("go with the project whose quota they use, told in %s", async (_, headers) => {
    class GoogleAuth {
      getClient(): unknown {
        return { getRequestHeaders: () => headers };
      }
    }
    const load = (): Promise<unknown> => Promise.resolve({ GoogleAuth });
    const { send, sent, quotas } = scene(tokensOf(load, PROJECT));

    await send();
    await send({ "x-goog-user-project": "another" });

    expect(sent).toEqual(["Bearer t", "Bearer t"]);
    expect(quotas).toEqual(["project-of-quota", "another"]);
  });

  test("come from a new client when one is refused, which the library would keep", async () => {
    const { load } = library();
    const { send, sent } = scene(tokensOf(load, PROJECT), ["library-1"]);

    expect(await send()).toBe(200);
    expect(sent).toEqual(["Bearer library-1", "Bearer library-2"]);
  });

  test.each<readonly [string, () => Promise<unknown>, string]>([
    [
      "is not installed",
      () => Promise.reject(new Error("Cannot find package /home/me")),
      "npm install google-auth-library",
    ],
    ["is another one", () => Promise.resolve({}), "gcloud auth application-default login"],
    [
      "finds no credentials",
      () =>
        Promise.resolve({
          GoogleAuth: class {
            getClient(): Promise<unknown> {
              return Promise.reject(new Error("no file /home/me"));
            }
          },
        }),
      "gcloud auth application-default login",
    ],
  ])("are refused with what to do where it %s, and nothing is sent", async (_, load, fix) => {
    const { send, sent } = scene(tokensOf(load, PROJECT));

    const error: unknown = await send().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ class: "auth.invalid", details: { explanation: expect.stringContaining(fix) } });
    expect(error).toMatchObject({
      details: { explanation: expect.stringContaining("give `vertex.accessToken`; nothing was sent") },
    });
    expect(JSON.stringify(Reflect.get(Object(error), "details"))).not.toContain("/home/me");
    expect(sent).toEqual([]);
  });
});

/** A library whose clients count up, as the real one keeps a token until its end. */
function library(): { readonly load: () => Promise<unknown>; readonly made: unknown[] } {
  const made: unknown[] = [];
  class GoogleAuth {
    constructor(options: unknown) {
      made.push(options);
    }
    getClient(): Promise<unknown> {
      const token = `library-${made.length}`;
      return Promise.resolve({
        getRequestHeaders: () => Promise.resolve(new Headers({ authorization: `Bearer ${token}` })),
      });
    }
  }
  return { load: () => Promise.resolve({ GoogleAuth }), made };
}
