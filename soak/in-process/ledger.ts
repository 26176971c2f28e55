import { Counts } from "../counts.ts";

/** What the upstream side knows of one call: the truth that its end is held against. */
export interface CallRecord {
  readonly number: number;
  /** Upstream calls made for it. */
  asked: number;
  /** The text of the last answer that was played to its end; undefined when none was. */
  whole: string | undefined;
}

/** Every call under way, and what is open upstream. */
export class Ledger {
  readonly #calls = new Map<number, CallRecord>();
  /** Upstream calls by what was played. */
  readonly played: Counts = new Counts();
  asked = 0;
  faults = 0;
  /** Upstream calls for a call that was over. */
  strays = 0;
  /** Answers that are neither played to their end nor left. */
  open = 0;

  begin(number: number): CallRecord {
    const record: CallRecord = { number, asked: 0, whole: undefined };
    this.#calls.set(number, record);
    return record;
  }

  end({ number }: CallRecord): void {
    this.#calls.delete(number);
  }

  ask(number: number, fate: string, isFault: boolean): CallRecord {
    this.asked++;
    if (isFault) this.faults++;
    this.played.add(fate);
    const record = this.#calls.get(number);
    if (record === undefined) this.strays++;
    else record.asked++;
    return record ?? { number, asked: 0, whole: undefined };
  }
}
