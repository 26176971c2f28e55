import type { StreamPart } from "../../model/target.ts";

/** What a wire sends behind its evidence. */
export interface EvidenceSetup {
  /** Usage was asked for, and comes with the last content or behind it. Default: false. */
  readonly usageFollows?: boolean | undefined;
}

/** How long an answer that owes nothing more is waited for to say more. */
const QUIET_MS = 1_000;
/** How long a complete answer is held at most, whatever is still to come. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Decides from what one wire has sent whether its answer is complete. The reader states facts, and every part it pushes
 * is one; what they are worth is decided here, for all wires alike.
 *
 * Evidence counts only behind content. Some servers give it with every piece, or first of all: from the first content
 * behind it on, such a wire is believed at its explicit end and nowhere else.
 */
export class Evidence {
  #owesUsage: boolean;
  // Of the event that is being read.
  #saysComplete = false;
  #takesContent = false;
  // Of all events so far.
  #isGiven = false;
  #hasContent = false;
  #isRevoked = false;
  #cameWithContent = false;
  #isEnded = false;
  #waitedMs = 0;
  #waitingSince: number | undefined;

  constructor({ usageFollows = false }: EvidenceSetup = {}) {
    this.#owesUsage = usageFollows;
  }

  /** The vendor says, in the event that is being read, that the answer is complete. */
  complete(): void {
    this.#saysComplete = true;
  }

  /** The event that is being read holds content, also where no part is pushed for it yet. */
  content(): void {
    this.#takesContent = true;
  }

  /** An event, or an answer in one piece, was read: its parts begin at `from`. */
  read(out: readonly StreamPart[], from: number): void {
    const says = this.#saysComplete;
    let hasContent = this.#takesContent;
    let hasUsage = false;
    this.#saysComplete = false;
    this.#takesContent = false;
    for (let position = from; position < out.length; position++) {
      switch (out[position]?.type) {
        case "end":
          this.#isEnded = true;
          break;
        case "usage":
          hasUsage = true;
          break;
        case "response":
        case "working":
        case "text-end":
        case "reasoning-end":
          break;
        default:
          hasContent = true;
      }
    }
    if (hasContent) {
      this.#hasContent = true;
      if (this.#isGiven) this.#isRevoked = true;
    }
    if (says) {
      this.#isGiven = true;
      this.#cameWithContent = hasContent;
    }
    // Counts that come before the evidence are not the last ones.
    if (hasUsage && this.#isGiven) this.#owesUsage = false;
  }

  /** `end` was pushed. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The vendor has said that the answer is complete: enough for an explicit end. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Said behind content, and no content came since: enough for a cut, a reset and silence. */
  get stands(): boolean {
    return this.#isGiven && this.#hasContent && !this.#isRevoked;
  }

  /** How long the wire may be silent now before its answer counts as complete. Time counts until `stopWaiting`. */
  startWaiting(now: number, isInsideEvent: boolean): number {
    this.#waitingSince = now;
    const left = Math.max(0, LONGEST_WAIT_MS - this.#waitedMs);
    return this.#owesUsage || this.#cameWithContent || isInsideEvent ? left : Math.min(QUIET_MS, left);
  }

  /** Something came. Time in which the consumer does not read does not count. */
  stopWaiting(now: number): void {
    if (this.#waitingSince === undefined) return;
    this.#waitedMs += now - this.#waitingSince;
    this.#waitingSince = undefined;
  }
}
