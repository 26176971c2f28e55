import type { FailureClass } from "@understudy/core";
import type { Reading } from "./reading.ts";

interface Peculiar {
  /** Why the recording is not read like all others. */
  readonly reason: string;
  readonly expected: Partial<Reading>;
  /** What a chain makes of an answer that the vendor sent whole. */
  readonly chainFailure?: FailureClass | undefined;
  /** What goes back to the vendor. */
  readonly kept?: readonly unknown[] | undefined;
  /** Wires whose simulators refuse the answer in a history. */
  readonly refusedBy?: readonly string[] | undefined;
}

const inBand = "an error event with status 200";
const noAnswer = "no answer, but a JSON object of another kind";

/** Expectations stated by hand, by name of the recording. */
export const peculiar: Readonly<Record<string, Peculiar>> = {
  "anthropic/stream/composed-error-mid-stream-overloaded.sse": {
    reason: inBand,
    expected: { failure: "server.overloaded", requestId: "req_composed" },
  },
  "anthropic/response/rig-prompt-loop-accepts-empty-terminal-turn-after-tool-result-1.json": {
    reason: "nothing at all, which is an answer behind a tool's result only",
    expected: {},
    chainFailure: "output.empty",
  },
  "anthropic/response/ruby_llm-chat-tool-choice-and-calls-control-anthropic-claude-haiku-4-5-respects-0.json": {
    reason: "nothing at all, which is an answer behind a tool's result only",
    expected: {},
    chainFailure: "output.empty",
  },
  "anthropic/stream/anthropic-advisor-stop-reasons.sse": {
    reason: "what an advisor said to the model, and nothing that the model said",
    expected: {},
    chainFailure: "output.empty",
  },
  "openai-responses/stream/composed-error-mid-stream.sse": { reason: inBand, expected: { failure: "server.error" } },
  "openai-responses/stream/error-insufficient-quota-after-start-gpt-5-nano.sse": {
    reason: inBand,
    expected: { failure: "billing.exhausted" },
  },
  "openai-responses/response/queued-background-gpt-5-6-sol.json": {
    reason: noAnswer,
    expected: { failure: "gateway.not-a-stream" },
  },
  "openai-responses/response/compaction-gpt-4o-mini-2024-07-18.json": {
    reason: noAnswer,
    expected: { failure: "gateway.not-a-stream" },
  },
  "openai-responses/response/openai-image-generation-tool.1.json": {
    reason: "the image was shortened to what is no base64",
    expected: {},
    refusedBy: ["gemini"],
  },
  "openai-responses/stream/image-generation.sse": {
    reason: "the image was replaced by a word that is no base64",
    expected: {},
    refusedBy: ["gemini"],
  },
  "openai-chat/stream/composed-error-mid-stream.sse": { reason: inBand, expected: { failure: "server.error" } },
  "openai-chat/response/legacy-function-call-gpt-3-5-turbo.json": {
    reason: "the only call in the form of before there could be several",
    expected: { toolCalls: [{ name: "get_weather", input: { city: "New York City" } }] },
    kept: [
      { id: "call_p1", type: "function", function: { name: "get_weather", arguments: '{"city":"New York City"}' } },
    ],
  },
  "openai-chat/stream/compatible-pydantic-test-openrouter-stream-error-0.sse": {
    reason: "an error chunk with a status of its own behind two finish reasons",
    expected: { failure: "request.rejected" },
  },
  "openai-chat/stream/compatible-pydantic-test-tool-use-failed-error-streaming-0.sse": {
    reason: "the server has checked the model's call, and found it wrong",
    expected: { failure: "output.malformed" },
  },
  "gemini/stream/composed-error-mid-stream-raw-json-tail.sse": {
    reason: "a bare JSON error behind the events",
    expected: { failure: "server.overloaded" },
  },
  "gemini/stream/vertex-error-mid-stream.sse": {
    reason: "a bare JSON error behind events that all say that they are the last",
    expected: { failure: "server.error" },
  },
};
