import type { PartEvent } from "../../model/events.ts";
import type { AssistantPart, Origin, ReasoningPart, TextPart, ToolCallPart } from "../../model/parts.ts";
import { TargetFailure } from "../../model/target-failure.ts";

/** What an event means for clocks and gate: nothing, a sign that the model is at work, or something to show. */
export type Weight = "none" | "progress" | "show";

interface OpenPart {
  readonly type: "text" | "reasoning" | "tool-call";
  readonly slot: number;
  text: string;
}

/** A part as it stands: whole, or as far as it has come. */
export interface ShownPart {
  readonly id: string;
  /** Undefined for a tool call that is not whole. */
  readonly part: AssistantPart | undefined;
  readonly isOpen: boolean;
}

/** Puts the message of one attempt together from its events and checks their order. */
export class Assembly {
  readonly #origin: Origin;
  readonly #slots: (AssistantPart | undefined)[] = [];
  readonly #open = new Map<string, OpenPart>();
  readonly #ids: string[] = [];
  readonly #seen = new Set<string>();
  readonly #calledTools: string[] = [];
  readonly #toolCalls: { readonly id: string; readonly part: ToolCallPart }[] = [];
  // The part of the latest delta: most deltas go to the same part as the one before.
  #latestId: string | undefined;
  #latest: OpenPart | undefined;
  #textChars = 0;
  #hasText = false;
  #reasoningChars = 0;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  get textChars(): number {
    return this.#textChars;
  }

  get reasoningChars(): number {
    return this.#reasoningChars;
  }

  /** Whether there is any text but white space. Told while it comes: to look through a long text afterwards is slow. */
  get hasText(): boolean {
    return this.#hasText;
  }

  /** Ids of all parts so far, in order. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Whole calls, in order. They wait for the end of the attempt. */
  get toolCalls(): readonly { readonly id: string; readonly part: ToolCallPart }[] {
    return this.#toolCalls;
  }

  /** Names of the tools of all calls, whole or not, in the order in which they began. */
  get calledTools(): readonly string[] {
    return this.#calledTools;
  }

  /** The event as the consumer gets it: a finished part that is sent to another target in another way, or not at all, says where it comes from. */
  signed<Event extends PartEvent>(event: Event): Event {
    if (!("part" in event) || !needsOrigin(event.part)) return event;
    return { ...event, part: { ...event.part, origin: this.#origin } };
  }

  /** Takes events that are signed. */
  accept(event: PartEvent): Weight {
    switch (event.type) {
      case "text-delta": {
        this.#append(event.id, event.delta, "text");
        this.#textChars += event.delta.length;
        this.#sawText(event.delta);
        return event.delta === "" ? "none" : "show";
      }
      case "reasoning-delta": {
        this.#append(event.id, event.delta, "reasoning");
        this.#reasoningChars += event.delta.length;
        return event.delta === "" ? "none" : "show";
      }
      case "tool-call-delta":
        this.#append(event.id, event.delta, "tool-call");
        return "progress";
      case "text-start":
        this.#begin(event.id, "text");
        return "none";
      case "reasoning-start":
        this.#begin(event.id, "reasoning");
        return "none";
      case "tool-call-start":
        this.#begin(event.id, "tool-call");
        this.#calledTools.push(event.toolName);
        return "progress";
      case "text-end":
      case "reasoning-end":
        this.#end(event.id, event.part);
        return "none";
      case "tool-call": {
        const { id, part } = event;
        if (this.#open.has(id)) this.#end(id, part);
        else {
          this.#whole(id, part);
          this.#calledTools.push(part.toolName);
        }
        this.#toolCalls.push({ id, part });
        return "progress";
      }
      case "file":
        this.#whole(event.id, event.part);
        return "show";
      case "refusal":
      case "source":
      case "opaque":
        this.#whole(event.id, event.part);
        return "progress";
      default:
        event satisfies never;
        throw new TargetFailure("adapter.contract");
    }
  }

  /** What an adapter forgot to close before the end. An incomplete tool call is not a call. */
  missingEnds(): PartEvent[] {
    return Array.from(this.#open, ([id, { type, text }]): PartEvent => {
      switch (type) {
        case "text":
          return { type: "text-end", id, part: { type, text } };
        case "reasoning":
          return this.signed({ type: "reasoning-end", id, part: { type, text } });
        case "tool-call":
          throw new TargetFailure("adapter.contract");
        default:
          return type satisfies never;
      }
    });
  }

  /** The parts that are whole, in the order in which they began. */
  content(): AssistantPart[] {
    return this.#slots.filter((part) => part !== undefined);
  }

  /** All parts, also unfinished ones as they stand. */
  parts(): ShownPart[] {
    return this.#ids.map((id, slot) => {
      const { type = "tool-call", text = "" } = this.#open.get(id) ?? {};
      const part = type === "tool-call" ? this.#slots[slot] : { type, text };
      return { id, part, isOpen: this.#open.has(id) };
    });
  }

  /** The text and reasoning of an answer that is not whole, also unfinished ones as they stand. */
  partialContent(): (TextPart | ReasoningPart)[] {
    return this.parts().flatMap(({ part, isOpen }) => {
      const isSaid = part?.type === "text" || part?.type === "reasoning";
      return isSaid && !(isOpen && part.text === "") ? part : [];
    });
  }

  /** Text and tool calls as far as they were written, to compare two attempts. */
  written(): string {
    const whole = this.#slots.flatMap((part) => {
      if (part?.type === "text") return part.text;
      return part?.type === "tool-call" ? JSON.stringify([part.toolName, part.inputText ?? part.input]) : [];
    });
    const open = Array.from(this.#open.values(), ({ type, text }) => (type === "reasoning" ? "" : text));
    return [...whole, ...open].join("");
  }

  #sawText(text: string): void {
    this.#hasText ||= text.trim() !== "";
  }

  #begin(id: string, type: OpenPart["type"]): void {
    this.#open.set(id, { type, slot: this.#reserve(id), text: "" });
  }

  #append(id: string, delta: string, type: OpenPart["type"]): void {
    if (id !== this.#latestId) {
      this.#latest = this.#open.get(id);
      this.#latestId = id;
    }
    if (this.#latest?.type !== type) throw new TargetFailure("adapter.contract");
    this.#latest.text += delta;
  }

  #end(id: string, part: AssistantPart): void {
    const open = this.#open.get(id);
    if (open?.type !== part.type) throw new TargetFailure("adapter.contract");
    this.#open.delete(id);
    this.#latestId = undefined;
    this.#fill(open.slot, part);
  }

  #whole(id: string, part: AssistantPart): void {
    this.#fill(this.#reserve(id), part);
  }

  #reserve(id: string): number {
    if (this.#seen.has(id)) throw new TargetFailure("adapter.contract");
    this.#seen.add(id);
    this.#ids.push(id);
    return this.#slots.push(undefined) - 1;
  }

  #fill(slot: number, part: AssistantPart): void {
    this.#slots[slot] = part;
    if (part.type === "text") this.#sawText(part.text);
  }
}

function needsOrigin(part: AssistantPart): boolean {
  if (part.type === "reasoning" || part.type === "opaque" || part.opaque !== undefined) return true;
  // What some vendors never take back is no loss there.
  return part.type === "text" && part.citations !== undefined;
}
