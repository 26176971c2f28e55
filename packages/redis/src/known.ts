import type { HealthNews } from "@understudy/core/store";
import type { Fact, Snapshot } from "./snapshot.ts";

/** What one process knows of the fleet's state, and so what of a new snapshot is news to it. */
export class Known {
  #facts: ReadonlyMap<string, Fact> = new Map();
  #readAt = 0;
  #made: string | undefined;
  #version = -1;

  /** Whether a reply shows that something has changed. */
  isNews({ made, version }: { readonly made: string; readonly version: number }): boolean {
    return made !== this.#made || version !== this.#version;
  }

  /** Takes in a snapshot. Of one that is older than what is known nothing is news. */
  *learn(made: string, version: number, { facts, resets }: Snapshot, now: number): Iterable<HealthNews> {
    const isSame = made === this.#made;
    if (isSame && version < this.#version) return;
    const [before, versionBefore] = [this.#facts, this.#version];
    this.#facts = facts;
    this.#readAt = now;
    this.#made = made;
    this.#version = version;
    for (const [name, { id, news }] of facts) {
      const old = before.get(name);
      // The doubts of before have ended, even if there are new ones.
      if (old !== undefined && old.id !== id && news.type === "suspected") yield* endOf(old.news);
      if (old?.id !== id) yield news;
    }
    // What is gone because the data was lost has not ended.
    if (!isSame) return;
    for (const [name, { news }] of before) if (!facts.has(name)) yield* endOf(news);
    for (const { version: at, news } of resets) if (at > versionBefore) yield news;
  }

  /** What still holds, as news to one who hears it now. */
  *all(now: number): Iterable<HealthNews> {
    const passedMs = now - this.#readAt;
    for (const { news } of this.#facts.values()) {
      const told = aged(news, passedMs);
      if (told !== undefined) yield told;
    }
  }
}

/** The same some time later; undefined where it is over. A route that was opened stays so until a probe. */
function aged(news: HealthNews, passedMs: number): HealthNews | undefined {
  if (!("forMs" in news)) return news;
  const forMs = news.forMs - passedMs;
  if (news.type === "opened") return { ...news, forMs: Math.max(0, forMs) };
  if (forMs <= 0) return undefined;
  return news.type === "cooldown" ? { ...news, forMs, ageMs: (news.ageMs ?? 0) + passedMs } : { ...news, forMs };
}

/** Cooldowns and isolation end by their time, or by a reset, which says so itself. */
function* endOf(news: HealthNews): Iterable<HealthNews> {
  if (news.type === "opened") yield { type: "closed", key: news.key };
  if (news.type === "suspected") yield { type: "cleared", key: news.key };
}
