import {
  createChain,
  isUnderstudyError,
  type Answer,
  type AssistantMessage,
  type JsonObject,
  type Loss,
  type Message,
  type Request,
} from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import type { RequestRecord, ScriptedAnswer, ScriptedAnswerSource, Vendor } from "@understudy/testing";
import { heardBy, isFor, type Entry } from "./entries.ts";
import { expectedLosses, isRefused } from "./expected.ts";
import { resultsOf, type Kind } from "./kinds.ts";
import { ownData } from "./own-data.ts";
import { unpaired } from "./unpaired.ts";
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

const LATER: readonly ScriptedAnswer[] = [{ text: "Yes." }];

/** Starts a vendor for the whole matrix. */
export async function open(row: Row): Promise<Place> {
  const vendor = await row.start();
  const bodies: Promise<string>[] = [];
  const overheard: typeof globalThis.fetch = async (url, init) => {
    const response = await fetch(url, init);
    bodies.push(readAll(response.clone()));
    return response;
  };
  const target = row.make({ baseURL: vendor.url, fetch: overheard });
  return { row, vendor, target, written: async () => (await Promise.all(bodies)).join("\n") };
}

/** The body, or what came of it before it broke. */
async function readAll({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of body ?? []) text += decoder.decode(bytes, { stream: true });
  } catch {
    // It was cut on purpose.
  }
  return text;
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

  const back = await talk.goOn(first);
  talk.checkPresent(first, firstOwn);
  talk.checkAbsent(first, secondOwn);
  await talk.goOn(second);
  talk.checkPresent(second, secondOwn);
  talk.checkAbsent(second, [...firstOwn, ...ownData(back === undefined ? [] : [back.message], first.row.own)]);
  return talk.outcome(namesOf(answer.losses));
}

/** One history, and what was found wrong with the requests that it led to. */
export class Conversation {
  readonly #kind: Kind;
  readonly #faults: string[] = [];
  /** One for each message of the history. */
  readonly #entries: Entry[] = [];
  #passedOver: string | undefined;
  #later = 0;
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

  /** The last answer calls tools, and nobody has run them. */
  get waitsForResults(): boolean {
    return resultsOf(this.history.at(-1)) !== undefined;
  }

  /** The user's first turn, until the first vendor has nothing left to do. */
  async begin(place: Place, { says, steps, interrupted, ...kind }: Kind = this.#kind): Promise<void> {
    const { row } = place;
    const isCut = interrupted === "cut";
    const hosted = kind.hosted === true ? this.#hostedBy(row) : [];
    place.vendor.script(steps.map(({ answer, fault }) => ({ answer: { ...scripted(answer), hosted }, fault })));
    this.#add({ role: "user", content: says }, { by: "user", says });
    for (const { answer } of steps) {
      // oxlint-disable-next-line no-await-in-loop -- turn by turn
      const message = await this.#ask(place, isCut);
      if (message === undefined) return;
      this.#addAnswer(message, { by: row, answer: scripted(answer), hosted: hosted.length, isCut });
      if (interrupted === undefined) this.#giveResults();
    }
  }

