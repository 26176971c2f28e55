import type {
  AssistantPart,
  JsonObject,
  Message,
  OpaquePart,
  Origin,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from "@understudy/core";
import * as fc from "fast-check";
import { DIALECTS, type Dialect, type Opaque } from "./dialects.ts";

/** Whose a part is: the asked target's, one of `OTHERS`, or nobody says. */
type Who = "self" | "none" | number;
/** Opaque data of some adapter's making, on a part of whoever. */
interface Signed {
  readonly who: Who;
  readonly dialect: number;
}
type Arguments = Pick<ToolCallPart, "input" | "inputText">;
type Piece =
  | { readonly type: "text" | "refusal" | "reasoning"; readonly text: string; readonly signed: Signed | undefined }
  | {
      readonly type: "call";
      readonly id: string;
      readonly name: string;
      readonly arguments: Arguments;
      readonly signed: Signed | undefined;
    }
  | { readonly type: "block"; readonly which: number; readonly signed: Signed }
  | { readonly type: "plain"; readonly part: AssistantPart };
type Said = { readonly type: "plain"; readonly part: UserPart } | { readonly type: "answer"; readonly signed: Signed };

interface Step {
  readonly pieces: string | readonly Piece[];
  readonly results: "all" | "some" | "none" | "late" | "orphan" | "twice";
  readonly content: ToolResultPart["content"];
  readonly isError: boolean | undefined;
}
export interface RandomHistory {
  /** Every call is answered, as programs do. */
  readonly isTidy: boolean;
  readonly rounds: readonly { readonly said: string | readonly Said[] | undefined; readonly steps: readonly Step[] }[];
}

/** Opaque data in a history, by a word that stands nowhere else. */
export interface Mark {
  readonly word: string;
  readonly type: AssistantPart["type"];
  /** `own`: of the asked target, in its own form. `odd`: under its name, in another's form. */
  readonly kind: "own" | "odd" | "alien";
}

const OTHERS: readonly Origin[] = [
  { vendor: "anthropic", model: "claude-opus-5", endpoint: "api.anthropic.com" },
  { vendor: "openai", model: "gpt-6.1-terra", endpoint: "api.openai.com" },
  { vendor: "gemini", model: "gemini-2.5-pro", endpoint: "generativelanguage.googleapis.com" },
  { vendor: "deepseek", model: "deepseek-chat", endpoint: "api.deepseek.com" },
  { vendor: "__proto__", model: "constructor", endpoint: "toString" },
  { vendor: "stranger", model: "", endpoint: "💥" },
];
/** Like the asked target but for one of its three names. */
const NEARLY = ["vendor", "model", "endpoint"] as const;

const DATA = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
const IMAGE = { type: "image", source: { type: "base64", mediaType: "image/png", data: DATA } } as const;
const LINKED = { type: "image", source: { type: "url", url: "https://example.com/a.png" } } as const;
const PDF = {
  type: "file",
  source: { type: "base64", mediaType: "application/pdf", data: "JVBERg==" },
  name: "a",
} as const;
const CSV = { type: "file", source: { type: "base64", mediaType: "TEXT/csv; charset=utf-8", data: "YQ==\n" } } as const;
const SOUND = { type: "audio", source: { type: "base64", mediaType: "audio/wav", data: "UklGRg==" } } as const;

const texts = fc.constantFrom("Hi", "And?", "Done. ", "", " ", "\n\t", "💥 ok", "half \ud83d", "nul \u0000", "json");
const ids = fc.constantFrom("c1", "c1#2", "call_1", "__proto__", "💥", "x".repeat(90), "functions.look:0", "a b");
const names = fc.constantFrom("look", "search", "look", "gone", "get weather!", "", "0");
const inputs = fc.constantFrom<Arguments>(
  { input: {} },
  { input: { a: [1] } },
  { input: JSON.parse('{"__proto__":1}') },
  { input: null },
  { input: "free" },
  { input: {}, inputText: '{"a":' },
  { input: {}, inputText: '{"id":9007199254740993}' },
);
const who: fc.Arbitrary<Who> = fc.oneof(
  { weight: 5, arbitrary: fc.constant("self" as const) },
  { weight: 5, arbitrary: fc.nat(OTHERS.length + NEARLY.length - 1) },
  { weight: 1, arbitrary: fc.constant("none" as const) },
);
const signed = fc.record({ who, dialect: fc.nat(DIALECTS.length - 1) });
const maybeSigned = fc.option(signed, { nil: undefined });
const plain = <Part>(...parts: readonly Part[]): fc.Arbitrary<{ readonly type: "plain"; readonly part: Part }> =>
  fc.constantFrom(...parts).map((part) => ({ type: "plain", part }) as const);

const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({
    type: fc.constantFrom("text" as const, "text" as const, "refusal" as const),
    text: texts,
    signed: maybeSigned,
  }),
  fc.record({ type: fc.constant("reasoning" as const), text: texts, signed: maybeSigned }),
  fc.record({ type: fc.constant("call" as const), id: ids, name: names, arguments: inputs, signed: maybeSigned }),
  fc.record({ type: fc.constant("call" as const), id: ids, name: names, arguments: inputs, signed: maybeSigned }),
  fc.record({ type: fc.constant("call" as const), id: ids, name: names, arguments: inputs, signed: maybeSigned }),
  fc.record({ type: fc.constant("block" as const), which: fc.nat(9), signed }),
  plain<AssistantPart>({ type: "source", url: "https://example.com" }, IMAGE, PDF, SOUND),
);
const said: fc.Arbitrary<Said> = fc.oneof(
  { weight: 6, arbitrary: texts.map((text): Said => ({ type: "plain", part: { type: "text", text } })) },
  { weight: 3, arbitrary: plain<UserPart>(IMAGE, LINKED, PDF, CSV) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("answer" as const), signed }) },
);
const step: fc.Arbitrary<Step> = fc.record({
  pieces: fc.oneof({ weight: 1, arbitrary: texts }, { weight: 5, arbitrary: fc.array(piece, { maxLength: 5 }) }),
  results: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom("all" as const, "some" as const, "none" as const, "late" as const, "twice" as const),
    },
    // Refused before it is sent.
    { weight: 1, arbitrary: fc.constant("orphan" as const) },
  ),
  content: fc.oneof(
    texts,
    fc.array(
      fc.oneof(
        texts.map((text) => ({ type: "text", text }) as const),
        fc.constantFrom(IMAGE, LINKED, CSV),
      ),
      { maxLength: 2 },
    ),
  ),
  isError: fc.constantFrom(undefined, false, true),
});

