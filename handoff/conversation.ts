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
import type { ScriptedAnswer, ScriptedAnswerSource } from "@understudy/testing";
import { isFor, type Entry } from "./entries.ts";
import { isRefused } from "./expected.ts";
import { faultsOfLosses, faultsOfRequests, missing, quoted, strange } from "./faults.ts";
import { resultsOf, type Kind } from "./kinds.ts";
import type { Place } from "./place.ts";
import type { Row } from "./vendors.ts";

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
      this.#checkRequests(place, seen);
      this.#checkLosses(place, answer.losses);
      this.#addAnswer(answer.message, { by: place.row, answer: next, hosted: 0, isCut: false });
      return answer;
    } catch (error) {
      this.#faults.push(...this.#notAsked(place, error));
      this.#checkRequests(place, seen);
      return undefined;
    }
  }

  /** What is called a vendor's own was written by that vendor. */
  async checkWritten(place: Place, own: readonly string[]): Promise<void> {
    const { row } = place;
    const written = await place.written();
    const invented = own.filter((word) => !written.includes(quoted(word)));
    this.#faults.push(...invented.map((word) => `${row.name} never wrote ${word.slice(0, 40)}`));
  }

  /** The ids of calls that the vendor has to get back. Others get them too, where they take them. */
  async idsWrittenBy(place: Place): Promise<readonly string[]> {
    if (place.row.refusesIds === true) return [];
    const written = await place.written();
    const parts = this.history.flatMap(({ role, content }) => {
      return role === "assistant" && typeof content !== "string" ? content : [];
    });
    const ids = parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : []));
    return ids.filter((id) => written.includes(quoted(id)));
  }

  /** Of the last request to the vendor: it holds all of its own, and nothing of others'. */
  checkOwn(place: Place, own: readonly string[], others: readonly string[]): void {
    this.#faults.push(...missing(place, own), ...strange(place, others));
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
      this.#checkRequests(place, seen);
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

  #checkRequests({ row, vendor }: Place, seen: number): void {
    this.#faults.push(...faultsOfRequests(vendor.requests.slice(seen), this.history, row));
  }

  #checkLosses({ row }: Place, losses: readonly Loss[]): void {
    this.#faults.push(...faultsOfLosses(losses, this.#entries, this.#request(), row));
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
}

function scripted(answer: ScriptedAnswerSource | undefined): ScriptedAnswer {
  return typeof answer === "object" ? answer : {};
}
