import { createServer } from "node:net";
import { afterAll, expect, test } from "vitest";
import { startAnthropic } from "../simulators/anthropic/wire.ts";
import { startOpenAIChat } from "../simulators/openai-chat/wire.ts";
import { startServer } from "../simulators/server.ts";
import type { Vendor } from "../simulators/vendor.ts";

const vendor: Vendor = await startAnthropic();
afterAll(() => vendor.close());
/** As plain JavaScript may call it. */
const call = (on: Vendor, method: "script" | "answer" | "dropIdle" | "arrived", value: unknown): unknown =>
  Reflect.apply(on[method], on, [value]);
const script = (steps: unknown) => (): unknown => call(vendor, "script", steps);
const answer = (given: unknown) => (): unknown => call(vendor, "answer", given);
const faulty = (fault: unknown) => script([{}, { fault }]);

test.each<readonly [string, () => unknown, string]>([
  ["no script", script(undefined), "it must be an array of steps, such as [{ fault: … }, { answer: … }]"],
  ["a step that stands alone", script({ fault: { type: "hang" } }), "it must be an array of steps"],
  [
    "a fault that is not in a step",
    script([{ type: "status", status: 503 }]),
    'script[0] is a fault, which goes into a step: { fault: { type: "status", … } }',
  ],
  ["an answer that is not in a step", script([{ text: "Hi" }]), "script[0] is an answer, which goes into a step"],
  ["a text as a step", script(["Hi"]), "script[0] must be a step, such as { answer: { text: … } }"],
  ["a misspelt step", script([{ fualt: {} }]), "script[0] has an unknown field `fualt` (did you mean `fault`?)"],
  ["a fault that is a word", faulty("hang"), "script[1].fault must be a fault, such as"],
  ["a fault without a type", faulty({}), "script[1].fault.type must be the type of a fault"],
  ["a misspelt fault", faulty({ type: "hagn" }), "must be the type of a fault (did you mean `hang`?)"],
  ["a misspelt failure", faulty({ type: "error", error: "overload" }), "or 'timeout' (did you mean `overloaded`?)"],
  ["a failure in capitals", faulty({ type: "error", error: "Rate_Limited" }), "(did you mean `rate-limited`?)"],
  [
    "a cut without a place",
    faulty({ type: "cut", how: "reset" }),
    "script[1].fault.at must be headers, preamble, { deltas: n }",
  ],
  ["a cut without an end", faulty({ type: "cut", at: "content" }), "script[1].fault.how must be 'clean' or 'close'"],
  ["a misspelt place", faulty({ type: "silence", at: "header" }), "(did you mean `headers`?)"],
  ["a place before the first delta", faulty({ type: "silence", at: { deltas: 0 } }), "script[1].fault.at must be"],
  [
    "a redirect to nowhere",
    faulty({ type: "redirect" }),
    "script[1].fault.location must be a string that is not empty",
  ],
  ["a status that HTTP cannot write", faulty({ type: "status", status: 1_000 }), "a whole number from 0 to 999"],
  ["a status in words", faulty({ type: "status", status: "503" }), "a whole number from 0 to 999"],
  [
    "a length without a number",
    faulty({ type: "content-length" }),
    "script[1].fault.missing must be a number of bytes, or half",
  ],
  ["a field of another fault", faulty({ type: "hang", ms: 5 }), "script[1].fault has an unknown field `ms`"],
  [
    "a wrong fault behind a delay",
    faulty({ type: "delay", ms: 1, next: { type: "cut" } }),
    "script[1].fault.next.at must be",
  ],
  ["a wrong answer in a step", script([{ answer: { txt: "Hi" } }]), "script[0].answer has an unknown field `txt`"],
  ["a text as an answer", answer("Hello"), "The answer cannot be given: it must be an answer, such as { text:"],
  ["no answer", answer(undefined), "it must be an answer"],
  ["a promised answer", answer(Promise.resolve({ text: "Hi" })), "or a function that returns one at once"],
  [
    "an answer in another library's words",
    answer({ content: "Hi" }),
    "it has an unknown field `content`: known are text",
  ],
  ["a number as text", answer({ text: 5 }), "it.text must be a string or an array of strings"],
  ["OpenAI's word for arguments", answer({ toolCalls: [{ name: "a", arguments: "{}" }] }), "(did you mean `input`?)"],
  ["a call without a name", answer({ toolCalls: [{}] }), "it.toolCalls[0].name must be a string that is not empty"],
  ["a misspelt finish", answer({ finish: "lenght" }), "(did you mean `length`?)"],
  ["a misspelt count", answer({ usage: { inputToken: 5 } }), "(did you mean `inputTokens`?)"],
  ["half a token", answer({ usage: { outputTokens: 0.5 } }), "it.usage.outputTokens must be a whole number"],
  ["a source without an address", answer({ citations: [{ title: "a" }] }), "it.citations[0].url must be a string"],
])("A script or answer is refused when it is written, with the place and the fix: %s", (_name, run, problem) => {
  expect(run).toThrow(problem);
});

