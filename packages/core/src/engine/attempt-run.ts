import type { AttemptName, PartEvent } from "../model/events.ts";
import type { Clock } from "../model/clock.ts";
import type { AttemptContext, AttemptPlan, StreamPart, Target, TargetRequest } from "../model/target.ts";
import { TargetFailure } from "../model/target-failure.ts";
import type { Loss, RateLimits } from "../model/trace.ts";
import type { Usage } from "../model/usage.ts";
import { Assembly } from "./assembly.ts";
import { AttemptClocks, type AttemptLimits } from "./attempt-clocks.ts";
import { Attempt, toTargetFailure } from "./attempt.ts";
import { Gate } from "./gate.ts";
import type { Output } from "./output.ts";

export type EndPart = Extract<StreamPart, { readonly type: "end" }>;

export interface AttemptRunSetup {
  readonly name: AttemptName;
  readonly target: Target;
  readonly request: TargetRequest;
  readonly losses: readonly Loss[];
  readonly holdMs: number;
  readonly clock: Clock;
  readonly output: Output;
  readonly newId: () => string;
  /** A deadline may have become earlier. */
  readonly onDeadline: () => void;
  /** The gate opened: what was held goes out first. */
  readonly onRelease: (run: AttemptRun, held: readonly PartEvent[]) => void;
  readonly onFirstContent: () => void;
  /** The adapter did something out of order that did no harm. */
  readonly onWarning: (detail: string) => void;
  /** Which clocks apply. */
  readonly limits: (plan: AttemptPlan) => AttemptLimits;
}

/** One attempt from its start to its end or failure: reads, keeps the clocks, holds at the gate, assembles the message. */
export class AttemptRun {
  readonly name: AttemptName;
  readonly target: Target;
  readonly request: TargetRequest;
  readonly assembly: Assembly;
  readonly losses: Loss[];
  readonly startedAt: number;
  firstContentAt: number | undefined;
  usage: Usage | undefined;
  requestId: string | undefined;
  rateLimits: RateLimits | undefined;
  servedModel: string | undefined;
  /** The vendor ran tools on its side. */
  sideEffects = false;
  /** A limit was decided after the process had stood still: it says nothing about the vendor. */
  decidedLate = false;
  readonly #setup: AttemptRunSetup;
  readonly #gate: Gate;
  readonly #attempt = new Attempt();
  #clocks: AttemptClocks | undefined;
  /** The answer is complete: no clock runs while it is looked at. */
  #isEnded = false;

  constructor(setup: AttemptRunSetup) {
    const { target } = setup;
    this.#setup = setup;
    this.name = setup.name;
    this.target = target;
    this.request = setup.request;
    this.losses = [...setup.losses];
    this.assembly = new Assembly({ vendor: target.vendor, model: target.model, endpoint: target.endpoint });
    this.#gate = new Gate(setup.holdMs);
    this.startedAt = setup.clock.now();
  }

  get isReleased(): boolean {
    return this.#gate.isOpen;
  }

  /** When a clock of this attempt or its gate is due. */
  dueAt(): number {
    return this.#isEnded ? Infinity : Math.min(this.#clocks?.dueAt() ?? Infinity, this.#gate.opensAt);
  }

  onDue(now: number, late: boolean): void {
    if (this.#isEnded) return;
    if (this.#gate.opensAt <= now) this.release();
    const expired = this.#clocks?.expired(now);
    if (expired === undefined) return;
    this.decidedLate = late;
    this.#attempt.stop(new TargetFailure(expired));
  }

  /** Reads until the end. Rejects with a `TargetFailure`; then the attempt is stopped. */
  async run(): Promise<EndPart> {
    try {
      return await this.#readToEnd();
    } catch (error) {
      const failure = toTargetFailure(error);
      this.#attempt.stop(failure);
      throw failure;
    }
  }

  stop(failure: TargetFailure): void {
    this.#attempt.stop(failure);
  }

  /** Opens the gate, if it is not open yet. */
  release(): void {
    if (this.#gate.isOpen || this.#attempt.stopped !== undefined) return;
    this.#setup.onRelease(this, this.#gate.open());
  }

  async #readToEnd(): Promise<EndPart> {
    const { target, request, clock, output, limits, onDeadline } = this.#setup;
    if (this.#attempt.stopped !== undefined) throw this.#attempt.stopped;
    const plan = target.plan(request);
    const clocks = new AttemptClocks(limits(plan), this.startedAt);
    this.#clocks = clocks;
    this.#attempt.open(() => target.stream(request, this.#context()));
    onDeadline();
    for (;;) {
      if (this.#gate.isOpen && !output.hasRoom) {
        clocks.pause(clock.now());
        onDeadline();
        await output.room();
        clocks.resume(clock.now());
        onDeadline();
      }
      const parts = await this.#attempt.read();
      if (parts === undefined) throw new TargetFailure("stream.truncated");
      const end = this.#take(parts, clocks);
      if (end === undefined) continue;
      this.#attempt.close();
      return end;
    }
  }

  #context(): AttemptContext {
    const { clock, newId } = this.#setup;
    return { signal: this.#attempt.signal, clock, newId, loss: (loss) => this.losses.push(loss) };
  }

  #take(parts: readonly StreamPart[], clocks: AttemptClocks): EndPart | undefined {
    const now = this.#setup.clock.now();
    if (clocks.byte(now)) this.#setup.onDeadline();
    let progressed = false;
    let shown = false;
    for (const [index, part] of parts.entries()) {
      switch (part.type) {
        case "response":
          this.requestId = part.requestId;
          this.rateLimits = part.rateLimits;
          break;
        case "usage":
          this.usage = part.usage;
          clocks.event();
          break;
        case "working":
          clocks.event();
          clocks.working(part.kind, part.on, now);
          if (part.kind === "server-tool") this.sideEffects = true;
          this.#setup.onDeadline();
          break;
        case "end":
          if (index < parts.length - 1) this.#setup.onWarning("parts after the end were dropped");
          this.#end(part);
          return part;
        default: {
          const weight = this.assembly.accept(part);
          progressed ||= weight !== "none";
          shown ||= weight === "show";
          clocks.event();
          this.#pass(part);
        }
      }
    }
    if (progressed) this.#progressed(now, clocks);
    if (shown && !this.#gate.isOpen) this.#shown(now);
    return undefined;
  }

  #pass(part: PartEvent): void {
    // Whole tool calls leave with the end of the attempt, never before it.
    if (part.type === "tool-call") return;
    if (this.#gate.isOpen) this.#setup.output.push(part);
    else if (!this.#setup.output.isDiscarding) this.#gate.hold(part);
  }

  #end(part: EndPart): void {
    const { onWarning } = this.#setup;
    for (const missing of this.assembly.missingEnds()) {
      onWarning(`${missing.type} is missing`);
      this.assembly.accept(missing);
      this.#pass(missing);
    }
    this.usage = part.usage ?? this.usage;
    this.servedModel = part.model;
    this.#isEnded = true;
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
