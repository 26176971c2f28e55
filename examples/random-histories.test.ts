import {
  createChain,
  isUnderstudyError,
  type Chain,
  type JsonObject,
  type Loss,
  type Message,
  type OutputFormat,
  type ReasoningOptions,
  type Request,
  type ToolChoice,
} from "@understudy/core";
import { asJsonObject } from "@understudy/core/adapter";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { deepFreeze } from "../packages/core/test/deep-freeze.ts";
import { Teller, histories, type Mark } from "./histories/random-history.ts";
import { listen, WIRES, type Sent, type Wire } from "./histories/wires.ts";
import { isLong } from "../scripts/long.ts";

/** How many histories for each adapter: always the same ones, unless a number is given; then so many new ones. */
const given = process.env["UNDERSTUDY_HISTORIES"];
const runs = given === undefined ? { numRuns: isLong ? 300 : 60, seed: 1 } : { numRuns: Number(given) };

type Options = Omit<Request, "messages">;

const TOOLS = ["look", "search", "now"].map((name) => ({
  name,
  inputSchema: { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
}));
const SCHEMA = { type: "object", properties: { b: { type: "string" } }, required: ["b"], additionalProperties: false };
const maybe = <Value>(...values: readonly Value[]): fc.Arbitrary<Value | undefined> =>
  fc.constantFrom(undefined, undefined, ...values);
const options: fc.Arbitrary<Options> = fc
  .record<Options>({
    system: maybe("Be kind.", ""),
    tools: maybe(TOOLS, TOOLS.slice(0, 1), []),
    toolChoice: maybe<ToolChoice>("none", "required", { tool: "look" }),
    output: maybe<OutputFormat>({ type: "json" }, { type: "json", schema: SCHEMA }),
    reasoning: maybe<ReasoningOptions>(
      { effort: "none" },
      { effort: "low" },
      { budgetTokens: 2_000 },
      { visible: false },
    ),
    cache: maybe(true),
    stop: maybe(["END"], ["\n\n"], ["a", "b", "c", "d", "e", "f"]),
    maxOutputTokens: maybe(1, 10_000),
    temperature: maybe(0.5),
    userId: maybe("user-1"),
  })
  // A choice without its tool is refused before anything is sent.
  .map(({ toolChoice, ...rest }) => ((rest.tools ?? []).length > 0 ? { ...rest, toolChoice } : rest));

/** What is known to break a promise. One that no history needs any more fails the test. */
interface Exception {
  readonly adapter: string;
  readonly promise: "taken" | "returned" | "kept";
  /** The vendor's refusal, the type of the part whose data is lost without a word, or the field that changes. */
  readonly about: RegExp;
  readonly reason: string;
}
const EXCEPTIONS: readonly Exception[] = [
  {
    adapter: "gemini",
    promise: "kept",
    about: /^tools$/,
    reason: "a tool that is called and not declared is declared, or the vendor refuses its response",
  },
  {
    adapter: "openai responses",
    promise: "taken",
    about: /of type 'reasoning' was provided without its required following item/,
    reason: "what follows the reasoning is dropped as no item of an answer, and the reasoning stays",
  },
];

interface Outcome {
  readonly code: string;
  readonly losses: readonly Loss[];
  readonly sent: readonly Sent[];
  /** What the engine reported as nobody's fault but ours. */
  readonly wrong: string;
}

describe("a random history", { timeout: given === undefined ? 60_000 : 3_600_000 }, () => {
  const counts: string[] = [];
  afterAll(() => void process.stdout.write(`${counts.join("; ")}\n`));

  test.each(Object.entries(WIRES))("keeps every promise at %s", async (name, wire) => {
    const excepted = new Set<Exception>();
    const excuse = (promise: Exception["promise"], what: string, details: string): void => {
      const known = EXCEPTIONS.find((one) => one.adapter === name && one.promise === promise && one.about.test(what));
      if (known === undefined) throw new Error(`Not ${promise}: ${what}\n${details}`);
      excepted.add(known);
    };
    const tally = new Map<string, number>();
    const count = (what: string, more = 1): void => void tally.set(what, (tally.get(what) ?? 0) + more);
    const asker = new Asker(wire);

    await fc.assert(
      fc.asyncProperty(histories, options, async (history, chosen) => {
        const { messages, marks } = new Teller(asker.origin, wire.dialect).tell(history);
        const request = deepFreeze({ ...chosen, messages });
        const before = JSON.stringify(request);

        const outcome = await asker.ask(request);
        const again = await new Asker(wire).ask(request);

        expect(JSON.stringify(request)).toBe(before);
        expect(again.sent.map(({ text }) => text)).toEqual(outcome.sent.map(({ text }) => text));
        count("histories");
        const [sent] = outcome.sent;
        const isRefusedHere = outcome.code === "invalid-request" || outcome.code === "unsupported";
        expect([outcome.sent.length, outcome.wrong]).toEqual([isRefusedHere ? 0 : 1, ""]);
        if (sent === undefined) {
          count(outcome.code);
          return;
        }
        if (sent.refusal !== undefined) excuse("taken", sent.refusal, sent.text);
        for (const type of lostTypes(marks, sent, outcome.losses)) excuse("returned", type, sent.text);
        count("marks", marks.length);
        const steps = await compareSteps(asker, wire, chosen, messages);
        for (const field of steps.flat()) excuse("kept", field, sent.text);
        count("prefixes", steps.length);
      }),
      runs,
    );

    counts.push(`${name}: ${[...tally].map(([what, some]) => `${some} ${what}`).join(", ")}`);
    if (given !== undefined) return;
    expect(EXCEPTIONS.filter((one) => one.adapter === name && !excepted.has(one))).toEqual([]);
  });
});

/** One target, asked again and again. */
class Asker {
  readonly origin;
  readonly #sent: Sent[] = [];
  readonly #chain: Chain;
  readonly #wrong: unknown[] = [];

  constructor(wire: Wire) {
    const target = listen(wire, this.#sent);
    const { vendor, model, endpoint } = target;
    this.origin = { vendor, model, endpoint };
    this.#chain = createChain([target], { onInternalError: (error) => this.#wrong.push(error) });
  }

  async ask(request: Request): Promise<Outcome> {
    this.#sent.length = 0;
    try {
      await this.#chain.generate(request);
    } catch (error) {
      if (!isUnderstudyError(error)) throw error;
      const { code, attempts } = error;
      const faults = attempts.flatMap((attempt) => (attempt.class?.startsWith("adapter.") ? [attempt.class] : []));
      const wrong = [...this.#wrong.splice(0), ...faults].join();
      return { code, losses: attempts.flatMap(({ losses }) => losses), sent: [...this.#sent], wrong };
    }
    throw new Error("An answer came from nowhere.");
  }
}

/** Foreign opaque data never leaves. Own data goes back, or a loss says of what type it was. */
function lostTypes(marks: readonly Mark[], { text }: Sent, losses: readonly Loss[]): Mark["type"][] {
  const missing = new Map<Mark["type"], number>();
  for (const { word, type, kind } of marks) {
    const isThere = text.includes(word);
    if (kind === "alien" && isThere) throw new Error(`Foreign data left: ${word}\n${text}`);
    if (kind === "own" && !isThere) missing.set(type, (missing.get(type) ?? 0) + 1);
  }
  return [...missing].flatMap(([type, count]) => {
    return losses.filter(({ what }) => what.includes(type)).length < count ? [type] : [];
  });
}

/**
 * While a tool loop runs, its vendor finds in every request what the one before held, byte by byte. For each two steps in a
 * row: the fields in which that is not so.
 */
async function compareSteps(
  asker: Asker,
  wire: Wire,
  chosen: Options,
  messages: readonly Message[],
): Promise<readonly (readonly string[])[]> {
  const compared: (readonly string[])[] = [];
  for (const index of messages.keys()) {
    if (!isStep(messages, index) || !isStep(messages, index + 2)) continue;
    // oxlint-disable-next-line no-await-in-loop -- one request is compared with the one before
    const [first] = (await asker.ask({ ...chosen, messages: messages.slice(0, index + 1) })).sent;
    // oxlint-disable-next-line no-await-in-loop
    const [second] = (await asker.ask({ ...chosen, messages: messages.slice(0, index + 3) })).sent;
    if (first === undefined || second === undefined) continue;
    const turns = turnsOf(first.body, wire);
    const later = turnsOf(second.body, wire);
    const changed = wire.before.filter((field) => unmarked(second.body[field]) !== unmarked(first.body[field]));
    compared.push(turns.every((turn, place) => turn === later[place]) ? changed : [...changed, wire.turns]);
  }
  return compared;
}

/** Whether a tool message answers exactly the calls before it. */
function isStep(messages: readonly Message[], index: number): boolean {
  const [asked, answered] = [messages[index - 1], messages[index]];
  if (asked?.role !== "assistant" || typeof asked.content === "string" || answered?.role !== "tool") return false;
  const calls = asked.content.flatMap((part) => (part.type === "tool-call" ? part.toolCallId : []));
  return calls.length > 0 && calls.join() === answered.content.map(({ toolCallId }) => toolCallId).join();
}

function turnsOf(body: JsonObject, { turns }: Wire): readonly string[] {
  const list = body[turns];
  return Array.isArray(list) ? list.map((turn) => unmarked(turn)) : [];
}

/** Where the cache is asked to break is no content: it moves on with the conversation. */
function unmarked(value: unknown): string {
  const text = JSON.stringify(value, (name, inner: unknown) => {
    if (Array.isArray(inner)) return inner.filter((one) => asJsonObject(one)["cachePoint"] === undefined);
    return name === "cache_control" ? undefined : inner;
  });
  return text ?? "";
}
