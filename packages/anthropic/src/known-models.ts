import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS =
  "claude-fable-5-2 claude-mythos-5-2 claude-haiku-5-5 claude-sonnet-5-5 claude-fable-5-1 claude-opus-5-5 " +
  "claude-mythos-5-1 claude-sonnet-5 claude-fable-5 claude-mythos-5 claude-opus-5 claude-opus-4-8 " +
  "claude-opus-4-7 claude-mythos-preview claude-opus-4-6 claude-sonnet-4-6 claude-haiku-4-5 " +
  "claude-haiku-4-5-20251001 claude-opus-4-5 claude-opus-4-5-20251101 claude-sonnet-4-5 " +
  "claude-sonnet-4-5-20250929";

/**
 * Every model whose id the types of `@anthropic-ai/sdk` 1.13.0 name, newest first. Other ids work too; nothing is known of
 * their limits.
 */
export const models: readonly KnownModel[] = knownModels(IDS, (id) => capabilitiesOf(id));
