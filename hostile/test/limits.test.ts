import { createChain, isUnderstudyError, type Target } from "@understudy/core";
import type { TargetOptions } from "@understudy/core/adapter";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { KI, MI } from "../src/json.ts";
import { anthropicWire } from "../src/wires/anthropic.ts";
import { bedrockWire } from "../src/wires/bedrock.ts";
import { chatWire, deepseekWire, mistralWire } from "../src/wires/chat.ts";
import { geminiWire } from "../src/wires/gemini.ts";
import { encodingOf } from "../src/wires/wire.ts";
import { responsesWire, xaiWire } from "../src/wires/responses.ts";

const WIRES = [anthropicWire, responsesWire, xaiWire, chatWire, deepseekWire, mistralWire, geminiWire, bedrockWire];

/** What comes of a body: its text, or the class of its failure. */
async function answerTo(
  body: string,
  targetAt: (baseURL: string) => Target,
  encoding: "latin1" | "utf8" = "utf8",
): Promise<string | undefined> {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end(body, encoding);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  const chain = createChain([targetAt(`http://127.0.0.1:${port}`)]);
  const outcome = await chain.generate("Go.").then(
    ({ text }) => text,
    (error: unknown) => (isUnderstudyError(error) ? error.attempts[0]?.class : undefined),
  );
  server.closeAllConnections();
  server.close();
  expect(requests).toBe(1);
  return outcome;
}

test.each(WIRES)("$name refuses an answer in one piece above its own limit", async (wire) => {
  const body = wire.says("whole", "x".repeat(4 * KI));

  expect(await answerTo(body, (url) => wire.target(url, "whole", { maxEventChars: 4 * KI }))).toBe("stream.oversized");
  expect(await answerTo(body, (url) => wire.target(url, "whole", { maxEventChars: 8 * KI }))).toBe("x".repeat(4 * KI));
});

test.each(WIRES)("$name refuses a stream above its own limit, whatever its events", async (wire) => {
  const body = wire.says("streamed", "x".repeat(32 * KI));
  const answer = (limits: TargetOptions["limits"]): Promise<string | undefined> =>
    answerTo(body, (url) => wire.target(url, "streamed", limits), encodingOf(wire, "streamed"));

  expect(await answer({ maxBytes: 32 * KI })).toBe("stream.oversized");
  expect(await answer({ maxEventChars: 64 * KI })).toBe("x".repeat(32 * KI));
});

test("takes more than usual where that is asked for", async () => {
  const body = chatWire.whole(`,"x":"${"x".repeat(17 * MI)}"`);

  expect(await answerTo(body, (url) => chatWire.target(url, "whole", { maxEventChars: 18 * MI }))).toBe("fine");
});
