/**
 * An adapter as plain as the bare loop: it parses, picks the text and checks nothing. A chain over it shows what the
 * engine costs by itself.
 */
import type { StreamPart, Target } from "@understudy/core/adapter";
import type { WireName } from "../wires/wire.ts";
import { plainRequest } from "./requests.ts";
import { readEvents } from "./read-events.ts";
import { readText } from "./read-text.ts";

async function* read(wire: WireName, baseURL: string, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
  const { url, headers, body } = plainRequest(wire, baseURL, true);
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!response.ok || response.body === null) throw new Error(`POST ${url}: ${response.status}`);
  const pick = readText[wire];
  let batch: StreamPart[] = [{ type: "text-start", id: "text" }];
  let text = "";
  const feed = readEvents(wire, (data) => {
    const delta = pick(data);
    if (!delta) return;
    text += delta;
    batch.push({ type: "text-delta", id: "text", delta });
  });
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    feed(value);
    yield batch;
    batch = [];
  }
  yield [
    { type: "text-end", id: "text", part: { type: "text", text } },
    { type: "end", finishReason: "stop", rawFinishReason: "stop" },
  ];
}

export function plainTarget(wire: WireName) {
  return (model: string, { baseURL }: { readonly baseURL: string }): Target => ({
    vendor: "bench",
    model,
    endpoint: new URL(baseURL).host,
    scopes: { key: baseURL, quota: baseURL },
    capabilities: {
      tools: false,
      images: false,
      urls: false,
      files: false,
      audio: false,
      jsonOutput: false,
      contextWindow: "unknown",
      maxOutputTokens: "unknown",
      size: "unknown",
      reasoning: "unknown",
      keepAlives: false,
      toolCallId: { pattern: /^.+$/, maxLength: 100 },
    },
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream: (_request, { signal }) => read(wire, baseURL, signal),
  });
}
