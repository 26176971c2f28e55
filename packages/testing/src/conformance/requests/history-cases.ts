import type { Request } from "@understudy/core";
import { ELSEWHERE, FIRST_ARGUMENTS, foreignHistory, HELLO, LONG_ID, LOOKUP, SECOND_ARGUMENTS } from "./canaries.ts";
import { STRANGE_ID } from "./canaries.ts";
import type { RequestCase } from "./request-case.ts";

const foreign = (): Request => ({ messages: foreignHistory(true), tools: [LOOKUP] });

/** What a conversation holds that other targets have answered. */
export const HISTORY_CASES: readonly RequestCase[] = [
  {
    id: "history.calls",
    name: "the text of an answer that also calls tools, and its calls",
    request: foreign,
    carried: [
      { what: "the text before the calls", sought: "before the calls canary" },
      { what: "the name of the called tool", sought: "lookup_canary" },
      { what: "the answer after the results", sought: "after the calls canary" },
      { what: "the user's question", sought: "question canary" },
      { what: "the user's last question", sought: "last question canary" },
    ],
  },
  {
    id: "history.arguments",
    name: "the arguments of earlier calls, encoded once at most",
    request: foreign,
    carried: [
      { what: "the arguments of the first call", sought: FIRST_ARGUMENTS },
      { what: "the arguments of the second call", sought: SECOND_ARGUMENTS },
    ],
  },
  {
    id: "history.results",
    name: "every part of every result",
    request: foreign,
    carried: [
      { what: "the first part of a result", sought: "first part canary" },
      { what: "the second part of a result", sought: "second part canary" },
      { what: "the failed result", sought: "other result canary" },
    ],
  },
  {
    id: "history.foreign",
    name: "nothing that only another vendor understands: its reasoning, its opaque data, its ids",
    request: foreign,
    carried: [],
    hidden: [
      { what: "another model's reasoning", sought: "secret thought" },
      { what: "another model's signature", sought: "secret signature" },
      { what: "another model's opaque data", sought: "secret opaque" },
      { what: "an id with blanks and signs, which is for `capabilities.toolCallId` to refuse", sought: STRANGE_ID },
      { what: "an id of 305 characters, which is for `capabilities.toolCallId` to refuse", sought: LONG_ID },
    ],
  },
  {
    id: "history.refusal",
    name: "an earlier refusal",
    request: () => ({
      messages: [
        HELLO,
        { role: "assistant", content: [{ type: "refusal", text: "refusal canary", origin: ELSEWHERE }] },
        HELLO,
      ],
    }),
    carried: [{ what: "the refusal", sought: "refusal canary", loss: /refusal/ }],
  },
];
