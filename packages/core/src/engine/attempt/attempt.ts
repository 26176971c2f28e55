import { Gate, type Batch } from "./gate.ts";
import type { AttemptName, PartEvent } from "../../model/events.ts";
import type { Clock } from "../../model/clock.ts";
import type { AttemptContext, StreamPart } from "../../model/target.ts";
import { Assembly, type Weight } from "./assembly.ts";
import type { Loss, RateLimits } from "../../model/trace.ts";
import type { Usage } from "../../model/usage.ts";
import { AttemptReader, type Appetite } from "./attempt-reader.ts";
import { cleanId, cleanLine, cleanModel } from "../../model/clean-text.ts";
import { AttemptClocks, type AttemptLimits } from "./attempt-clocks.ts";
import { isTargetFailure, TargetFailure, toTargetFailure, toUnsentFailure } from "../../model/target-failure.ts";
import type { Turn } from "../turn.ts";
import type { Output } from "./output.ts";

/** Parts of one answer. Real ones have hundreds. */
const MOST_PARTS = 16_384;

export type EndPart = Extract<StreamPart, { readonly type: "end" }>;

export interface AttemptSetup {
  readonly name: AttemptName;
  readonly turn: Turn;
  /** Milliseconds the gate holds the first output back; `Infinity` until the answer is whole. */
  readonly holdMs: number;
  readonly clock: Clock;
  readonly output: Pick<Output, "isDiscarding" | "hasRoom" | "whenRoom" | "push">;
  readonly newId: () => string;
  /** A deadline may have become earlier. */
  readonly onDeadline: () => void;
  /** The gate opened: what was held goes out first. */
  readonly onRelease: (attempt: Attempt, held: readonly Batch[]) => void;
  readonly onFirstContent: () => void;
  /** The adapter did something out of order that did no harm. */
  readonly onWarning: (detail: string) => void;
  readonly limits: AttemptLimits;
  /** A step is over: hooks may be called now. */
  readonly onStep: () => void;
}

/** One attempt from its start to its end or failure: reads, keeps the clocks, holds at the gate, assembles the message. */
export class Attempt {
  readonly name: AttemptName;
  readonly turn: Turn;
  readonly assembly: Assembly;
  readonly losses: Loss[];
  readonly startedAt: number;
  firstContentAt: number | undefined;
  usage: Usage | undefined;
  requestId: string | undefined;
  rateLimits: RateLimits | undefined;
  /** The answer is complete: no clock runs while it is looked at. */
  ended: EndPart | undefined;
  /** What of its answer does not fit the schema, in the words of the schema's library. */
  issues: readonly string[] | undefined;
  /** Tools that the request declares by native fields only. */
  nativeTools: readonly string[] = [];
  /** The vendor ran tools on its side. */
  sideEffects = false;
  /** It began beside another one. */
  hedge: true | undefined;
  /** Why it has failed, while it is decided what follows. */
  failure: TargetFailure | undefined;
  /** A limit was decided after the process had stood still: it says nothing about the vendor. */
  isLate = false;
  /** The wait for its first content was cut too short to say anything about the vendor. */
  isShort = false;
  readonly #setup: AttemptSetup;
  readonly #gate: Pick<Gate, "isOpen" | "opensAt" | "hold" | "shown" | "open">;
  readonly #reader: AttemptReader;
  #running: Promise<EndPart> | undefined;
  #clocks: AttemptClocks | undefined;

  constructor(setup: AttemptSetup) {
    const { turn } = setup;
    const { vendor, model, endpoint } = turn.candidate.target;
    this.#setup = setup;
    // Hooks see it in events.
    this.name = Object.freeze(setup.name);
    this.turn = turn;
    this.losses = [...turn.losses];
    this.assembly = new Assembly({ vendor, model, endpoint });
    this.#gate = turn.joint ?? new Gate(setup.holdMs);
    this.#reader = new AttemptReader(setup.clock);
    this.startedAt = setup.clock.now();
  }

  get isReleased(): boolean {
    return this.#gate.isOpen;
  }

