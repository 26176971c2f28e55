export { foldEvents, type VisiblePart } from "./fold-events.ts";
export { readEvents, type ReadEventsOptions } from "./read-events.ts";
export type { ResponseEvent } from "../web/to-response.ts";
