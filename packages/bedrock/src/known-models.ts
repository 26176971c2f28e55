import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS =
  "anthropic.claude-haiku-4-5-20251001-v1:0 anthropic.claude-sonnet-4-5-20250929-v1:0 " +
  "anthropic.claude-3-7-sonnet-20250219-v1:0 amazon.nova-2-lite-v1:0 amazon.nova-lite-v1:0 amazon.nova-micro-v1:0 " +
  "amazon.nova-pro-v1:0 amazon.nova-premier-v1:0 openai.gpt-oss-20b-1:0 openai.gpt-oss-120b-1:0";

/**
 * Names that this version knows something of. Every other model, inference profile or ARN of an account works too; which
 * ones an account has, only the account says.
 */
export const models: readonly KnownModel[] = knownModels(IDS, capabilitiesOf);
