import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS =
  "mistral-large-latest mistral-large-2512 mistral-large-4 mistral-large-4-0 mistral-medium-latest mistral-medium-3-5 " +
  "mistral-small-latest mistral-small-2603 ministral-3b-latest ministral-8b-latest ministral-14b-latest codestral-latest " +
  "codestral-2508 devstral-2512 magistral-medium-latest magistral-medium-2509 magistral-small-latest magistral-small-2509";

/** The names that this version knows something of. */
export const models: readonly KnownModel[] = knownModels(IDS, capabilitiesOf);
