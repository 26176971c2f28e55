import type { TierInput } from "@understudy/core";
import { openai } from "@understudy/openai";

const tiers: readonly TierInput[] = [openai("gpt-6.1-terra"), openai("gpt-6-luna")];

export default tiers;