  /**
   * Another turn of the user's, or the results that a shared tool loop waits for. The answer is undefined when the vendor
   * cannot be asked.
   */
  async goOn(place: Place): Promise<Answer | undefined> {
    const { later = LATER, interrupted } = this.#kind;
    const next = scripted(later[Math.min(this.#later++, later.length - 1)]);
    place.vendor.script([]);
    place.vendor.answer(next);
    if (interrupted !== "shared" || !this.#giveResults()) {
      this.#add({ role: "user", content: "And now?" }, { by: "user", says: "And now?" });
    }
    const seen = place.vendor.requests.length;
    try {
      const answer = await createChain([place.target]).generate(this.#request());
      this.#checkRequests(place, place.vendor.requests.slice(seen));
      this.#checkLosses(place, answer.losses);
      this.#addAnswer(answer.message, { by: place.row, answer: next, hosted: 0, isCut: false });
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
    const written = await place.written();
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
  async #ask(place: Place, isCut: boolean): Promise<AssistantMessage | undefined> {
    const seen = place.vendor.requests.length;
    try {
      // An answer that breaks is not begun again: its half has been shown.
      const chain = createChain([place.target], { holdMs: 0, policy: () => "stop" });
      const stream = await chain.stream(this.#request());
      const { message, losses } = await stream.result;
      this.#checkLosses(place, losses);
      return message;
    } catch (error) {
      const partial = isUnderstudyError(error) ? error.partial : undefined;
      if (partial !== undefined && isUnderstudyError(error) && isCut) {
        this.#checkLosses(place, error.attempts.at(-1)?.losses ?? []);
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
    if (!isRefused(this.#entries, row)) return [`${row.name} is passed over`];
    const { attempts = [], skipped = [] } = error.trace ?? {};
    this.#passedOver = `${row.name}: ${attempts[0]?.explanation ?? skipped[0]?.detail ?? ""}`;
    return [];
  }

  #request(): Request {
    return { ...this.#kind.options, messages: this.history };
  }

  #addAnswer(message: AssistantMessage, made: Omit<Extract<Entry, { readonly by: Row }>, "isFor">): void {
    this.#add(message, { ...made, isFor: isFor(message) });
  }

  #add(message: Message, entry: Entry): void {
    const kept: readonly Message[] = JSON.parse(JSON.stringify([...this.history, message]));
    this.history = kept;
    this.#entries.push(entry);
  }

  /** With ids of this place in the conversation. */
  #hostedBy({ hosted }: Row): readonly JsonObject[] {
    const place = String(this.history.length).padStart(7, "0");
    const own: readonly JsonObject[] = JSON.parse(JSON.stringify(hosted).replaceAll("0000001", place));
    return own;
  }

  /** False where none are waited for. */
  #giveResults(): boolean {
    const results = resultsOf(this.history.at(-1), this.#kind.photographs);
    if (results === undefined) return false;
    const failed = results.content.filter(({ isError }) => isError).length;
    const pictures = results.content.filter(({ content }) => typeof content !== "string").length;
    this.#add(results, { by: "tools", failed, pictures });
    return true;
  }

  #checkRequests({ row }: Place, requests: readonly RequestRecord[]): void {
    for (const { refusal, body, text } of requests) {
      if (refusal !== undefined) this.#faults.push(`${row.name} refuses: ${JSON.stringify(refusal)}`);
      for (const id of unpaired(body))
        this.#faults.push(`${row.name} gets a call without its result, or the like: ${id}`);
      for (const spellings of heardBy(this.history)) {
        if (!spellings.some((one) => text.includes(JSON.stringify(one).slice(1, -1)))) {
          this.#faults.push(`${row.name} never hears of ${spellings[0]?.slice(0, 40)}`);
        }
      }
    }
  }

  #checkLosses({ row }: Place, losses: readonly Loss[]): void {
    const [found, expected] = [namesOf(losses), expectedLosses(this.#entries, this.#request(), row)];
    const isEqual = String(found.toSorted()) === String(expected.toSorted());
    if (!isEqual) this.#faults.push(`${row.name} lost ${found.join("; ")}, not ${expected.join("; ")}`);
  }
}

function namesOf(losses: readonly Loss[]): readonly string[] {
  return losses.map(({ what, action }) => `${what} ${action}`);
}

function scripted(answer: ScriptedAnswerSource | undefined): ScriptedAnswer {
  return typeof answer === "object" ? answer : {};
}

function lastBody({ vendor }: Place): string {
  return JSON.stringify(vendor.requests.at(-1)?.body ?? {});
}

/** As it stands in JSON. */
function quoted(word: string): string {
  return JSON.stringify(word);
}
