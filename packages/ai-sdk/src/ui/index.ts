export { retractDiscarded } from "./retract-discarded.ts";
export { toUIMessageStream, type UIStreamOptions } from "./to-ui-message-stream.ts";
export { toUIMessageResponse, type UIResponseOptions } from "./to-ui-message-response.ts";
export { fromUIMessages, type UIMessageLike } from "./from-ui-messages.ts";
export type { UIChunk } from "./chunks.ts";
