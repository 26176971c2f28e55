import type { ContinueEvent, PartEvent } from "../../model/events.ts";
import type { AssistantPart, TextPart } from "../../model/parts.ts";
import type { Assembly, ShownPart } from "../attempt/assembly.ts";
import type { Batch } from "../attempt/gate.ts";

interface OpenText {
  readonly id: string;
  readonly text: string;
}

/**
 * The parts of two attempts as those of one answer: texts that were shown stay, and the second attempt's first text goes on in the
 * one that was open. Nothing in them is bound to one of the two models.
 */
export class JoinedParts {
  readonly #shown: readonly ShownPart[];
  /** The text that had not ended; the last one, if any. */
  readonly #open: OpenText | undefined;
  /** The second attempt's first text. */
  readonly #first: string | undefined;
  readonly #drop: number;
  /** Of the head, still to be left out. */
  #toDrop: number;
  /** How much was left out of each text. */
  readonly #dropped = new Map<string, number>();

  constructor(shown: readonly ShownPart[], first: string | undefined, drop: number) {
    this.#shown = shown;
    this.#first = first;
    this.#drop = drop;
    this.#toDrop = drop;
    const last = shown.findLast(({ part }) => part?.type === "text");
    if (last?.isOpen === true && last.part?.type === "text") this.#open = { id: last.id, text: last.part.text };
  }

  get keeps(): ContinueEvent["keeps"] {
    return { textChars: this.#texts().join("").length, ids: this.#ids("text") };
  }

  /** Reasoning belongs to the model that wrote it. */
  get discards(): ContinueEvent["discards"] {
    return { textChars: 0, ids: this.#ids("reasoning") };
  }

  /** All that is shown, as far as it has come. */
  all(own: Assembly): Pick<Assembly, "textChars" | "ids"> {
    const { textChars, ids } = this.keeps;
    const ownIds = own.ids.filter((id) => this.#openOf(id) === undefined);
    return { textChars: textChars + own.textChars - this.#drop, ids: [...ids, ...ownIds] };
  }

  content(own: Assembly): AssistantPart[] {
    const kept = this.#texts().map((text) => plain(text));
    const others = own.parts().flatMap(({ id, part }): AssistantPart[] => {
      if (part?.type !== "text") return part === undefined ? [] : [unbound(part)];
      const text = part.text.slice(this.#dropped.get(id) ?? 0);
      const open = this.#openOf(id);
      if (open === undefined) return text === "" ? [] : [plain(text)];
      kept[kept.length - 1] = plain(open.text + text);
      return [];
    });
    return [...kept, ...others];
  }

  /** What the consumer sees of one read. */
  batch({ events, chars }: Batch): Batch {
    const before = this.#toDrop;
    const joined = events.flatMap((event) => this.#event(event) ?? []);
    return { events: joined, chars: chars - (before - this.#toDrop) };
  }

  #event(event: PartEvent): PartEvent | undefined {
    const open = this.#openOf(event.id);
    const id = open?.id ?? event.id;
    switch (event.type) {
      case "text-start":
        return open === undefined ? event : undefined;
      case "text-delta": {
        const drop = Math.min(this.#toDrop, event.delta.length);
        this.#toDrop -= drop;
        if (drop > 0) this.#dropped.set(event.id, (this.#dropped.get(event.id) ?? 0) + drop);
        const delta = event.delta.slice(drop);
        return delta === "" ? undefined : { type: "text-delta", id, delta };
      }
      case "text-end": {
        const text = event.part.text.slice(this.#dropped.get(event.id) ?? 0);
        return { type: "text-end", id, part: plain((open?.text ?? "") + text) };
      }
      case "reasoning-end":
        return { ...event, part: { type: "reasoning", text: event.part.text } };
      default:
        return event;
    }
  }

  /** The text in which a part goes on. */
  #openOf(id: string): OpenText | undefined {
    return id === this.#first ? this.#open : undefined;
  }

  #texts(): string[] {
    return this.#shown.flatMap(({ part }) => (part?.type === "text" ? part.text : []));
  }

  #ids(type: AssistantPart["type"]): string[] {
    return this.#shown.flatMap(({ id, part }) => (part?.type === type ? id : []));
  }
}

function plain(text: string): TextPart {
  return { type: "text", text };
}

/** Signatures hold for the conversation in which they were made, and that one had the beginning of an answer in it. */
function unbound(part: AssistantPart): AssistantPart {
  return part.type === "reasoning" ? { type: part.type, text: part.text } : part;
}