  /** When a limit of this attempt is reached. */
  dueAt(): number {
    return this.ended === undefined ? (this.#clocks?.dueAt() ?? Infinity) : Infinity;
  }

  /** When its gate opens. */
  get gateDueAt(): number {
    return this.ended === undefined ? this.#gate.opensAt : Infinity;
  }

  onDue(now: number, late: boolean): void {
    if (this.ended !== undefined) return;
    if (this.#gate.opensAt <= now) this.release();
    const expired = this.#clocks?.expired(now);
    if (expired === undefined) return;
    this.isLate = late;
    this.isShort = this.#clocks?.isShort(now) === true;
    this.#reader.stop(expired);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Reads until the end, once. Rejects with a `TargetFailure`; then the attempt is stopped. */
  run(): Promise<EndPart> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<EndPart> {
    try {
      await this.#reader.read(this.#open());
      if (this.ended === undefined) throw new TargetFailure("stream.truncated");
      return this.ended;
    } catch (error) {
      const failure = toTargetFailure(error);
      this.#reader.stop(failure);
      throw failure;
    }
  }

  stop(failure: TargetFailure): void {
    this.#reader.stop(failure);
  }

  /** Opens the gate, if it is not open yet. */
  release(): void {
    if (this.#gate.isOpen || this.#reader.stopped !== undefined) return;
    this.#setup.onRelease(this, this.#gate.open());
  }

  #open(): (parts: readonly StreamPart[]) => Appetite {
    const { turn, limits, onDeadline, onStep } = this.#setup;
    const { request, plan } = turn;
    if (this.#reader.stopped !== undefined) throw this.#reader.stopped;
    if (isTargetFailure(plan)) throw plan;
    this.nativeTools = plan.nativeTools ?? [];
    const clocks = new AttemptClocks(limits, this.startedAt);
    this.#clocks = clocks;
    try {
      this.#reader.open(() => turn.candidate.target.stream(request, this.#context()));
    } catch (error) {
      throw toUnsentFailure(error);
    }
    onDeadline();
    return (parts) => {
      const appetite = this.#take(parts, clocks);
      onStep();
      return appetite;
    };
  }

  #context(): AttemptContext {
    const { clock, newId, turn } = this.#setup;
    let parts = 0;
    return {
      signal: this.#reader.signal,
      clock,
      newId: () => {
        // Of one event an adapter may make millions before any of them arrives.
        if (++parts > MOST_PARTS) throw new TargetFailure("stream.malformed");
        return newId();
      },
      loss: (loss) => this.losses.push(cleanLoss(loss)),
      // The attempt before died on a connection that may have been closed while it was idle.
      freshConnection: turn.repeat === "fresh-connection",
    };
  }

  #take(parts: readonly StreamPart[], clocks: AttemptClocks): Appetite {
    const { clock, onDeadline, output } = this.#setup;
    const now = clock.now();
    if (!Array.isArray(parts)) throw new TypeError("not an array of parts");
    if (clocks.byte(now)) onDeadline();
    const weight = this.#sort(parts, clocks, now);
    // Also when the end came with it: short answers often arrive in one read.
    if (weight !== "none") this.#progressed(now, clocks);
    if (this.ended !== undefined) return "enough";
    if (weight === "show" && !this.#gate.isOpen) this.#shown(now);
    if (output.hasRoom || !this.#gate.isOpen) return "more";
    this.#pauseUntilRoom(clocks);
    return "pause";
  }

  /** Keeps what is for the engine, passes on what is for the consumer: also what came before a part that is wrong. */
  #sort(parts: readonly StreamPart[], clocks: AttemptClocks, now: number): Weight {
    const events: PartEvent[] = [];
    let chars = 0;
    let weight: Weight = "none";
    let read = 0;
    try {
      while (read < parts.length && this.ended === undefined) {
        const part = parts[read++];
        if (part === undefined) throw new TypeError("not a part");
        switch (part.type) {
          case "response":
            this.requestId = part.requestId;
            this.rateLimits = part.rateLimits;
            continue;
          case "usage":
            this.usage = part.usage;
            break;
          case "working":
            clocks.working(part.kind, part.on, now);
            if (part.kind === "server-tool") this.sideEffects = true;
            this.#setup.onDeadline();
            break;
          case "end":
            this.ended = cleanEnd(part);
            break;
          default: {
            const event = this.assembly.signed(part);
            weight = heavier(weight, this.assembly.accept(event));
            // Whole tool calls leave with the end of the attempt, never before it.
            if (event.type !== "tool-call") events.push(event);
            if ("delta" in event) chars += event.delta.length;
          }
        }
        clocks.event();
      }
    } finally {
      this.#pass({ events, chars });
    }
    if (this.ended !== undefined) this.#end(this.ended, read === parts.length);
    return weight;
  }

  /** Time in which the consumer does not read is not the vendor's. */
  #pauseUntilRoom(clocks: AttemptClocks): void {
    const { clock, onDeadline, output } = this.#setup;
    clocks.pause(clock.now());
    onDeadline();
    // A promise, as the reader who makes room has an asynchronous context of its own.
    // oxlint-disable-next-line promise/always-return -- nobody waits for it
    void new Promise<void>((resolve) => output.whenRoom(resolve)).then(() => {
      clocks.resume(clock.now());
      onDeadline();
      this.#reader.resume();
    });
  }

  #pass(batch: Batch): void {
    const { output } = this.#setup;
    if (this.#gate.isOpen) output.push(batch.events, batch.chars);
    else if (!output.isDiscarding) this.#gate.hold(batch);
  }

  #end(part: EndPart, isLast: boolean): void {
    const { onWarning } = this.#setup;
    if (!isLast) onWarning("parts after the end were dropped");
    for (const missing of this.assembly.missingEnds()) {
      onWarning(`${missing.type} is missing`);
      this.assembly.accept(missing);
      this.#pass({ events: [missing], chars: 0 });
    }
    this.usage = part.usage ?? this.usage;
  }

  #progressed(now: number, clocks: AttemptClocks): void {
    clocks.content(now);
    if (this.firstContentAt !== undefined) return;
    this.firstContentAt = now;
    this.#setup.onFirstContent();
    this.#setup.onDeadline();
  }

  #shown(now: number): void {
    this.#gate.shown(now);
    if (this.#gate.opensAt <= now) this.release();
    else this.#setup.onDeadline();
  }
}

/** What adapters pass on of a vendor's or a caller's words ends up in traces, events and logs. */
function cleanEnd(part: EndPart): EndPart {
  const { rawFinishReason, model, responseId } = part;
  return {
    ...part,
    rawFinishReason: cleanId(rawFinishReason),
    model: cleanModel(model),
    responseId: cleanModel(responseId),
  };
}

function cleanLoss({ what, action, reason }: Loss): Loss {
  return { what: cleanLine(what), action, reason: reason === undefined ? undefined : cleanLine(reason) };
}

function heavier(left: Weight, right: Weight): Weight {
  if (left === "show" || right === "none") return left;
  return right;
}
