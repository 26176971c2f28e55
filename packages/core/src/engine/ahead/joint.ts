import type { Answer } from "../../model/answer.ts";
import type { AttemptName, ContinueEvent, PartEvent } from "../../model/events.ts";
import type { ReasoningPart, TextPart } from "../../model/parts.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { Assembly, ShownPart } from "../attempt/assembly.ts";
import type { Attempt } from "../attempt/attempt.ts";
import type { Batch } from "../attempt/gate.ts";
import type { Output } from "../attempt/output.ts";
import type { Turn } from "../turn.ts";
import { JoinedParts } from "./joined-parts.ts";
import { seamOf, type Given, type Seam } from "./seam.ts";

export interface JointSetup {
  /** The attempt that was shown before. */
  readonly from: AttemptName;
  /** What was shown of it, in order. */
  readonly parts: readonly ShownPart[];
  readonly given: Given;
  /** Its turn without the beginning of an answer. */
  readonly original: Pick<Turn, "request" | "losses" | "plan">;
  /** Milliseconds the gate holds the first text back at least. */
  readonly holdMs: number;
  readonly output: Output;
  /** Given, as a module that is loaded on demand must not bring the engine along a second time. */
  readonly TargetFailure: typeof TargetFailure;
}

/**
 * The place where an attempt goes on with the answer of another. In front of it stands its gate, which holds the head until
 * the seam is certain; behind it everything goes on in the part that was open, as if one model had written it.
 */
export class Joint {
  readonly #setup: JointSetup;
  #held: Batch[] = [];
  #head = "";
  #seam: Seam | undefined;
  #shownAt: number | undefined;
  #isOpen = false;
  #firstText: string | undefined;
  #wasRefused = false;
  /** Behind the gate, where the answer goes on. */
  #joined: JoinedParts | undefined;

  constructor(setup: JointSetup) {
    this.#setup = setup;
  }

  // The gate.

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get opensAt(): number {
    if (this.#isOpen || this.#seam === undefined || this.#shownAt === undefined) return Infinity;
    return this.#shownAt + this.#setup.holdMs;
  }

  hold(batch: Batch): void {
    this.#held.push(batch);
    for (const event of batch.events) {
      if (event.type === "text-start") this.#firstText ??= event.id;
      if (event.type === "text-delta") this.#head += event.delta;
    }
  }

  shown(now: number): void {
    if (this.#head === "") return;
    this.#shownAt ??= now;
    this.#decide(false);
  }

  open(): readonly Batch[] {
    this.#isOpen = true;
    const held = this.#held;
    this.#held = [];
    if (this.#seam?.type !== "join") return held;
    const joined = new JoinedParts(this.#setup.parts, this.#firstText, this.#seam.drop);
    this.#joined = joined;
    return held.map((batch) => joined.batch(batch));
  }

  // The output.

  get hasRoom(): boolean {
    return this.#setup.output.hasRoom;
  }

  /** What is held has to be seen, also where nobody reads. */
  get isDiscarding(): boolean {
    return this.#isOpen && this.#setup.output.isDiscarding;
  }

  whenRoom(onRoom: () => void): void {
    this.#setup.output.whenRoom(onRoom);
  }

  push(events: readonly PartEvent[], chars: number): void {
    const batch = this.#joined?.batch({ events, chars }) ?? { events, chars };
    this.#setup.output.push(batch.events, batch.chars);
  }

  // What the call does with it.

  get original(): JointSetup["original"] {
    return this.#setup.original;
  }

  /** The same for another attempt. */
  again(): Joint {
    return new Joint(this.#setup);
  }

  /** The answer is whole and would be one by itself: now the seam has to be certain. */
  settle(): void {
    if (this.#isOpen) return;
    if (this.#head === "") throw new this.#setup.TargetFailure("output.empty");
    this.#decide(true);
  }

  /** A failure that an attempt has only met as it was to go on: it is asked again without. */
  mended(failure: TargetFailure, { repair: tried }: Turn): TargetFailure {
    // What its adapter can repair is repaired first, and goes on.
    const isRepaired = failure.details.repair !== undefined && tried === undefined;
    if (!/^(?:request|output)\./.test(failure.class) || isRepaired) return failure;
    this.#wasRefused = true;
    const { original, TargetFailure: Failure } = this.#setup;
    const repair = { description: "without continuing", apply: () => original.request };
    return new Failure(failure.class, { ...failure.details, repair });
  }

  // What became of it.

  /** Whether anything was written. */
  get hasHead(): boolean {
    return this.#head !== "";
  }

  /** Whether the target did not take it, or had nothing to say to it. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Whether what was written may be the rest of the answer or all of it. */
  get isUncertain(): boolean {
    return this.#seam?.type === "none";
  }

  get droppedChars(): number {
    return this.#seam?.type === "join" ? this.#seam.drop : 0;
  }

  // The same, undefined where the attempt's output is its own alone.

  /** The seam, as the consumer sees it. */
  seam(base: Omit<ContinueEvent, "mode" | "marker" | "keeps" | "discards">): ContinueEvent | undefined {
    if (this.#joined === undefined) return undefined;
    const { keeps, discards } = this.#joined;
    return { ...base, mode: "continue", marker: null, keeps, discards };
  }

  /** All that is shown behind the seam, as far as it has come. */
  all(own: Assembly): Pick<Assembly, "textChars" | "ids"> | undefined {
    return this.#joined?.all(own);
  }

  /** The same, as parts of an answer that is not whole. */
  partialContent(own: Assembly): (TextPart | ReasoningPart)[] | undefined {
    return this.#joined?.content(own).filter((part) => part.type === "text" || part.type === "reasoning");
  }

  /** What is different in the answer of two attempts. */
  answer({
    name,
    assembly,
  }: Pick<Attempt, "name" | "assembly">): Pick<Answer, "message" | "text" | "stitched"> | undefined {
    if (this.#joined === undefined) return undefined;
    const { from, given } = this.#setup;
    const content = this.#joined.content(assembly);
    const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const stitched = { at: [given.shown.length], by: [from, name] };
    return { message: { role: "assistant", content }, text, stitched };
  }

  #decide(isWhole: boolean): void {
    this.#seam ??= seamOf(this.#setup.given, this.#head, isWhole);
    if (this.#seam?.type === "none") throw new this.#setup.TargetFailure("output.no-seam");
  }
}
