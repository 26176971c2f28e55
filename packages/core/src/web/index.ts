export { fromUntrusted } from "./from-untrusted.ts";
export { toResponse, type AnswerResponseInit, type ResponseEvent } from "./to-response.ts";
