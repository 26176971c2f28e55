import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import { list } from "../json.ts";
import { FINE, frame, options, pieces, times, type Wire } from "./wire.ts";

export function item(index: number, native: string, between: readonly string[] = []): readonly string[] {
  return [
    `{"type":"response.output_item.added","output_index":${index},"item":${native}}`,
    ...between,
    `{"type":"response.output_item.done","output_index":${index},"item":${native}}`,
  ];
}

export function response(output: readonly string[], more = ""): string {
  return `{"object":"response","status":"completed","model":"m","output":[${output.join(",")}]${more}}`;
}

export function responseStream(events: readonly string[], more = "", output: readonly string[] = []): string {
  const created = '{"type":"response.created","response":{"status":"in_progress","output":[]}}';
  return frame([created, ...events, `{"type":"response.completed","response":${response(output, more)}}`], true);
}

export function outputMessage(content: string): string {
  return `{"type":"message","id":"m","role":"assistant","content":[${content}]}`;
}

export function outputText(text: string, annotations = "[]"): string {
  return `{"type":"output_text","text":${text},"annotations":${annotations}}`;
}

function functionCall(index: number, written: string): string {
  return `{"type":"function_call","id":"f${index}","call_id":"c${index}","name":"t","arguments":${written}}`;
}

function delta(what: string, index: number, piece: string): string {
  return `{"type":"response.${what}.delta","output_index":${index},"content_index":0,"delta":${piece}}`;
}

function responses(name: string, target: Wire["target"]): Wire {
  return {
    name,
    target,
    streamed: (events) => responseStream([...events, ...item(0, outputMessage(outputText(FINE)))]),
    whole: (fields) => response([outputMessage(outputText(FINE))], fields),
    noise: (fields) => `{"type":"response.in_progress"${fields}}`,
    calls: (form, args, count = 1) => {
      const written = JSON.stringify(args);
      if (form === "whole") return response(times(count, (index) => [functionCall(index, written)]));
      return responseStream(
        times(count, (index) => [
          `{"type":"response.output_item.added","output_index":${index},"item":${functionCall(index, '""')}}`,
          ...pieces(args).map((piece) => delta("function_call_arguments", index, piece)),
          `{"type":"response.output_item.done","output_index":${index},"item":${functionCall(index, written)}}`,
        ]),
      );
    },
    parts: (form, count) => {
      const kinds = [outputMessage(outputText(FINE)), '{"type":"reasoning","summary":[{"text":"x"}]}'];
      const native = (index: number): string => kinds[index % 2] ?? "";
      if (form === "whole") return response(times(count, (index) => [native(index)]));
      return responseStream(times(count, (index) => item(index, native(index))));
    },
    cited: (form, count) => {
      const annotations = list(count, () => '{"type":"url_citation","url":"https://a.test"}');
      const native = outputMessage(outputText(FINE, annotations));
      return form === "whole" ? response([native]) : responseStream(item(0, native));
    },
    counted: (form, usage) => {
      const native = outputMessage(outputText(FINE));
      return form === "whole"
        ? response([native], `,"usage":${usage}`)
        : responseStream(item(0, native), `,"usage":${usage}`);
    },
    says: (form, text) => {
      const native = outputMessage(outputText(JSON.stringify(text)));
      if (form === "whole") return response([native]);
      const deltas = pieces(text).map((piece) => delta("output_text", 0, piece));
      return responseStream(item(0, native, deltas));
    },
  };
}

export const responsesWire: Wire = responses("openai", (baseURL, form, limits) =>
  openai("gpt-6.1-terra", options(baseURL, form, limits)),
);

export const xaiWire: Wire = responses("xai", (baseURL, form, limits) =>
  xai("grok-4.6", options(baseURL, form, limits)),
);
