import type { Candidate } from "../engine/tier.ts";
import type { Capabilities } from "../model/target.ts";
import { oneLine } from "./foreign.ts";

export const SIZES = ["small", "balanced", "flagship"] as const;
const REASONING = ["always", "optional", "never"] as const;
const ABILITIES = ["tools", "images", "jsonOutput", "files", "urls", "audio"] as const;

export type Ability = (typeof ABILITIES)[number];

/** What a target says of itself, read once. What is not as the contract says counts as unknown: adapters may be anyone's. */
export interface Facts {
  readonly candidate: Candidate;
  /** Name of the tier. */
  readonly tier: string;
  readonly vendor: string;
  readonly model: string;
  readonly endpoint: string;
  /** For messages: the tier, the model where its name does not say it, and which one of several targets. */
  readonly name: string;
  readonly size: (typeof SIZES)[number] | undefined;
  readonly reasoning: (typeof REASONING)[number] | undefined;
  /** Where `reasoning` is `optional`: whether it reasons when no effort is named. */
  readonly reasonsByDefault: boolean | undefined;
  readonly window: number | undefined;
  readonly maxOutput: number | undefined;
  readonly retiresOn: string | undefined;
  /** Abilities that are there, and those that are not; the others are unknown. */
  readonly has: ReadonlySet<Ability>;
  readonly lacks: ReadonlySet<Ability>;
  readonly key: string | undefined;
  readonly quota: string | undefined;
  /** The transport that was chosen for it. */
  readonly transport: string | undefined;
  /** What the adapter says of a key that was not found. */
  readonly noKey: string | undefined;
}

/** Undefined when a getter or proxy threw. */
export function readFacts(candidate: Candidate): Facts | undefined {
  try {
    const { tier, target, sibling } = candidate;
    const { vendor, model, endpoint, scopes } = target;
    const given: { readonly [Name in keyof Capabilities]?: unknown } = { ...target.capabilities };
    const which = [
      ...(tier.name === `${vendor}/${model}` ? [] : [`${vendor}/${model}`]),
      ...(sibling === undefined ? [] : [`target ${sibling}`]),
    ];
    return {
      candidate,
      tier: tier.name,
      vendor: oneLine(vendor),
      model: oneLine(model),
      endpoint: oneLine(endpoint),
      name: oneLine(`tier ${tier.name}${which.length === 0 ? "" : ` (${which.join(", ")})`}`),
      size: SIZES.find((size) => size === given.size),
      reasoning: REASONING.find((way) => way === given.reasoning),
      reasonsByDefault: typeof given.reasonsByDefault === "boolean" ? given.reasonsByDefault : undefined,
      window: tokens(given.contextWindow),
      maxOutput: tokens(given.maxOutputTokens),
      retiresOn: text(given.retiresOn),
      has: new Set(ABILITIES.filter((name) => given[name] === true)),
      lacks: new Set(ABILITIES.filter((name) => given[name] === false)),
      key: text(scopes.key),
      quota: text(scopes.quota),
      transport: text(target.transport),
      noKey: text(target.problems.find(({ type }) => type === "no-key")?.message),
    };
  } catch {
    return undefined;
  }
}

function tokens(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
