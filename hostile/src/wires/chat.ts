import { deepseek } from "@understudy/deepseek";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { list } from "../json.ts";
import { FINE, frame, options, pieces, times, type Wire } from "./wire.ts";

export function chunk(delta: string, more = ""): string {
  return `{"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":${delta}${more}}]}`;
}

export function chatStream(deltas: readonly string[], reason = "stop", usage = '{"prompt_tokens":1}'): string {
  const end = [chunk("{}", `,"finish_reason":"${reason}"`), `{"choices":[],"usage":${usage}}`, "[DONE]"];
  return frame([...deltas, ...end]);
}

export function completion(fields: string, reason = "stop", more = ""): string {
  const choice = `{"index":0,"finish_reason":"${reason}","message":{"role":"assistant",${fields}}}`;
  return `{"object":"chat.completion","model":"m","choices":[${choice}]${more}}`;
}

export function chatCall(index: number, written: string): string {
  return `{"index":${index},"id":"c${index}","type":"function","function":{"name":"t","arguments":${written}}}`;
}

function chat(name: string, target: Wire["target"]): Wire {
  return {
    name,
    target,
    streamed: (events) => chatStream([...events, chunk(`{"content":${FINE}}`)]),
    whole: (fields) => completion(`"content":${FINE}`, "stop", fields),
    noise: (fields) => `{"choices":[]${fields}}`,
    calls: (form, args, count = 1) => {
      const whole = times(count, (index) => [chatCall(index, JSON.stringify(args))]).join(",");
      if (form === "whole") return completion(`"tool_calls":[${whole}]`, "tool_calls");
      const deltas = times(count, (index) => [
        chunk(`{"tool_calls":[${chatCall(index, '""')}]}`),
        ...pieces(args).map((piece) => chunk(`{"tool_calls":[{"index":${index},"function":{"arguments":${piece}}}]}`)),
      ]);
      return chatStream(deltas, "tool_calls");
    },
    parts: (form, count) => {
      const kinds = [`{"content":${FINE}}`, '{"reasoning_content":"x"}'];
      if (form === "streamed") return chatStream(times(count, (index) => [chunk(kinds[index % 2] ?? "")]));
      return completion(`"tool_calls":[${times(count, (index) => [chatCall(index, '"{}"')]).join(",")}]`);
    },
    cited: (form, count) => {
      const annotations = list(count, () => '{"url_citation":{"url":"https://a.test"}}');
      const fields = `"content":${FINE},"annotations":${annotations}`;
      return form === "whole" ? completion(fields) : chatStream([chunk(`{${fields}}`)]);
    },
    counted: (form, usage) =>
      form === "whole"
        ? completion(`"content":${FINE}`, "stop", `,"usage":${usage}`)
        : chatStream([chunk(`{"content":${FINE}}`)], "stop", usage),
    says: (form, text) =>
      form === "whole"
        ? completion(`"content":${JSON.stringify(text)}`)
        : chatStream(pieces(text).map((piece) => chunk(`{"content":${piece}}`))),
  };
}

export const chatWire: Wire = chat("openai.chat", (baseURL, form, limits) =>
  openai.chat("gpt-6.1-terra", options(baseURL, form, limits)),
);
export const deepseekWire: Wire = chat("deepseek", (baseURL, form, limits) =>
  deepseek("deepseek-flash", options(baseURL, form, limits)),
);
export const mistralWire: Wire = chat("mistral", (baseURL, form, limits) =>
  mistral("mistral-small-latest", options(baseURL, form, limits)),
);
