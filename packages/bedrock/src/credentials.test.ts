import { createHash, createHmac } from "node:crypto";
import { createChain, isUnderstudyError } from "@understudy/core";
import { startBedrock, type Vendor } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { bedrock, type AwsCredentialProvider, type AwsCredentials } from "./index.ts";

const MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const ARN = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/a1b2c3";
const KEYS: AwsCredentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
  sessionToken: "tok+/=",
};
const HOUR = 3_600_000;

function chainOf(vendor: Vendor, credentials: AwsCredentials | AwsCredentialProvider, model: string = MODEL) {
  return createChain([bedrock(model, { baseURL: vendor.url, region: "eu-central-1", credentials })]);
}

function signersOf(vendor: Vendor): readonly (string | undefined)[] {
  return vendor.requests.map(({ headers }) => /Credential=(\w+)\//.exec(headers["authorization"] ?? "")?.[1]);
}

/** The rule, by hand: the path is encoded once more, the secret is never sent. */
function signatureOf({ headers, path, text }: Vendor["requests"][number], secret: string): string {
  const [, scope = "", signed = ""] =
    /Credential=\w+\/(\S+), SignedHeaders=(\S+),/.exec(headers["authorization"] ?? "") ?? [];
  const canonical = [
    "POST",
    path.split("/").map(encodeURIComponent).join("/"),
    "",
    ...signed.split(";").map((name) => `${name}:${headers[name]}`),
    "",
    signed,
    hash(text),
  ].join("\n");
  const [day = "", ...rest] = scope.split("/");
  const key = rest.reduce<string | Buffer>((last, next) => hmac(last, next), hmac(`AWS4${secret}`, day));
  return hmac(key, ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash(canonical)].join("\n")).toString("hex");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function numbered(expiresInMs?: number): AwsCredentialProvider & { readonly asked: () => number } {
  let asked = 0;
  const provide = (): AwsCredentials => ({
    ...KEYS,
    accessKeyId: `AKID${++asked}`,
    ...(expiresInMs !== undefined && { expiration: new Date(Date.now() + expiresInMs) }),
  });
  return Object.assign(provide, { asked: () => asked });
}

describe("a signature", () => {
  test.each([MODEL, ARN])(
    "BR-01 is that which AWS describes, for the path, the headers and the body: %s",
    async (model) => {
      await using vendor = await startBedrock();

      await chainOf(vendor, KEYS, model).generate("Grüße 🌍");

      const [sent] = vendor.requests;
      if (sent === undefined) throw new Error("nothing was sent");
      const { headers } = sent;
      expect(headers["authorization"]).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=[\w;-]+, Signature=/,
      );
      expect(headers["authorization"]).toMatch(
        /SignedHeaders=(?=[\w;-]*\bhost\b)(?=[\w;-]*x-amz-date)(?=[\w;-]*x-amz-security-token)/,
      );
      expect(headers["authorization"]?.split("Signature=")[1]).toBe(signatureOf(sent, KEYS.secretAccessKey));
      expect(headers["x-amz-security-token"]).toBe(KEYS.sessionToken);
      expect(JSON.stringify(sent)).not.toContain(KEYS.secretAccessKey);
    },
  );

  test("BR-06 that is refused for this machine's clock is made once more by the vendor's, and so are later ones", async () => {
    await using vendor = await startBedrock();
    const aheadMs = 2 * HOUR;
    const date = new Date(Date.now() + aheadMs).toUTCString();
    const expired = {
      type: "status",
      status: 403,
      headers: { "x-amzn-errortype": "InvalidSignatureException:http://internal.amazon.com/coral/", date },
      body: {
        message: "Signature expired: 20261129T050331Z is now earlier than 20261129T065831Z (20261129T070331Z - 5 min.)",
      },
    } as const;
    vendor.script([{ fault: expired }]);
    const chain = chainOf(vendor, KEYS);

    const answer = await chain.generate("Hi");
    await chain.generate("Hi");

    const offsets = vendor.requests.map(({ headers }) => {
      const stamp = (headers["x-amz-date"] ?? "").replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
      return Math.round((Date.parse(stamp) - Date.now()) / 60_000) + 0;
    });
    expect(offsets).toEqual([0, 120, 120]);
    expect(answer.trace.attempts.map(({ class: failure, repair }) => [failure, repair])).toEqual([
      ["auth.invalid", undefined],
      [undefined, "with a new signature"],
    ]);
  });

  test("that is wrong for another reason is not made again", async () => {
    await using vendor = await startBedrock();
    const headers = { "x-amzn-errortype": "InvalidSignatureException" };
    const body = { message: "The request signature we calculated does not match the signature you provided." };
    vendor.script([{ fault: { type: "status", status: 403, headers, body } }]);

    const error: unknown = await chainOf(vendor, KEYS)
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    if (!isUnderstudyError(error)) throw error;
    expect(error.attempts).toMatchObject([{ class: "auth.invalid" }]);
    expect(vendor.requests).toHaveLength(1);
  });
});

