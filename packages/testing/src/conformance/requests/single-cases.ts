import assert from "node:assert/strict";
import { createChain, type Request, type Target } from "@understudy/core";
import type { Vendor } from "../../simulators/vendor.ts";
import type { AdapterUnderTest } from "../adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT } from "../answer.ts";
import type { RequestCaseId } from "../cases/case-id.ts";
import { backupTarget } from "../backup.ts";
import { API_KEY, type Form } from "../run-case.ts";
import { same, type Witness } from "../witness.ts";
import { elementsWith, holds, holdsText, ownTexts, textsIn } from "./arrived.ts";
import { accessOf, ask, targetOf } from "./ask.ts";
import { foreignHistory, HELLO, LOOKUP } from "./canaries.ts";

interface SingleRequestCase {
  readonly id: RequestCaseId;
  readonly name: string;
  /** In a sentence, for its failures. */
  readonly rule: string;
  readonly run: (adapter: AdapterUnderTest, form: Form, witness: Witness) => Promise<void>;
}

/** What of a request is no word or number that could be looked for. */
export const SINGLE_REQUEST_CASES: readonly SingleRequestCase[] = [
  {
    id: "request.model",
    name: "names its model and carries the key, outside of the body",
    rule: "the model's id and the key arrive, and the key is not in the body",
    run: async (adapter, form, witness) => {
      const { arrived, target } = await sent(adapter, form, witness, { messages: [HELLO] });
      assert.ok(holds(arrived, target.model), `the model ${target.model} is not in what arrived`);
      const { headers, path, text } = arrived;
      const places = [decodeURIComponent(path), ...Object.values(headers)];
      assert.ok(
        places.some((place) => place.includes(API_KEY)),
        "the key is neither in a header nor in the URL",
      );
      assert.ok(!text.includes(API_KEY), "the key is in the body");
    },
  },
  {
    id: "request.roles",
    name: "keeps users, answers and results apart",
    rule: "a text arrives as a user's, a model's or a tool's, as it is in the request",
    run: async (adapter, form, witness) => {
      const request = { messages: foreignHistory(false), tools: [LOOKUP] };
      const { arrived } = await sent(adapter, form, witness, request);
      const texts = ["last question canary", "after the calls canary", "other result canary"];
      // A wire that has no list of turns writes them in another way.
      const turns = elementsWith(arrived.body, texts) ?? [];
      const shapes = turns.map((turn, index) => JSON.stringify(turn).replace(texts[index] ?? "", "text"));
      same(new Set(shapes).size, shapes.length, "the number of kinds that user, answer and result arrive as");
      const [user, answer] = turns.map((turn, index) => ownTexts(turn).filter((text) => text !== texts[index]));
      const isTold = user === undefined || user.length === 0 || user.join() !== answer?.join();
      assert.ok(isTold, `the user's turn and the answer both arrive as ${user?.join()}`);
    },
  },
  {
    id: "history.call-ids",
    name: "connects every result with its call",
    rule: "a result arrives with the id of its call, whatever id it had, and with no other call's",
    run: async (adapter, form, witness) => {
      const request = { messages: foreignHistory(false), tools: [LOOKUP] };
      const { arrived } = await sent(adapter, form, witness, request);
      const shared = sharedTexts(arrived.body);
      assert.ok(shared !== undefined, "calls and results do not arrive as elements of lists");
      for (const [index, texts] of shared.entries()) {
        assert.ok(texts.length > 0, `call ${index + 1} and its result share nothing that other calls do not have`);
      }
    },
  },
  {
    id: "history.id-rule",
    name: "has ids of calls that its own rule takes",
    rule: "`capabilities.toolCallId` takes the ids of the vendor's own calls, and those that arrive in place of others",
    run: idRule,
  },
  {
    id: "history.own-reasoning",
    name: "brings back what the target answered: reasoning, text and call",
    rule: "an answer of the target goes back to it whole, so that the vendor takes it; what cannot go back is reported",
    run: ownReasoning,
  },
  {
    id: "request.headers",
    name: "carries the target's own headers",
    rule: "the option `headers` arrives with every request; `makeTarget` of the kit has to hand over its whole setup",
    run: async (adapter, form, witness) => {
      await using vendor = await start(adapter, witness);
      const headers = { "x-header-canary": "header value" };
      const target = adapter.makeTarget({ ...accessOf(vendor, form), headers });
      const { arrived } = await ask(vendor, target, form, { messages: [HELLO] }, { witness, isRefusedToo: false });
      same(arrived?.headers["x-header-canary"], "header value", "the header x-header-canary");
    },
  },
  {
    id: "request.fetch",
    name: "goes through the target's own fetch",
    rule: "the option `fetch` carries every request; `makeTarget` of the kit has to hand over its whole setup",
    run: async (adapter, form, witness) => {
      await using vendor = await start(adapter, witness);
      let fetched = 0;
      const fetch: typeof globalThis.fetch = (input, init) => {
        fetched += 1;
        return globalThis.fetch(input, init);
      };
      const target = adapter.makeTarget({ ...accessOf(vendor, form), fetch });
      await ask(vendor, target, form, { messages: [HELLO] }, { witness, isRefusedToo: false });
      same(fetched, 1, "the number of calls of the own fetch");
    },
  },
  {
    id: "request.request-id",
    name: "is known by the vendor's own id",
    rule: "the vendor's request id, where a header has one, is in the trace of an answer and of a failure",
    run: requestId,
  },
  {
    id: "request.frozen",
    name: "is not changed by being sent",
    rule: "an adapter changes nothing of the request that it is given: other targets get the same",
    run: async (adapter, form, witness) => {
      await using vendor = await start(adapter, witness);
      const target = targetOf(adapter, vendor, form);
      const stream: Target["stream"] = (request, context) => target.stream(deepFreeze(request), context);
      const frozen: Target = { ...target, plan: (request) => target.plan(deepFreeze(request)), stream };
      const request = { system: "S", messages: foreignHistory(true), tools: [LOOKUP], stop: ["STOP_ONE"] };
      const { arrived } = await ask(vendor, frozen, form, request, { witness, isRefusedToo: false });
      assert.ok(arrived !== undefined, "nothing arrived of a frozen request");
    },
  },
];

