export { foldEvents, type VisiblePart } from "./fold-events.ts";
export { readEvents } from "./read-events.ts";
export type { ResponseEvent } from "../web/to-response.ts";
