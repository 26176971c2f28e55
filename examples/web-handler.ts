/** A web server that streams answers to a browser, and a client that takes back what a failover voids. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { foldEvents, readEvents } from "@understudy/core/client";
import { leaving, sendResponse } from "@understudy/core/node";
import { errorResponse, toResponse } from "@understudy/core/web";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";

const claude = await startAnthropic();
const gpt = await startOpenAI();
claude.answer({ text: ["The sky ", "is blue ", "because "] });
claude.script([{ fault: { type: "cut", at: { deltas: 2 }, how: "reset" } }]);
gpt.answer({ text: ["Air scatters blue light ", "more than red."] });

const chain = createChain(
  [
    anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
    openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
  ],
  { holdMs: 0 }, // shows the first words at once, so that this example has a seam to show
);

/** Any framework that speaks web standards calls this directly. */
async function handle(question: string, signal: AbortSignal): Promise<Response> {
  try {
    const stream = await chain.stream(question, { signal });
    // The response has begun: what fails from here on is seen by the client, and by nobody else.
    stream.result.catch((error: unknown) => console.error(error));
    return toResponse(stream);
  } catch (error) {
    return errorResponse(error);
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const question = new URL(request.url ?? "/", "http://server").searchParams.get("question") ?? "";
  await sendResponse(await handle(question, leaving(response)), response);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

const address = server.address();
const port = typeof address === "object" ? address?.port : undefined;
// The other side, as a browser does it.
const fold = foldEvents();
let shown = "";
for await (const event of readEvents(await fetch(`http://127.0.0.1:${port}/?question=Why+is+the+sky+blue`))) {
  console.log(event.type);
  shown = fold(event)
    .map(({ type, text }) => (type === "text" ? text : "")) // reasoning is not the answer
    .join("");
}
console.log(`The page shows: ${shown}`);

server.close();
await Promise.all([claude.close(), gpt.close()]);
