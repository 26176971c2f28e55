import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createChain, isUnderstudyError, type AttemptRecord } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { bedrock } from "./index.ts";

const NAME = "x-amzn-errortype";

/** The only attempt at a server that answers so. */
async function attemptAt(answer: RequestListener): Promise<AttemptRecord | undefined> {
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens
  const { port } = server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}`;
  const chain = createChain([bedrock("us.amazon.nova-2-lite-v1:0", { baseURL, apiKey: "k" })], {
    policy: () => "stop",
  });
  try {
    await chain.generate("Hi");
    throw new Error("answered");
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    return error.attempts[0];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a refusal", () => {
  test.each([
    ["ThrottlingException:http://internal.amazon.com/coral/", '{"message":"Too many tokens, wait."}', "rate.tokens"],
    ["com.amazon.coral#ThrottlingException", "", "rate.unknown"],
    ["ServiceUnavailableException", "null", "server.overloaded"],
    ["ServiceUnavailableException", "Try again.", "server.overloaded"],
    ["AccessDeniedException", '{"Message":"User is not authorized."}', "auth.forbidden"],
  ])("named %s in its header is one with status 200 too, whatever its body (%s)", async (name, body, expected) => {
    const statuses = await Promise.all(
      [200, 503].map((status) =>
        attemptAt((_, response) => {
          response.writeHead(status, { [NAME]: name, "content-type": "application/json" });
          response.end(body);
        }),
      ),
    );

    expect(statuses.map((attempt) => attempt?.class)).toEqual([expected, expected]);
  });

  test("with status 200 that never ends is read no further than a refusal is long, and let go", async () => {
    let isClosed: Promise<unknown> | undefined;
    const attempt = await attemptAt((_, response) => {
      response.writeHead(200, { [NAME]: "ThrottlingException", "content-type": "application/json" });
      isClosed = new Promise((resolve) => response.once("close", resolve));
      const write = (): void => {
        if (!response.destroyed) response.write("x".repeat(16 * 1024), () => setImmediate(write));
      };
      write();
    });

    expect(attempt?.class).toBe("rate.unknown");
    await isClosed;
  });
});

test("JSON of AWS's own type is an answer in one piece, not frames", async () => {
  const attempt = await attemptAt((_, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end('{"Message":"No."}');
  });

  expect(attempt?.class).toBe("gateway.not-a-stream");
});
