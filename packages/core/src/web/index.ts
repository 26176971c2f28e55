export { errorResponse, statusOf } from "./error-response.ts";
export { fromUntrusted } from "./from-untrusted.ts";
export { toResponse, type AnswerResponseInit, type ResponseEvent } from "./to-response.ts";
