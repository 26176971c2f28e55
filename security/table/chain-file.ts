import type { TierInput } from "@understudy/core";
import { current } from "./current.ts";

const tiers = (): readonly TierInput[] => current.tiers;

export default tiers;
