import type { HealthNews, ResetReport } from "@understudy/core/store";
import { textOf } from "./connection.ts";

/** Something that holds, and what makes it another thing of the same name. */
export interface Fact {
  readonly id: string;
  readonly news: HealthNews;
}

/** What the server says of everything that counts. */
export interface Snapshot {
  /** By kind and name. */
  readonly facts: ReadonlyMap<string, Fact>;
  readonly resets: readonly { readonly version: number; readonly news: ResetReport }[];
}

/** Reads what the script lists. What it does not know is left out: it may be of a later version. */
export function readSnapshot(list: unknown): Snapshot {
  const facts = new Map<string, Fact>();
  const resets: { version: number; news: ResetReport }[] = [];
  for (const entry of Array.isArray(list) ? list : []) {
    if (!Array.isArray(entry)) continue;
    const [kind, name, id, ...rest] = entry.map(textOf);
    if (kind === undefined || name === undefined || id === undefined) continue;
    if (kind === "reset") {
      const news = readReset(name);
      if (news !== undefined) resets.push({ version: Number(id), news });
      continue;
    }
    const news = newsOf(kind, name, rest);
    if (news !== undefined) facts.set(`${"key" in news ? "route" : kind} ${name}`, { id: `${kind} ${id}`, news });
  }
  return { facts, resets };
}

function newsOf(
  kind: string,
  name: string,
  [ms, hardness, because, ageMs, by]: readonly string[],
): HealthNews | undefined {
  const forMs = Number(ms);
  switch (kind) {
    case "open":
      return { type: "opened", key: name, forMs };
    case "suspected":
      return { type: "suspected", key: name };
    case "isolated":
      return { type: "isolated", scope: name, forMs };
    case "cooldown": {
      const isHard = hardness === "h";
      // A class of a later version reads like any other text.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const known = { because: because as Extract<HealthNews, { type: "cooldown" }>["because"] };
      return {
        type: "cooldown",
        scope: name,
        forMs,
        isHard,
        ageMs: Number(ageMs),
        by,
        ...(because === "-" ? {} : known),
      };
    }
    default:
      return undefined;
  }
}

function readReset(text: string): ResetReport | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("scopes" in value) || !("keys" in value)) return undefined;
    const { scopes, keys } = value;
    return Array.isArray(scopes) && Array.isArray(keys)
      ? { type: "reset", scopes: scopes.map(String), keys: keys.map(String) }
      : undefined;
  } catch {
    return undefined;
  }
}
