import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS =
  "deepseek-flash deepseek-v4-pro deepseek-v4-flash deepseek-v4-flash-vision-exp deepseek-chat deepseek-reasoner";

/**
 * Every name that the vendor documents, also those that are gone.
 */
export const models: readonly KnownModel[] = knownModels(IDS, capabilitiesOf);