test.each<readonly [string, () => Promise<unknown>, string]>([
  ["a misspelt option", () => Reflect.apply(startAnthropic, undefined, [{ prot: 1 }]), "`prot` (did you mean `port`?)"],
  [
    "a port in words",
    () => Reflect.apply(startAnthropic, undefined, [{ port: "80" }]),
    "port must be a port from 0 to 65535",
  ],
  ["a port out of range", () => startAnthropic({ port: 65_536 }), "port must be a port from 0 to 65535"],
  [
    "one model as text",
    () => Reflect.apply(startAnthropic, undefined, [{ models: "a" }]),
    "models must be an array of strings",
  ],
  ["options that are none", () => Reflect.apply(startAnthropic, undefined, [8080]), "the options must be an object"],
  [
    "options that are none of a server of Chat Completions",
    () => Reflect.apply(startOpenAIChat, undefined, [true]),
    "the options must be an object",
  ],
  [
    "a misspelt option of a compatible server",
    () => Reflect.apply(startOpenAIChat, undefined, [{ compatible: { refusedField: [] } }]),
    "compatible has an unknown field `refusedField` (did you mean `refusedFields`?)",
  ],
  [
    "a wire that lacks something",
    () => Reflect.apply(startServer, undefined, [{ name: "mine" }]),
    "wire.admit must be a function",
  ],
])("A simulator does not start with %s", async (_name, start, problem) => {
  await expect(start()).rejects.toThrow(problem);
});

test("A simulator listens on the port that it is given, and says so when it is taken", async () => {
  const free = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
  await using fixed = await startAnthropic({ port: free });

  expect(fixed.url).toBe(`http://127.0.0.1:${free}`);
  await expect(startAnthropic({ port: free })).rejects.toThrow("EADDRINUSE");
});

test("Steps that no request has used are visible, and fail the test that asks whether all were played", async () => {
  await using simulator = await startAnthropic();
  const ask = (): Promise<Response> => fetch(`${simulator.url}/v1/messages`, { method: "POST", body: "{}" });
  const steps = [{ fault: { type: "status", status: 503 } }, { answer: { text: "Hi" } }] as const;
  simulator.script(steps);
  await ask();

  expect(simulator.unused).toEqual([steps[1]]);
  expect(() => simulator.expectDone()).toThrow(
    "The simulator of anthropic did not play what was written: 1 of its 2 steps was not used.",
  );
  await ask();
  await ask();
  expect(simulator.unused).toEqual([]);
  expect(() => simulator.expectDone()).not.toThrow();
});

test("What an answer's function returns is checked too, and is not lost behind a failover", async () => {
  await using simulator = await startOpenAIChat();
  const body = JSON.stringify({ model: "gpt-5-mini", messages: [{ role: "user", content: "Hi" }] });
  const headers = { authorization: "Bearer any", "content-type": "application/json" };
  call(simulator, "answer", () => "Hi");
  const response = await fetch(`${simulator.url}/chat/completions`, { method: "POST", headers, body });

  expect(response.status).toBe(599);
  expect(() => simulator.expectDone()).toThrow("the answer to request 0 failed: Error: The answer cannot be given");
});

test("Words for dead connections and places of requests are checked", () => {
  expect(() => call(vendor, "dropIdle", "rest")).toThrow("(did you mean `reset`?)");
  expect(() => call(vendor, "arrived", "0")).toThrow("the index of a request must be 0 or more");
});
