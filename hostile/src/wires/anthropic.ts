import { anthropic } from "@understudy/anthropic";
import { list } from "../json.ts";
import { FINE, frame, options, pieces, times, type Wire } from "./wire.ts";

const MESSAGE_START =
  '{"type":"message_start","message":{"type":"message","model":"m","content":[],"usage":{"input_tokens":1}}}';

export function block(index: number, content: string, deltas: readonly string[] = []): readonly string[] {
  return [
    `{"type":"content_block_start","index":${index},"content_block":${content}}`,
    ...deltas.map((delta) => `{"type":"content_block_delta","index":${index},"delta":${delta}}`),
    `{"type":"content_block_stop","index":${index}}`,
  ];
}

export function messageStream(events: readonly string[], reason = "end_turn", usage = '{"output_tokens":1}'): string {
  const end = `{"type":"message_delta","delta":{"stop_reason":"${reason}"},"usage":${usage}}`;
  return frame([MESSAGE_START, ...events, end, '{"type":"message_stop"}'], true);
}

function message(content: readonly string[], reason = "end_turn", more = '"usage":{"output_tokens":1}'): string {
  return `{"type":"message","model":"m","content":[${content.join(",")}],"stop_reason":"${reason}",${more}}`;
}

export const textBlock = (text: string): string => `{"type":"text","text":${text}}`;
const citation = '{"type":"web_search_result_location","url":"https://a.test"}';

function toolUse(index: number, input: string): string {
  return `{"type":"tool_use","id":"c${index}","name":"t","input":${input}}`;
}

export const anthropicWire: Wire = {
  name: "anthropic",
  target: (baseURL, form, limits) => anthropic("claude-sonnet-5-5", options(baseURL, form, limits)),
  streamed: (events) => messageStream([...events, ...block(0, textBlock(FINE))]),
  whole: (fields) => message([textBlock(FINE)], "end_turn", `"usage":{"output_tokens":1}${fields}`),
  noise: (fields) => `{"type":"ping"${fields}}`,
  calls: (form, args, count = 1) => {
    if (form === "whole")
      return message(
        times(count, (index) => [toolUse(index, args)]),
        "tool_use",
      );
    const deltas = pieces(args).map((piece) => `{"type":"input_json_delta","partial_json":${piece}}`);
    return messageStream(
      times(count, (index) => block(index, toolUse(index, "{}"), deltas)),
      "tool_use",
    );
  },
  parts: (form, count) => {
    const kinds = [textBlock(FINE), '{"type":"thinking","thinking":"x","signature":"s"}'];
    const content = (index: number): string => kinds[index % 2] ?? "";
    if (form === "whole") return message(times(count, (index) => [content(index)]));
    return messageStream(times(count, (index) => block(index, content(index))));
  },
  cited: (form, count) => {
    if (form === "whole") return message([`{"type":"text","text":${FINE},"citations":${list(count, () => citation)}}`]);
    const deltas = times(count, () => [`{"type":"citations_delta","citation":${citation}}`]);
    return messageStream(block(0, textBlock(FINE), deltas));
  },
  counted: (form, usage) =>
    form === "whole"
      ? message([textBlock(FINE)], "end_turn", `"usage":${usage}`)
      : messageStream(block(0, textBlock(FINE)), "end_turn", usage),
  says: (form, text) => {
    if (form === "whole") return message([textBlock(JSON.stringify(text))]);
    const deltas = pieces(text).map((piece) => `{"type":"text_delta","text":${piece}}`);
    return messageStream(block(0, textBlock('""'), deltas));
  },
};
