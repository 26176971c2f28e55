import { bedrockWire } from "../src/adapters.ts";
import { replaySuite } from "../src/replay/suite.ts";

replaySuite(bedrockWire);
