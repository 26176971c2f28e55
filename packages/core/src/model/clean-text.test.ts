import { describe, expect, test } from "vitest";
import { cleanId, cleanLine, cleanModel } from "./clean-text.ts";

describe("cleanId", () => {
  test.each(["req_011C", "messages[0].content", "a/b:c@d+e-f", "deployment_not_found", "x".repeat(64)])(
    "keeps %s",
    (id) => {
      expect(cleanId(id)).toBe(id);
    },
  );

  test.each([
    "",
    "two words",
    "a\nb",
    "\u00e9",
    "a,b",
    "x".repeat(65),
    "sk-proj-abcdefgh",
    "AIzaSyA1",
    "key-1a2b3c4d5e",
    {},
    null,
    undefined,
  ])("drops %j", (value) => {
    expect(cleanId(value)).toBeUndefined();
  });

  test("makes a text of a number", () => {
    expect(cleanId(429)).toBe("429");
  });

  test("drops what holds a secret, and takes very short secrets for none", () => {
    expect(cleanId("id-tenant-4711", ["tenant-4711"])).toBeUndefined();
    expect(cleanId("a_code", ["", "a_c"])).toBe("a_code");
  });
});

describe("cleanModel", () => {
  test("keeps the longer names of clouds", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.vendor.model-5-20260101-v1:0";

    expect(cleanModel(arn)).toBe(arn);
    expect(cleanModel("m".repeat(129))).toBeUndefined();
  });
});

describe("cleanLine", () => {
  test("keeps words on one line, and cuts them", () => {
    expect(cleanLine("tools[0] schema\nkeyword")).toBe("tools[0] schema\\u000akeyword");
    expect(cleanLine("x".repeat(300))).toHaveLength(200);
  });
});