async function start(adapter: AdapterUnderTest, witness: Witness): Promise<Vendor> {
  const vendor = await adapter.startVendor();
  witness.watch(vendor);
  vendor.answer(ANSWER);
  return vendor;
}

async function sent(adapter: AdapterUnderTest, form: Form, witness: Witness, request: Request) {
  await using vendor = await start(adapter, witness);
  const target = targetOf(adapter, vendor, form);
  const { arrived } = await ask(vendor, target, form, request, { witness, isRefusedToo: false });
  assert.ok(arrived !== undefined, "nothing arrived");
  return { arrived, target };
}

/** Of each call of the foreign history: the texts that only it and its result have, among them its id. */
function sharedTexts(body: unknown): readonly (readonly string[])[] | undefined {
  const calls = elementsWith(body, ["enum_canary", "cage two canary"]);
  const results = elementsWith(body, ["first part canary", "other result canary"]);
  if (calls === undefined || results === undefined) return undefined;
  return calls.map((call, index) => {
    const others = [calls, results].flatMap((list) => textsIn(list.toSpliced(index, 1)));
    return textsIn(call).filter((text) => textsIn(results[index]).includes(text) && !others.includes(text));
  });
}

async function idRule(adapter: AdapterUnderTest, form: Form, witness: Witness): Promise<void> {
  await using vendor = await start(adapter, witness);
  const target = targetOf(adapter, vendor, form);
  const { pattern, maxLength } = target.capabilities.toolCallId;
  const isLegal = (id: string): boolean => id.length <= maxLength && pattern.test(id);
  vendor.answer({ toolCalls: [{ name: "lookup_canary", input: { cage_field: "own cage", depth_field: "other" } }] });
  const { toolCalls } = witness.read(await createChain([target]).generate({ messages: [HELLO], tools: [LOOKUP] }));
  same(toolCalls.length, 1, "the number of calls in the answer");
  for (const { toolCallId } of toolCalls) {
    assert.ok(isLegal(toolCallId), `the rule refuses ${toolCallId}, the id of a call that the target itself made`);
  }
  vendor.answer(ANSWER);
  const request = { messages: foreignHistory(false), tools: [LOOKUP] };
  const { arrived } = await ask(vendor, target, form, request, { witness, isRefusedToo: false });
  for (const texts of sharedTexts(arrived?.body) ?? []) {
    // What connects calls and results in another way is looked for by another case.
    assert.ok(texts.length === 0 || texts.some(isLegal), `the rule refuses ${texts.join()}, which arrived as the id`);
  }
}

