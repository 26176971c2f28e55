export type { AnswerStore, KeptMessages, KeptState } from "./answer-store.ts";
export { errorResponse, statusOf } from "./error-response.ts";
export { fromUntrusted } from "./from-untrusted.ts";
export { memoryAnswers, type MemoryAnswersOptions } from "./memory-answers.ts";
export { resumeResponse, stopAnswer, type ResumeResponseInit } from "./resume-response.ts";
export { toResponse, type AnswerResponseInit, type ResponseEvent } from "./to-response.ts";
