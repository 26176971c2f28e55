import { describe, expect, test } from "vitest";
import { isHost } from "./vendor-host.ts";

const HOSTS = ["api.acme.test", "*.api.acme.test", "*-models.acme.test"];

describe("isHost", () => {
  test.each([
    "https://api.acme.test",
    "https://API.Acme.Test:8443/v1",
    "https://eu.api.acme.test/v1",
    "https://us-east-models.acme.test",
  ])("finds %s among a vendor's hosts", (url) => {
    expect(isHost(url, HOSTS)).toBe(true);
  });

  test.each([
    "https://other.test",
    "https://api.acme.test.other.test",
    "https://other.test/api.acme.test",
    "https://other.test#@api.acme.test",
    "https://api.acme.test@other.test",
    "https://evilapi.acme.test",
    "https://models.acme.test",
    "http://127.0.0.1",
    "no url",
  ])("does not find %s", (url) => {
    expect(isHost(url, HOSTS)).toBe(false);
  });
});
