import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS =
  "gemini-4-argon gemini-4-carbon gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash " +
  "gemini-3.5-flash-lite gemini-3.1-flash-lite gemini-3.1-pro-preview gemini-3-flash-preview " +
  "gemini-3-pro-preview gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite gemini-2.0-flash " +
  "gemini-2.0-flash-lite gemini-flash-latest gemini-flash-lite-latest gemini-pro-latest gemma-4-31b-it " +
  "gemma-4-26b-a4b-it";

/**
 * The text models of the Gemini API, and its names without a number; also those that are gone. Other ids work too; nothing
 * is known of their limits.
 */
export const models: readonly KnownModel[] = knownModels(IDS, capabilitiesOf);
