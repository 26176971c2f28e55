import { describe, expect, test } from "vitest";
import type { FailureClass } from "../../model/failure.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { CarriedFailure, isNetworkError, networkFailure } from "./network-failure.ts";

function failed(cause: unknown): Error {
  return new Error("Connection error.", { cause: new TypeError("fetch failed", { cause }) });
}

function withCode(code: string): Error {
  return Object.assign(new Error("low level"), { code });
}

describe("networkFailure", () => {
  test.each<[string, FailureClass]>([
    ["ENOTFOUND", "network.dns"],
    ["EAI_AGAIN", "network.dns"],
    ["ECONNREFUSED", "network.refused"],
    ["EHOSTUNREACH", "network.refused"],
    ["UND_ERR_CONNECT_TIMEOUT", "network.connect-timeout"],
    ["ETIMEDOUT", "network.connect-timeout"],
    ["CERT_HAS_EXPIRED", "network.tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "network.tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "network.tls"],
    ["ECONNRESET", "network.reset"],
    ["UND_ERR_SOCKET", "network.reset"],
    ["ERR_HTTP2_STREAM_ERROR", "network.protocol"],
    ["UND_ERR_HEADERS_TIMEOUT", "timeout.first-content"],
    ["EMFILE", "local.resource"],
    ["ENOMEM", "local.resource"],
  ])("finds %s down the chain of causes: %s", (code, expected) => {
    const failure = networkFailure(failed(withCode(code)), "headers");

    expect(failure.class).toBe(expected);
    expect(failure.details).toMatchObject({ vendorCode: code, beforeResponse: true });
  });

  test.each(["HPE_INVALID_CONSTANT", "HPE_HEADER_OVERFLOW", "UND_ERR_HEADERS_OVERFLOW"])(
    "R2.4 %s is about bytes of a response: they came",
    (code) => {
      const failure = networkFailure(failed(withCode(code)), "headers");

      expect(failure.class).toBe("network.protocol");
      expect(failure.details).toMatchObject({ vendorCode: code, beforeResponse: false });
    },
  );

  test("finds the parser's error by its name where it has no code", () => {
    const parser = Object.assign(new Error("Response does not match: HPE_INVALID_CONSTANT"), {
      name: "HTTPParserError",
    });

    expect(networkFailure(failed(parser), "headers").class).toBe("network.protocol");
  });

  test.each<[string, FailureClass]>([
    [
      "for url (http://127.0.0.1:2/): client error (Connect): tcp connect error: Connection refused (os error 111)",
      "network.refused",
    ],
    ["for url (https://vendor.invalid/): client error (Connect): dns error: failed to lookup address", "network.dns"],
    ["for url (https://127.0.0.1/): client error (Connect): invalid peer certificate: UnknownIssuer", "network.tls"],
    [
      "for url (https://127.0.0.1/): client error (Connect): received corrupt message of type InvalidContentType",
      "network.tls",
    ],
    [
      "from 127.0.0.1:3 for http://a/ (127.0.0.1:4): client error (SendRequest): invalid HTTP version parsed",
      "network.protocol",
    ],
    ["for url (http://a/): client error (SendRequest): connection closed before message completed", "network.reset"],
    ["from 127.0.0.1:3 for http://a/: client error (SendRequest): message head is too large", "network.protocol"],
    // Only behind the words that the runtime has for it.
    ["for url (http://a/dns error: invalid HTTP)", "network.reset"],
  ])("reads the words of a runtime that gives no code: error sending request %s", (words, expected) => {
    expect(networkFailure(failed(new Error(`error sending request ${words}`)), "headers").class).toBe(expected);
  });

  test("takes the first of several addresses that failed", () => {
    const several = new AggregateError([withCode("ECONNREFUSED"), withCode("ENETUNREACH")]);

    expect(networkFailure(failed(several), "headers").class).toBe("network.refused");
  });

  test("CL-14 takes whatever else a fetch of ours throws for a broken connection", () => {
    const unknown = [new TypeError("terminated"), new Error("error sending request"), "text", undefined, { cause: {} }];

    for (const error of unknown) {
      expect(networkFailure(error, "headers").class).toBe("network.reset");
      expect(networkFailure(error, "body").class).toBe("stream.reset");
    }
  });

  test.each<[string, FailureClass]>([
    ["ECONNRESET", "stream.reset"],
    ["UND_ERR_SOCKET", "stream.reset"],
    ["UND_ERR_BODY_TIMEOUT", "timeout.liveness"],
    ["Z_BUF_ERROR", "stream.truncated"],
    ["HPE_INVALID_CHUNK_SIZE", "network.protocol"],
  ])("calls %s in the middle of a body %s", (code, expected) => {
    expect(networkFailure(new TypeError("terminated", { cause: withCode(code) }), "body").class).toBe(expected);
  });

  test("hands a failure that was carried through an SDK on as it is", () => {
    const inner = new TargetFailure("network.connect-timeout");

    expect(networkFailure(new Error("wrapped", { cause: new CarriedFailure(inner) }), "headers")).toBe(inner);
  });

  test.each<[string, string | undefined, number]>([
    ["Proxy response (407) !== 200 when HTTP Tunneling", "UND_ERR_ABORTED", 407],
    ["Proxy response (503) !== 200 when HTTP Tunneling", "UND_ERR_ABORTED", 503],
    [
      "Failed to establish tunnel to api.test:443 via http://user:pass@proxy.test:3128: HTTP/1.1 407 Proxy Authentication Required",
      "ERR_PROXY_TUNNEL",
      407,
    ],
    ["tunneling socket could not be established, statusCode=403", "ECONNRESET", 403],
    ["Bad response: 407", undefined, 407],
  ])("takes a proxy's refusal for what it is, and says so without its address: %s", (message, code, status) => {
    const failure = networkFailure(failed(Object.assign(new Error(message), { code })), "headers");

    expect(failure.class).toBe("network.proxy");
    expect(failure.details).toMatchObject({
      status,
      vendorMessage: `The proxy refused the tunnel with status ${status}.`,
      beforeResponse: true,
    });
    expect(JSON.stringify(failure.details)).not.toContain("pass");
  });

  test("does not take an abort of other making for a proxy's", () => {
    const abort = Object.assign(new Error("Request aborted"), { code: "UND_ERR_ABORTED" });

    expect(networkFailure(failed(abort), "headers").class).toBe("network.reset");
  });

  test("tells the network's failures from mistakes in code", () => {
    expect(isNetworkError(failed(withCode("ECONNRESET")))).toBe(true);
    expect(isNetworkError(new TypeError("terminated"))).toBe(true);
    expect(isNetworkError(new TypeError("Cannot read properties of undefined"))).toBe(false);
    expect(isNetworkError(new Error("Could not resolve authentication method"))).toBe(false);
  });

  test("ends on causes that go in circles", () => {
    const error = new Error("a");
    error.cause = error;

    expect(networkFailure(error, "headers").class).toBe("network.reset");
  });
});