describe("credentials of a function", () => {
  test("BR-02 are kept until they expire, and asked for once more where they are refused", async () => {
    await using vendor = await startBedrock();
    const chain = chainOf(vendor, numbered(HOUR));

    await chain.generate("Hi");
    await chain.generate("Hi");
    vendor.script([{ fault: { type: "error", error: "bad-key" } }]);
    await chain.generate("Hi");
    await chain.generate("Hi");

    expect(signersOf(vendor)).toEqual(["AKID1", "AKID1", "AKID1", "AKID2", "AKID2"]);
  });

  test.each([
    ["that say no end", undefined],
    ["that end within five minutes", 4 * 60_000],
    ["that have ended", -HOUR],
    ["whose end is no date", Number.NaN],
  ])("%s are asked for before each request", async (_what, expiresInMs) => {
    await using vendor = await startBedrock();
    const chain = chainOf(vendor, numbered(expiresInMs));

    await chain.generate("Hi");
    await chain.generate("Hi");

    expect(signersOf(vendor)).toEqual(["AKID1", "AKID2"]);
  });

  test("that are refused again are not asked for a third time, and the next tier is", async () => {
    await using vendor = await startBedrock();
    vendor.script([{ fault: { type: "error", error: "bad-key" } }, { fault: { type: "error", error: "bad-key" } }]);
    const credentials = numbered(HOUR);
    const chain = createChain([
      { name: "signed", target: bedrock(MODEL, { baseURL: vendor.url, region: "eu-central-1", credentials }) },
      { name: "key", target: bedrock(MODEL, { baseURL: vendor.url, apiKey: "k" }) },
    ]);

    const answer = await chain.generate("Hi");

    expect(answer.trace.attempts.map(({ class: failure }) => failure)).toEqual([
      "auth.invalid",
      "auth.invalid",
      undefined,
    ]);
    expect(credentials.asked()).toBe(2);
  });

  const secret = "secret words";
  const wrong: readonly (readonly [string, () => unknown])[] = [
    ["rejects", () => Promise.reject(new Error(secret))],
    [
      "throws",
      () => {
        throw new Error(secret);
      },
    ],
    ["returns nothing", () => undefined],
    ["returns null", () => null],
    ["returns a text", () => `AKID:${secret}`],
    ["returns half a pair", () => ({ accessKeyId: "AKID" })],
    ["returns an empty secret", () => ({ accessKeyId: "AKID", secretAccessKey: " " })],
    ["returns names in capitals", () => ({ AccessKeyId: "AKID", SecretAccessKey: secret })],
    ["returns a line break in an id", () => ({ ...KEYS, accessKeyId: "AKID\nX-Evil: 1" })],
    ["returns a line break in a token", () => ({ ...KEYS, sessionToken: "tok\r\nX-Evil: 1" })],
    ["returns letters that no header takes", () => ({ ...KEYS, sessionToken: "tök" })],
    [
      "returns what throws when it is read",
      () =>
        Object.defineProperty({}, "accessKeyId", {
          get: () => {
            throw new Error(secret);
          },
        }),
    ],
  ];

  test.each(wrong)("that %s send nothing, and what it said stays secret", async (_what, provide) => {
    await using vendor = await startBedrock();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong is the point
    const chain = chainOf(vendor, provide as AwsCredentialProvider);

    const error: unknown = await chain.generate("Hi").catch((thrown: unknown) => thrown);

    if (!isUnderstudyError(error)) throw error;
    expect(error.attempts).toMatchObject([{ class: "auth.invalid" }]);
    expect(error.attempts[0]?.explanation).toMatch(/^the function for `credentials` .+; nothing was sent$/);
    expect(JSON.stringify([error, error.attempts, error.message])).not.toContain(secret);
    expect(vendor.requests).toEqual([]);
  });

  test("are in no error, whichever of them signed the request that failed", async () => {
    await using vendor = await startBedrock();
    let asked = 0;
    const chain = chainOf(vendor, () => {
      asked += 1;
      return {
        accessKeyId: `AKIDNUMBER${asked}`,
        secretAccessKey: `secret-number-${asked}`,
        sessionToken: `token-number-${asked}`,
      };
    });
    const message = "secret-number-1 token-number-1 AKIDNUMBER1 secret-number-2 token-number-2 AKIDNUMBER2";
    const fault = {
      type: "status",
      status: 400,
      headers: { "x-amzn-errortype": "ValidationException" },
      body: { message },
    } as const;
    vendor.script([{ fault }, { fault }]);

    const errors = await Promise.all([1, 2].map(() => chain.generate("Hi").catch((thrown: unknown) => thrown)));

    expect(errors.every(isUnderstudyError)).toBe(true);
    const told = errors.map(
      (error) => JSON.stringify([error, isUnderstudyError(error) ? [error.attempts, error.cause] : ""]) + String(error),
    );
    for (const text of told) expect(text).not.toMatch(/secret-number|token-number/);
  });
});

describe("a key", () => {
  test("with blanks around it is sent without them, one with a line break inside is a problem", async () => {
    await using vendor = await startBedrock();

    await createChain([bedrock(MODEL, { baseURL: vendor.url, apiKey: " ABSKkey=\n" })]).generate("Hi");

    expect(vendor.requests[0]?.headers["authorization"]).toBe("Bearer ABSKkey=");
    expect(bedrock(MODEL, { region: "us-east-1", apiKey: "ABSK\nkey" }).problems).toHaveLength(1);
  });
});
