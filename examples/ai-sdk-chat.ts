/** A chat of the AI SDK's on Hono: the route, and what `useChat` does in the browser, over a failover in mid-answer. */
import { serve } from "@hono/node-server";
import { understudyCall } from "@understudy/ai-sdk";
import { retractDiscarded } from "@understudy/ai-sdk/ui";
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  DefaultChatTransport,
  readUIMessageStream,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from "ai";
import { Hono } from "hono";

const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
claude.answer({ text: ["The sky is ", "blue."] });
claude.script([{ fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
gpt.answer({ text: "Air scatters blue light more than red." });

// The server.
const chain = createChain(
  [
    anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
    openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
  ],
  // So that the failure comes after text was shown.
  { holdMs: 0 },
);
const app = new Hono();
app.post("/api/chat", async (context) => {
  const { messages } = await context.req.json<{ messages: UIMessage[] }>();
  const { stream } = streamText({
    ...understudyCall(chain),
    messages: await convertToModelMessages(messages),
    abortSignal: context.req.raw.signal,
  });
  const chunks = toUIMessageStream({
    stream,
    onError: (error) => (isUnderstudyError(error) ? error.code : "error"),
    messageMetadata: ({ part }) =>
      part.type === "finish-step" ? { tier: part.providerMetadata?.["understudy"]?.["tier"] } : undefined,
  });
  return createUIMessageStreamResponse({ stream: chunks.pipeThrough(retractDiscarded()) });
});
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
await new Promise((resolve) => server.once("listening", resolve));
const address = server.address();
const port = typeof address === "object" ? address?.port : undefined;

// The browser: in React, `useChat({ transport })` does the rest of this.
const transport = new DefaultChatTransport({ api: `http://127.0.0.1:${port}/api/chat` });
const history: UIMessage[] = [];

async function say(text: string): Promise<void> {
  history.push({ id: String(history.length), role: "user", parts: [{ type: "text", text }] });
  const stream = await transport.sendMessages({
    trigger: "submit-message",
    chatId: "chat",
    messageId: undefined,
    messages: history,
    abortSignal: undefined,
  });
  let last: UIMessage | undefined;
  let screen: string | undefined;
  for await (const message of readUIMessageStream({ stream })) {
    last = message;
    const shown = message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
    if (shown !== screen) console.log(`screen: ${JSON.stringify(shown)}`);
    screen = shown;
  }
  if (last === undefined) return;
  history.push(last);
  console.log(`from: ${JSON.stringify(last.metadata)}`);
}

await say("Why is the sky blue?");
claude.answer({ text: "You asked about the sky." });
await say("What did I ask?");
const turns: unknown = claude.requests.at(-1)?.body;
console.log(`Claude was told of the first answer: ${JSON.stringify(turns).includes("The sky is ")}`);
console.log(`and of the second: ${JSON.stringify(turns).includes("Air scatters")}`);
server.close();
await Promise.all([claude.close(), gpt.close()]);
