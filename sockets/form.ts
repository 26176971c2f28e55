/**
 * How an answer is asked for. `stream`: the deltas are read, a good target takes over. `generate`: the answer streams inside.
 * `whole`: it comes in one piece. `last`: as `stream`, but the call ends with the failure.
 */
export const FORMS = ["stream", "generate", "whole", "last"] as const;

export type Form = (typeof FORMS)[number];