export const histories: fc.Arbitrary<RandomHistory> = fc.record({
  isTidy: fc.integer({ min: 1, max: 10 }).map((dice) => dice <= 6),
  rounds: fc.array(
    fc.record({
      said: fc.option(fc.oneof(texts, fc.array(said, { minLength: 1, maxLength: 3 })), { nil: undefined }),
      steps: fc.array(step, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

/** The messages of a history, for the target that is asked. */
export class Teller {
  readonly marks: Mark[] = [];
  readonly messages: Message[] = [];
  readonly #self: Origin;
  readonly #dialect: Dialect;
  #late: ToolResultPart[] = [];

  constructor(self: Origin, dialect: Dialect) {
    this.#self = self;
    this.#dialect = dialect;
  }

  tell({ isTidy, rounds }: RandomHistory): this {
    for (const { said: words, steps } of rounds) {
      this.#results(this.#late.splice(0));
      if (typeof words === "string") this.messages.push({ role: "user", content: words });
      else if (words !== undefined) {
        const content = words.flatMap((one): UserPart[] => {
          return one.type === "plain"
            ? [one.part]
            : this.#blocks({ ...one.signed, dialect: one.signed.dialect || 1 }, ({ answer }, word) => answer(word));
        });
        this.messages.push({ role: "user", content });
      }
      for (const one of steps) this.#step(isTidy ? { ...one, results: "all" } : one);
    }
    return this;
  }

  #step({ pieces, results, content, isError }: Step): void {
    if (typeof pieces === "string") {
      this.messages.push({ role: "assistant", content: pieces });
      return;
    }
    const parts = pieces.flatMap((one) => this.#part(one));
    this.messages.push({ role: "assistant", content: parts });
    const made = parts.flatMap((part): ToolResultPart[] => {
      return part.type === "tool-call" ? [{ type: "tool-result", toolCallId: part.toolCallId, content, isError }] : [];
    });
    if (results === "all") this.#results(made);
    else if (results === "some") this.#results(made.slice(1));
    else if (results === "twice") this.#results([...made, ...made]);
    else if (results === "late") this.#late.push(...made);
    else if (results === "orphan") this.#results([{ type: "tool-result", toolCallId: "call_0", content }]);
  }

  #results(content: readonly ToolResultPart[]): void {
    if (content.length > 0) this.messages.push({ role: "tool", content });
  }

  #part(one: Piece): AssistantPart[] {
    switch (one.type) {
      case "plain":
        return [one.part];
      case "block":
        return this.#blocks(one.signed, ({ blocks }, word) => blocks[one.which % blocks.length]?.(word) ?? []);
      case "call": {
        const call = { type: "tool-call", toolCallId: one.id, toolName: one.name, ...one.arguments } as const;
        // What could not be read has no other spelling.
        return [{ ...call, ...this.#on("tool-call", one.arguments.inputText === undefined ? one.signed : undefined) }];
      }
      case "text":
      case "refusal":
      case "reasoning":
        return [{ type: one.type, text: one.text, ...this.#on(one.type, one.signed) }];
      default:
        return one satisfies never;
    }
  }

  #on(type: "text" | "refusal" | "reasoning" | "tool-call", given: Signed | undefined): Opaque {
    if (given === undefined) return {};
    const origin = this.#originOf(given.who);
    const opaque = this.#marked(given, type, ({ on }, word) => on[type]?.(word));
    return opaque === undefined ? { origin } : { origin, opaque };
  }

  #blocks(given: Signed, make: (dialect: Dialect, word: string) => readonly JsonObject[]): OpaquePart[] {
    const origin = this.#originOf(given.who);
    const made = this.#marked(given, "opaque", make) ?? [];
    return made.map((data) => ({ type: "opaque", kind: "block", data, origin }));
  }

  #marked<Data>(given: Signed, type: Mark["type"], make: (dialect: Dialect, word: string) => Data): Data {
    const isSelf = given.who === "self";
    const dialect = isSelf && given.dialect > 0 ? this.#dialect : (DIALECTS[given.dialect] ?? this.#dialect);
    const kind = !isSelf ? "alien" : dialect === this.#dialect ? "own" : "odd";
    const word = `${kind}${this.marks.length}z`;
    const data = make(dialect, word);
    if (data !== undefined && JSON.stringify(data).includes(word)) this.marks.push({ word, type, kind });
    return data;
  }

  #originOf(one: Who): Origin | undefined {
    if (one === "none") return undefined;
    if (one === "self") return this.#self;
    const nearly = NEARLY[one - OTHERS.length];
    return nearly === undefined ? OTHERS[one] : { ...this.#self, [nearly]: "another" };
  }
}
