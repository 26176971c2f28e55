import { gemini } from "@understudy/gemini";
import { list } from "../json.ts";
import { FINE, frame, options, pieces, times, type Form, type Wire } from "./wire.ts";

export function candidate(parts: readonly string[], more = ""): string {
  return `{"candidates":[{"index":0,"content":{"role":"model","parts":[${parts.join(",")}]}${more}}],"modelVersion":"m"}`;
}

const STOP = ',"finishReason":"STOP"';
export const geminiText = (text: string): string => `{"text":${text}}`;

export function content(form: Form, chunks: readonly (readonly string[])[], more = ""): string {
  if (form === "whole") return candidate(chunks.flat(), STOP + more);
  return frame([...chunks.map((parts) => candidate(parts)), candidate([], STOP + more)]);
}

export const geminiWire: Wire = {
  name: "gemini",
  target: (baseURL, form, limits) => gemini("gemini-3.5-flash", options(baseURL, form, limits)),
  streamed: (events) => frame([...events, candidate([geminiText(FINE)], STOP)]),
  whole: (fields) => candidate([geminiText(FINE)], STOP).replace(/\}$/, () => `${fields}}`),
  noise: (fields) => `{"candidates":[]${fields}}`,
  calls: (form, args, count = 1) =>
    content(
      form,
      times(count, () => [`{"functionCall":{"name":"t","args":${args}}}`]).map((part) => [part]),
    ),
  parts: (form, count) => {
    const kinds = [geminiText(FINE), '{"text":"x","thought":true}'];
    return content(
      form,
      times(count, (index) => [kinds[index % 2] ?? ""]).map((part) => [part]),
    );
  },
  cited: (form, count) => {
    const support = '{"segment":{"endIndex":4},"groundingChunkIndices":[0]}';
    const chunks = '[{"web":{"uri":"https://a.test"}}]';
    const grounding = `{"groundingChunks":${chunks},"groundingSupports":${list(count, () => support)}}`;
    return content(form, [[geminiText(FINE)]], `,"groundingMetadata":${grounding}`);
  },
  counted: (form, usage) => {
    const counts = `,"usageMetadata":${usage}`;
    if (form === "streamed") return frame([`{"candidates":[]${counts}}`, candidate([geminiText(FINE)], STOP)]);
    return geminiWire.whole(counts);
  },
  says: (form, text) =>
    content(
      form,
      pieces(text).map((piece) => [geminiText(piece)]),
    ),
};
