import { describe, expect, test } from "vitest";
import { checkTargetOptions } from "../options/target-options.ts";
import { pathHint } from "./path-hint.ts";

function check(baseURL: string | undefined, defaultBaseURL: string) {
  const rules = { vendor: "v", model: "m", defaultBaseURL, keyVariables: [] };
  return checkTargetOptions({ baseURL, apiKey: "k" }, rules);
}

describe("a path that is not found", () => {
  test.each([
    ["https://proxy.test/v1", "/v1/messages", "`baseURL` goes without its `/v1`, which is added"],
    ["https://proxy.test/a/v1/", "/v1/messages?beta=true", "`baseURL` goes without its `/v1`, which is added"],
    ["https://proxy.test", "/v1/messages", undefined],
    ["https://v1", "/v1/messages", undefined],
    ["https://proxy.test/v1/account/gateway", "/v1/messages", undefined],
    ["https://proxy.test/v1", "/v10/messages", undefined],
  ])("behind a base URL whose version is added: %s + %s", (baseURL, path, expected) => {
    expect(pathHint(check(baseURL, "https://api.test"), path)).toBe(expected);
  });

  test.each([
    [
      "https://proxy.test/v1/messages",
      "/v1/messages?beta=true",
      "`baseURL` goes without its `/v1/messages`, which is added",
    ],
    ["https://proxy.test/v1/responses", "/responses", "`baseURL` goes without its `/responses`, which is added"],
    [
      "https://proxy.test/chat/completions/",
      "/chat/completions",
      "`baseURL` goes without its `/chat/completions`, which is added",
    ],
    [
      "https://proxy.test/v1beta/models",
      "/models/m:generateContent",
      "`baseURL` goes without its `/models`, which is added",
    ],
    ["https://proxy.test/mychat", "/chat/completions", undefined],
    ["https://chat", "/chat/completions", undefined],
    ["https://proxy.test/v1/v1", "/responses", "`baseURL` ends in `/v1` twice"],
  ])("behind a base URL that holds the path already: %s + %s", (baseURL, path, expected) => {
    expect(pathHint(check(baseURL, "https://api.test"), path)).toBe(expected);
  });

  test.each([
    ["https://proxy.test", "`baseURL` may have to end in `/v1`"],
    ["https://proxy.test/openai/", "`baseURL` may have to end in `/v1`"],
    ["https://proxy.test/v1", undefined],
    ["https://proxy.test/v1beta/openai", undefined],
    [undefined, undefined],
  ])("behind a base URL that has to bring its version: %s", (baseURL, expected) => {
    expect(pathHint(check(baseURL, "https://api.test/v1"), "/responses")).toBe(expected);
  });
});

test.each([
  ["https://api.test", ['v("m"): `baseURL` has to end in `/v1` at this host']],
  ["https://api.test/v1", []],
  ["https://api.test/v2", []],
  ["https://eu.api.test", []],
])("the vendor's own host without its version is a problem before anything is sent: %s", (baseURL, expected) => {
  const problems = check(baseURL, "https://api.test/v1").problems.map(({ message }) => message);

  expect(problems).toEqual(expected);
});
