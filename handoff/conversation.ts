import { createChain, isUnderstudyError, type Answer, type Message, type Origin, type Request } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import type { RequestRecord, ScriptedAnswer, Vendor } from "@understudy/testing";
import { resultsOf, withHosted, type Kind } from "./kinds.ts";
import { ownData } from "./own-data.ts";
import type { Row } from "./vendors.ts";

/** A running vendor of the matrix. */
export interface Place {
  readonly row: Row;
  readonly vendor: Vendor;
  readonly target: Target;
  /** Everything that the vendor has written, byte for byte. */
  written(): Promise<string>;
}

/** What became of one conversation: of its first vendor, of another one, and of both again. */
export interface Outcome {
  /** Which vendor was not asked, and why: it cannot take what the conversation holds. */
  readonly passedOver: string | undefined;
  /** What the second vendor could not be told as it was, as the answer says. */
  readonly losses: readonly string[];
  /** Everything that is wrong, in sentences. */
  readonly faults: readonly string[];
}

const LATER: ScriptedAnswer = { text: "Yes." };

/** Starts a vendor for the whole matrix. */
export async function open(row: Row): Promise<Place> {
  const vendor = await row.start();
  const bodies: Promise<string>[] = [];
  const overheard: typeof globalThis.fetch = async (url, init) => {
    const response = await fetch(url, init);
    // An answer that breaks off holds nothing that is looked for.
    bodies.push(
      response
        .clone()
        .text()
        .catch(() => ""),
    );
    return response;
  };
  const target = row.make({ baseURL: vendor.url, fetch: overheard });
  return { row, vendor, target, written: async () => (await Promise.all(bodies)).join("\n") };
}

/** From one vendor to another, back, and once more to the other; each turn is kept as JSON between. */
export async function converse(first: Place, second: Place, kind: Kind): Promise<Outcome> {
  const talk = new Conversation(kind);
  await talk.begin(first);
  const firstOwn = ownData(talk.history, first.row.own);
  await talk.checkWritten(first, firstOwn);
  if (talk.isOver) return talk.outcome([]);

  const answer = await talk.goOn(second);
  if (answer === undefined) return talk.outcome([]);
  talk.checkAbsent(second, firstOwn);
  const secondOwn = ownData([answer.message], second.row.own);
  const losses = answer.losses.map(({ what, action }) => `${what} ${action}`);

  await talk.goOn(first);
  talk.checkPresent(first, firstOwn);
  talk.checkAbsent(first, secondOwn);
  await talk.goOn(second);
  talk.checkPresent(second, secondOwn);
  talk.checkAbsent(second, firstOwn);
  return talk.outcome(losses);
}

/** One history, and what was found wrong with the requests that it led to. */
export class Conversation {
  readonly #kind: Kind;
  readonly #faults: string[] = [];
  #passedOver: string | undefined;
  history: readonly Message[] = [];

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  outcome(losses: readonly string[]): Outcome {
    return { passedOver: this.#passedOver, losses, faults: this.#faults };
  }

  get isOver(): boolean {
    return this.#passedOver !== undefined || this.#faults.length > 0;
  }

  /** The user's first turn, until the first vendor has nothing left to do. */
  async begin(place: Place, { says, steps, hosted, interrupted }: Kind = this.#kind): Promise<void> {
    place.vendor.script(steps);
    this.#add({ role: "user", content: says });
    for (const [index] of steps.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- turn by turn
      const message = await this.#ask(place, interrupted === "cut");
      if (message === undefined) return;
      const isLast = index === steps.length - 1;
      this.#add(hosted === true && isLast ? withHosted(message, place.row, originOf(place)) : message);
      const results = interrupted !== undefined ? undefined : resultsOf(message);
      if (results !== undefined) this.#add(results);
    }
  }

  /** Another turn of the user's. The answer is undefined when the vendor cannot be asked. */
  async goOn(place: Place): Promise<Answer | undefined> {
    place.vendor.answer(this.#kind.later ?? LATER);
    this.#add({ role: "user", content: "And now?" });
    const seen = place.vendor.requests.length;
    try {
      const answer = await createChain([place.target]).generate(this.#request());
      this.#checkRequests(place, place.vendor.requests.slice(seen));
      this.#add(answer.message);
      return answer;
    } catch (error) {
      this.#faults.push(...this.#notAsked(place, error));
      this.#checkRequests(place, place.vendor.requests.slice(seen));
      return undefined;
    }
  }

  /** What is called a vendor's own was written by that vendor. */
  async checkWritten(place: Place, own: readonly string[]): Promise<void> {
    const { row } = place;
    const written = (await place.written()) + JSON.stringify(row.hosted);
    for (const word of own) {
      if (!written.includes(quoted(word))) this.#faults.push(`${row.name} never wrote ${word.slice(0, 40)}`);
    }
  }

  checkPresent(place: Place, own: readonly string[]): void {
    const body = lastBody(place);
    for (const word of new Set(own)) {
      if (!body.includes(quoted(word)))
        this.#faults.push(`${place.row.name} does not get back its ${word.slice(0, 40)}`);
    }
  }

  checkAbsent(place: Place, others: readonly string[]): void {
    const body = lastBody(place);
    for (const word of new Set(others)) {
      if (body.includes(quoted(word))) this.#faults.push(`${place.row.name} gets another's ${word.slice(0, 40)}`);
    }
  }

  /** The next answer of the first vendor, or what there is of it. */
  async #ask(place: Place, isCut: boolean): Promise<Message | undefined> {
    const seen = place.vendor.requests.length;
    try {
      // An answer that breaks is not begun again: its half has been shown.
      const chain = createChain([place.target], { holdMs: 0, policy: () => "stop" });
      const { result } = await chain.stream(this.#request());
      return (await result).message;
    } catch (error) {
      const partial = isUnderstudyError(error) ? error.partial : undefined;
      if (partial !== undefined && isCut) {
        return { role: "assistant", content: partial.content };
      }
      this.#faults.push(...this.#notAsked(place, error));
      return undefined;
    } finally {
      this.#checkRequests(place, place.vendor.requests.slice(seen));
    }
  }

  /** A vendor that cannot take what the conversation holds is passed over: that is no fault. */
  #notAsked({ row }: Place, error: unknown): readonly string[] {
    if (!isUnderstudyError(error) || error.code !== "unsupported")
      return [`${row.name} does not answer: ${String(error)}`];
    const { attempts = [], skipped = [] } = error.trace ?? {};
    this.#passedOver = `${row.name}: ${attempts[0]?.explanation ?? skipped[0]?.detail ?? ""}`;
    return [];
  }

  #request(): Request {
    return { ...this.#kind.options, messages: this.history };
  }

  #add(message: Message): void {
    const kept: Message = JSON.parse(JSON.stringify(message));
    this.history = [...this.history, kept];
  }

  #checkRequests({ row }: Place, requests: readonly RequestRecord[]): void {
    for (const { refusal } of requests) {
      if (refusal !== undefined) this.#faults.push(`${row.name} refuses: ${JSON.stringify(refusal)}`);
    }
  }
}

function originOf({ target: { vendor, model, endpoint } }: Place): Origin {
  return { vendor, model, endpoint };
}

function lastBody({ vendor }: Place): string {
  return JSON.stringify(vendor.requests.at(-1)?.body ?? {});
}

/** As it stands in JSON. */
function quoted(word: string): string {
  return JSON.stringify(word);
}
