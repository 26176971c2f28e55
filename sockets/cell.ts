import {
  createChain,
  isUnderstudyError,
  type AttemptRecord,
  type Chain,
  type ErrorCode,
  type StreamEvent,
} from "@understudy/core";
import type { Column } from "./columns.ts";
import type { Fault } from "./acts.ts";
import { faultOf } from "./faults.ts";
import type { Form } from "./form.ts";
import type { Place, Stage, Witness } from "./stage.ts";

/** One fault at one way to a vendor, in one form. */
export interface Cell {
  readonly fault: string;
  readonly column: Column;
  readonly form: Form;
}

/** What became of a cell. */
export interface Finding {
  readonly attempts: readonly Pick<AttemptRecord, "tier" | "class" | "scope" | "retryAfterMs" | "endedMs">[];
  /** How often the call ended: once is right. */
  readonly ends: number;
  /** The text that the consumer saw before another target took over, or before the call ended without an answer. */
  readonly shown: string;
  /** The whole answer. */
  readonly answer: string | undefined;
  readonly code: ErrorCode | undefined;
  /** What the error says to have been delivered. */
  readonly partial: string | undefined;
  /** Something that is no error of the library's. */
  readonly stranger: string | undefined;
  readonly witness: Witness;
}

/** Longer than anything takes here. */
const LONG = { timeoutMs: 30_000, silentReasoningMs: 30_000, progressMs: 30_000, workingMs: 30_000 };
export const SHORT_MS = 400;
const IDLE_MS = 200;

/** Plays one cell. `fetch` is the one of the column's transport. */
export async function play(cell: Cell, stage: Stage, fetch: typeof globalThis.fetch | undefined): Promise<Finding> {
  const { column, form } = cell;
  const place = await stage.open({ fault: cell.fault, wire: column.wire, form });
  return new Player(cell, place, fetch).play();
}

type Told = { -readonly [Name in keyof Finding]: Finding[Name] };

class Player {
  readonly #form: Form;
  readonly #fault: Fault;
  readonly #place: Place;
  readonly #chain: Chain;
  readonly #leaving = new AbortController();
  readonly #attempts: AttemptRecord[] = [];
  readonly #told: Partial<Told> = {};
  #ends = 0;
  #shown = "";

  constructor({ column, form, fault }: Cell, place: Place, fetch: typeof globalThis.fetch | undefined) {
    this.#form = form;
    this.#fault = faultOf(fault);
    this.#place = place;
    const isWhole = form === "whole";
    const making = { streaming: isWhole ? "never" : "auto", ...(fetch !== undefined && { fetch }) } as const;
    const first = column.make({
      ...making,
      apiKey: "key-1",
      baseURL: place.primary,
      capabilities: { contextWindow: 200_000 },
    });
    const second = column.make({
      ...making,
      apiKey: "key-2",
      baseURL: place.backup,
      capabilities: { contextWindow: 9_000_000 },
    });
    const tiers = [
      { ...LONG, ...this.#limits(isWhole), name: "first", target: first },
      { ...LONG, name: "second", target: second },
    ];
    this.#chain = createChain(form === "last" ? tiers.slice(0, 1) : tiers, {
      holdMs: 0,
      consumerIdleMs: this.#fault.consumer === "pauses" ? IDLE_MS : 60_000,
      ...(form === "last" && { policy: () => "stop" }),
      onEvent: (event) => {
        if (event.type === "attempt-end") this.#attempts.push(event.record);
        if (event.type === "end") this.#ends += 1;
      },
    });
  }

  async play(): Promise<Finding> {
    try {
      await (this.#form === "stream" || this.#form === "last" ? this.#read() : this.#ask());
    } catch (error) {
      if (isUnderstudyError(error)) {
        this.#told.code = error.code;
        this.#told.partial = error.partial?.text;
      } else this.#told.stranger = String(error);
    }
    const witness = await this.#place.leave();
    const { answer, code, partial, stranger } = this.#told;
    return {
      attempts: this.#attempts.map((record) => ({
        tier: record.tier,
        class: record.class,
        scope: record.scope,
        retryAfterMs: record.retryAfterMs,
        endedMs: record.endedMs,
      })),
      ends: this.#ends,
      shown: this.#shown,
      witness,
      answer,
      code,
      partial,
      stranger,
    };
  }

  #limits(isWhole: boolean): Partial<typeof LONG> {
    const { short } = this.#fault;
    if (short === undefined) return {};
    // Nothing of an answer in one piece is content before all of it is there.
    if (short === "progress" && !isWhole) return { progressMs: SHORT_MS };
    return { timeoutMs: SHORT_MS, silentReasoningMs: SHORT_MS };
  }

  async #ask(): Promise<void> {
    const answer = this.#chain.generate("Why is the sky blue?", { signal: this.#leaving.signal });
    if (this.#fault.consumer === "aborts") {
      await this.#place.asked();
      this.#leaving.abort(new Error("enough"));
    }
    this.#told.answer = (await answer).text;
  }

  async #read(): Promise<void> {
    let text = "";
    let isOver = false;
    const stream = await this.#chain.stream("Why is the sky blue?", { signal: this.#leaving.signal });
    for await (const event of stream) {
      if (event.type === "failover" || event.type === "start") {
        isOver = event.type === "failover" || event.tier === "second";
        text = "";
      }
      const delta = deltaOf(event);
      if (delta === "") continue;
      text += delta;
      if (!isOver) this.#shown = text;
      this.#place.seen();
      if (this.#fault.consumer === "breaks") break;
      if (this.#fault.consumer === "aborts") this.#leaving.abort(new Error("enough"));
      if (this.#fault.consumer === "pauses") await sleep(6 * IDLE_MS);
    }
    if (this.#fault.consumer !== "breaks") this.#told.answer = text;
    // All of it belongs to the answer.
    if (this.#attempts.at(-1)?.outcome === "answered" && this.#attempts.length === 1) this.#shown = "";
  }
}

function deltaOf(event: StreamEvent): string {
  return event.type === "text-delta" ? event.delta : "";
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
