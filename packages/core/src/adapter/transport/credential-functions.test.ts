import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { credentialFunction, type AskContext, type CredentialParts } from "./credential-functions.ts";

const KEY_HEADERS = ["authorization"];

function context(
  clock: VirtualClock = new VirtualClock(),
  { signal }: AbortController = new AbortController(),
): AskContext {
  return { clock, signal };
}

async function ask(parts: Partial<CredentialParts>, where: AskContext = context()): Promise<unknown> {
  return credentialFunction({ apiKey: "", headers: {}, keyHeaders: KEY_HEADERS, ...parts })?.(where);
}

async function refusal(parts: object, where?: AskContext): Promise<unknown> {
  // Plain JavaScript calls with anything.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return ask(parts as Partial<CredentialParts>, where).catch((thrown: unknown) => thrown);
}

const NO_KEY = "the function for `apiKey` returned nothing that can be sent as a credential; nothing was sent";

describe("credentialFunction", () => {
  test("is none where nothing has to be asked for", () => {
    expect(credentialFunction({ apiKey: "k", headers: { a: "1" }, keyHeaders: KEY_HEADERS })).toBeUndefined();
  });

  test("asks for key and headers each time, whether they come at once or later", async () => {
    let asked = 0;
    const parts = {
      apiKey: () => `key-${++asked} `,
      headers: () => Promise.resolve(new Headers({ "X-Team": "blue" })),
    };

    expect(await ask(parts)).toEqual({ authorization: "Bearer key-1", "x-team": "blue" });
    expect(await ask(parts)).toEqual({ authorization: "Bearer key-2", "x-team": "blue" });
  });

  test("lets a header that holds a credential take the place of the key, as fixed ones do", async () => {
    const keyHeaders = ["x-goog-api-key", "authorization"];

    expect(await ask({ apiKey: "k", headers: () => ({ Authorization: "Bearer t" }), keyHeaders })).toEqual({
      authorization: "Bearer t",
    });
    expect(await ask({ apiKey: () => "k", headers: { "x-team": "blue" }, keyHeaders })).toEqual({
      "x-goog-api-key": "k",
      "x-team": "blue",
    });
  });

  test.each<readonly [string, object, string]>([
    ["throws", { apiKey: () => fail() }, "the function for `apiKey` failed; nothing was sent"],
    [
      "rejects",
      { apiKey: () => Promise.reject(new Error("hush")) },
      "the function for `apiKey` failed; nothing was sent",
    ],
    [
      "returns a thenable whose getter throws",
      { apiKey: () => trap("then") },
      "the function for `apiKey` failed; nothing was sent",
    ],
    ["returns nothing", { apiKey: () => undefined }, NO_KEY],
    ["returns a number", { apiKey: () => Promise.resolve(5) }, NO_KEY],
    ["returns blanks", { apiKey: () => " \n" }, NO_KEY],
    ["returns two lines", { apiKey: () => "hush\nhush" }, NO_KEY],
    ["returns a header with two lines", { headers: () => ({ a: "hush\nhush" }) }, NO_KEY.replace("apiKey", "headers")],
    ["returns a header without a name", { headers: () => ({ "": "hush" }) }, NO_KEY.replace("apiKey", "headers")],
    ["returns text for headers", { headers: () => "a: hush" }, NO_KEY.replace("apiKey", "headers")],
    [
      "returns headers with a getter that throws",
      { headers: () => trap("a") },
      "the function for `headers` failed; nothing was sent",
    ],
  ])("fails as a problem of the credential when a function %s, without its words", async (_, parts, explanation) => {
    const failure = await refusal(parts);

    expect(failure).toMatchObject({ class: "auth.invalid", details: { explanation, retryAfterMs: 10_000 } });
    expect(JSON.stringify(failure) + String(failure)).not.toContain("hush");
  });

  test("waits 5 s for a function that does not settle, and leaves no timer behind", async () => {
    const clock = new VirtualClock();
    const pending = refusal({ apiKey: () => new Promise(() => undefined) }, context(clock));

    await clock.advance(4_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);

    expect(await pending).toMatchObject({
      class: "auth.invalid",
      details: { explanation: "the function for `apiKey` did not answer within 5 s; nothing was sent" },
    });
    expect(clock.pending).toBe(0);
  });

  test("stops waiting when the attempt is left, and hears what comes later in silence", async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const late = Promise.withResolvers<string>();
    const pending = refusal({ apiKey: () => late.promise }, context(clock, controller));

    controller.abort();

    expect(await pending).toMatchObject({ class: "auth.invalid" });
    late.reject(new Error("hush"));
    await clock.settle();
    expect(clock.pending).toBe(0);
  });
});

function fail(): never {
  throw new Error("hush");
}

function trap(name: string): object {
  return Object.defineProperty({}, name, { enumerable: true, get: fail });
}
