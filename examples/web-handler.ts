/** A web server that streams answers to a browser, and a client that takes back what a failover voids. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { leaving, sendResponse } from "@understudy/core/node";
import { errorResponse, toResponse, type ResponseEvent } from "@understudy/core/web";
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

/** The events of a response; throws when it breaks off before its last message. */
async function* readEvents(response: Response): AsyncGenerator<ResponseEvent> {
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split(/\r\n?|\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      // Blank lines stand between messages, comments keep the connection open.
      if (!line.startsWith("data:")) continue;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the documented format of `toResponse()`
      const event = JSON.parse(line.slice("data:".length)) as ResponseEvent;
      yield event;
      if (event.type === "done" || event.type === "error") return;
    }
  }
  throw new Error("The answer broke off.");
}

const address = server.address();
const port = typeof address === "object" ? address?.port : undefined;
const shown = new Map<string, string>();
for await (const event of readEvents(await fetch(`http://127.0.0.1:${port}/?question=Why+is+the+sky+blue`))) {
  console.log(event.type);
  if (event.type === "text-delta") shown.set(event.id, (shown.get(event.id) ?? "") + event.delta);
  if (event.type === "failover") for (const id of event.discards.ids) shown.delete(id);
}
console.log(`The page shows: ${[...shown.values()].join("")}`);

server.close();
await Promise.all([claude.close(), gpt.close()]);
