import type { TierInput } from "@understudy/core";

/** What the chain file holds at the moment: the program reads the file, and this process says what is in it. */
export const current: { tiers: readonly TierInput[] } = { tiers: [] };