async function ownReasoning(adapter: AdapterUnderTest, form: Form, witness: Witness): Promise<void> {
  await using vendor = await start(adapter, witness);
  const call = { name: "lookup_canary", input: { cage_field: "own cage", depth_field: "other" } };
  vendor.script([
    { answer: { reasoning: "own thought canary", text: "own text canary", toolCalls: [call] } },
    { answer: ANSWER },
  ]);
  const chain = createChain([targetOf(adapter, vendor, form)]);
  const reasoning = { effort: "high" } as const;
  const first = witness.read(await chain.generate({ messages: [HELLO], tools: [LOOKUP], reasoning }));
  const results = first.toolCalls.map(({ toolCallId }) => ({
    type: "tool-result" as const,
    toolCallId,
    content: "own result canary",
  }));
  const second = witness.read(
    await chain.generate({
      messages: [HELLO, first.message, { role: "tool", content: results }],
      tools: [LOOKUP],
      reasoning,
    }),
  );
  same(second.text, ANSWER_TEXT, "the text of the second answer");
  const arrived = vendor.requests.at(-1);
  const body = arrived?.body;
  for (const text of ["own text canary", "own cage", "own result canary"]) {
    assert.ok(holdsText(body, text), `${text} did not arrive`);
  }
  const thoughts = first.message.content;
  const parts = typeof thoughts === "string" ? [] : thoughts.filter((part) => part.type === "reasoning");
  for (const { text, opaque } of parts) {
    const isBack = [text, ...textsIn(opaque)].some((one) => one !== "" && holdsText(body, one));
    const isLost = second.losses.some(({ what }) => what.includes("reasoning"));
    assert.ok(isBack || isLost, "the reasoning neither went back to the target that made it nor is reported as a loss");
  }
}

async function requestId(adapter: AdapterUnderTest, form: Form, witness: Witness): Promise<void> {
  await using vendor = await start(adapter, witness);
  vendor.script([{ fault: { type: "error", error: "server-error" } }, { answer: ANSWER }]);
  const ids: (string | undefined)[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    ids.push([...response.headers].find(([name]) => /(?:request|trace)-?id$/i.test(name))?.[1]);
    return response;
  };
  const chain = createChain([
    { target: adapter.makeTarget({ ...accessOf(vendor, form), fetch }), name: "primary" },
    { target: backupTarget(), name: "backup" },
  ]);
  const told: (string | undefined)[] = [];
  for (const _ of ["with a failure", "well"]) {
    // oxlint-disable-next-line no-await-in-loop -- requests are told apart by their order
    const { trace } = witness.read(await chain.generate("hello"));
    told.push(...trace.attempts.filter(({ tier }) => tier === "primary").map((attempt) => attempt.requestId));
  }
  assert.ok(ids.length >= 2, "the own fetch was not used");
  // Without a header there is nothing to tell.
  for (const [index, id] of ids.entries()) {
    if (id !== undefined) same(told[index], id, `the request id of attempt ${index + 1}`);
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !(value instanceof RegExp) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
