import type { KnownModel } from "@understudy/core/adapter";
import { knownModels } from "@understudy/core/toolkit";
import { capabilitiesOf } from "./models.ts";

const IDS = "grok-4.6 grok-4.5 grok-4.3 grok-4.20-reasoning grok-4.20-non-reasoning grok-build-0.1 grok-latest";

/** The names that the vendor's pages list. Of the last it is not said which model answers. */
export const models: readonly KnownModel[] = knownModels(IDS, capabilitiesOf);
