/* oxlint-disable no-console -- what is printed is what is tested */
import { expect, test, vi } from "vitest";
import { startDeepSeek } from "../simulators/deepseek/wire.ts";
import { same, witnessed } from "./witness.ts";

async function messageOf(run: Parameters<typeof witnessed>[1]): Promise<string> {
  const error: unknown = await witnessed("the sky is blue", run).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message : "it did not fail";
}

test("a failure of the kit says the rule, what was sent, what was answered and what was read", async () => {
  const message = await messageOf(async (witness) => {
    await using vendor = await startDeepSeek();
    witness.watch(vendor);
    await fetch(`${vendor.url}/nowhere`, { method: "POST", body: '{"hello":"there"}' }).then((reply) => reply.text());
    witness.read({ text: "red" });
    same("red", "blue", "text");
  });

  expect(message).toContain("The rule: the sky is blue\nbroken: text is 'red' instead of 'blue'\n");
  expect(message).toContain('sent: POST /nowhere {"hello":"there"}\nanswered: 404 ');
  expect(message).toContain("read: { text: 'red' }");
});

test("a failure of the kit shows the beginning of what is long", async () => {
  const message = await messageOf((witness) => {
    for (const text of ["sky", "x".repeat(5_000)]) witness.read([text, text.repeat(1), ...Array.from(text)]);
    throw new Error("it is red");
  });

  expect(message).toContain("The rule: the sky is blue\nbroken: it is red\nread: ");
  expect(message.length).toBeLessThan(5_000);
});

test("a failure of the kit says it where nothing was sent", async () => {
  const message = await messageOf(async (witness) => {
    await using vendor = await startDeepSeek();
    witness.watch(vendor);
    throw new Error("it is red");
  });

  expect(message).toBe("The rule: the sky is blue\nbroken: it is red\nsent: nothing");
});

test("what is printed fails a case that passes", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const message = await messageOf(() => Promise.resolve(console.log("left in")));
  log.mockRestore();

  expect(message).toContain("An adapter never prints, and this was printed: left in");
});
