import { bedrock } from "@understudy/bedrock";
import { eventFrame } from "../../../packages/testing/src/simulators/bedrock/event-frame.ts";
import { list } from "../json.ts";
import { FINE, options, pieces, times, type Wire } from "./wire.ts";

/** Binary frames, one character for each byte. The name of an event stands in its head. */
function converseStream(events: readonly string[], reason = "end_turn", usage = '{"outputTokens":1}'): string {
  const all = [
    '{"type":"messageStart","role":"assistant"}',
    ...events,
    `{"type":"messageStop","stopReason":"${reason}"}`,
    `{"type":"metadata","usage":${usage}}`,
  ];
  return all.map(binaryFrame).join("");
}

function binaryFrame(data: string): string {
  const name = /^\{"type":"(\w+)"/.exec(data)?.[1] ?? "";
  const bytes = eventFrame({ ":event-type": name, ":message-type": "event" }, Buffer.from(data));
  return Buffer.from(bytes).toString("latin1");
}

function converse(content: readonly string[], reason = "end_turn", usage = '{"outputTokens":1}', more = ""): string {
  const message = `{"role":"assistant","content":[${content.join(",")}]}`;
  return `{"output":{"message":${message}},"stopReason":"${reason}","usage":${usage}${more}}`;
}

function block(index: number, deltas: readonly string[], start?: string): readonly string[] {
  const place = `"contentBlockIndex":${index}`;
  return [
    ...(start === undefined ? [] : [`{"type":"contentBlockStart",${place},"start":${start}}`]),
    ...deltas.map((delta) => `{"type":"contentBlockDelta",${place},"delta":${delta}}`),
    `{"type":"contentBlockStop",${place}}`,
  ];
}

const textOf = (text: string): string => `{"text":${text}}`;
const CITATION = '{"title":"a","location":{"web":{"url":"https://a.test"}}}';

function call(index: number, input: string): string {
  return `{"toolUse":{"toolUseId":"c${index}","name":"t"${input === "" ? "" : `,"input":${input}`}}}`;
}

export const bedrockWire: Wire = {
  name: "bedrock",
  isBinary: true,
  target: (baseURL, form, limits) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", options(baseURL, form, limits)),
  streamed: (events) => converseStream([...events, ...block(0, [textOf(FINE)])]),
  whole: (fields) => converse([textOf(FINE)], "end_turn", '{"outputTokens":1}', fields),
  noise: (fields) => `{"type":"contentBlockOfTheFuture"${fields}}`,
  calls: (form, args, count = 1) => {
    if (form === "whole")
      return converse(
        times(count, (index) => [call(index, args)]),
        "tool_use",
      );
    const deltas = pieces(args).map((piece) => `{"toolUse":{"input":${piece}}}`);
    return converseStream(
      times(count, (index) => block(index, deltas, call(index, ""))),
      "tool_use",
    );
  },
  parts: (form, count) => {
    if (form === "whole") {
      const kinds = [textOf(FINE), '{"reasoningContent":{"reasoningText":{"text":"x","signature":"s"}}}'];
      return converse(times(count, (index) => [kinds[index % 2] ?? ""]));
    }
    const kinds = [textOf(FINE), '{"reasoningContent":{"text":"x"}}'];
    return converseStream(times(count, (index) => block(index, [kinds[index % 2] ?? ""])));
  },
  cited: (form, count) => {
    if (form === "whole") {
      return converse([
        `{"citationsContent":{"content":[${textOf(FINE)}],"citations":${list(count, () => CITATION)}}}`,
      ]);
    }
    return converseStream(block(0, [textOf(FINE), ...times(count, () => [`{"citation":${CITATION}}`])]));
  },
  counted: (form, usage) =>
    form === "whole"
      ? converse([textOf(FINE)], "end_turn", usage)
      : converseStream(block(0, [textOf(FINE)]), "end_turn", usage),
  says: (form, text) => {
    if (form === "whole") return converse([textOf(JSON.stringify(text))]);
    return converseStream(block(0, pieces(text).map(textOf)));
  },
};
