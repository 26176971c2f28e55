import { foldEvents, type ResponseEvent } from "@understudy/core/client";
import { find } from "./find.ts";
import { nameOf, noticeOf } from "./notices.ts";

/** How long half an answer stays struck through before it is gone. */
const RETREAT_MS = 2_000;

/** A question and its answer, as the answer comes. What others wrote is only ever set as `textContent`. */
export class AnswerView {
  readonly #fold = foldEvents();
  readonly #answer: HTMLElement;
  readonly #text: HTMLElement;

  constructor(question: string) {
    const turn = document.importNode(find("#turn", HTMLTemplateElement).content, true);
    find(".question p", HTMLElement, turn).textContent = question;
    this.#answer = find(".answer", HTMLElement, turn);
    this.#text = find(".text", HTMLElement, turn);
    find("#log", HTMLElement).append(turn);
    this.#answer.scrollIntoView({ block: "end" });
  }

  /** What is shown of the answer. */
  get text(): string {
    return this.#text.textContent;
  }

  show(event: ResponseEvent): void {
    if (event.type === "error") throw new Error(event.code);
    if (event.type === "start") this.#speak(event);
    if (event.type === "failover") {
      this.#retreat(this.text);
      this.#speak(event.to);
    }
    const notice = noticeOf(event);
    if (notice !== undefined) this.#notify(notice);

    // Void parts are gone from what is folded.
    const parts = this.#fold(event);
    const isAtEnd = document.documentElement.scrollHeight - window.scrollY - window.innerHeight < 40;
    this.#text.textContent = parts.map(({ type, text }) => (type === "text" ? text : "")).join("");
    // Whoever scrolled up to read is left alone.
    if (isAtEnd) this.#answer.scrollIntoView({ block: "end" });
  }

  fail(notice: string): void {
    this.#notify(notice);
  }

  /** From now on a screen reader may read the answer. */
  finish(): void {
    this.#answer.ariaBusy = "false";
    document.body.removeAttribute("data-speaking");
  }

  #speak({ vendor, model }: { readonly vendor: string; readonly model: string }): void {
    this.#answer.dataset["vendor"] = vendor;
    document.body.dataset["speaking"] = vendor;
    find(".speaker", HTMLElement, this.#answer).textContent = `${nameOf(vendor)} · ${model}`;
  }

  /** Says it where the answer is, and to those who hear the page. */
  #notify(notice: string): void {
    const badge = find(".badge", HTMLElement, this.#answer);
    badge.hidden = false;
    badge.textContent = notice;
    find("#status", HTMLElement).textContent = notice;
  }

  /** What was shown counts no longer: it is struck through for a moment, then gone. */
  #retreat(text: string): void {
    const half = find("del", HTMLElement, this.#answer);
    half.hidden = false;
    half.textContent = text;
    const height = `${half.offsetHeight}px`;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const frames = [
      { height, opacity: 1 },
      { height, opacity: 1, offset: 0.8 },
      { height: "0px", opacity: 0 },
    ];
    half.animate(frames, { duration: isCalm ? 0 : RETREAT_MS, easing: "ease-in-out" }).onfinish = () => {
      half.hidden = true;
      half.textContent = "";
    };
  }
}
