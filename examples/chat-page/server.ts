/**
 * A chat in the browser whose first vendor can be struck: half an answer is taken back on the screen, and the whole one
 * comes. Without any key, on a free port of this machine; `npm run page` prints its address, Ctrl-C ends it.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { leaving, sendResponse } from "@understudy/core/node";
import { errorResponse, fromUntrusted, toResponse } from "@understudy/core/web";
import { livePage } from "@understudy/live";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Vendor } from "@understudy/testing";
import { readFiles } from "./files.ts";
import { answerOf, strike } from "./vendors.ts";

export interface ChatPage extends AsyncDisposable {
  readonly url: string;
  readonly claude: Vendor;
  readonly gpt: Vendor;
}

export interface ChatPageOptions {
  /** Pause before each word of a simulated answer. Default 60 ms. */
  readonly wordMs?: number | undefined;
  /** How long Claude may be silent in mid-answer. Default 2,500 ms, so that the audience does not have to wait. */
  readonly silentMs?: number | undefined;
}

export async function startChatPage({ wordMs = 60, silentMs = 2_500 }: ChatPageOptions = {}): Promise<ChatPage> {
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  // Without the simulators: no `apiKey`, no `baseURL`, and your own patience.
  const lead = anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url });
  const understudy = openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url });
  const live = livePage({ enabled: true });
  const observers = [live.observe("chat")];
  const chain = createChain([{ target: lead, progressMs: silentMs }, understudy], { observers });

  // A first call loads a vendor's SDK: the first answer on the page should not be about that.
  await Promise.all([lead, understudy].map((target) => createChain([target]).generate("Hello.")));
  claude.answer(answerOf("Claude", wordMs));
  gpt.answer(answerOf("GPT", wordMs));

  const files = readFiles();
  let struck = "heal";

  async function chat(request: IncomingMessage, signal: AbortSignal): Promise<Response> {
    try {
      const messages = fromUntrusted(await json(request));
      return toResponse(await chain.stream({ messages }, { signal }));
    } catch (error) {
      return errorResponse(error);
    }
  }

  /** What happens to Claude; a request that changes it names it. */
  function strikes({ method, url = "" }: IncomingMessage): Response {
    if (method === "PUT") {
      struck = strike(claude, url.slice("/strikes/".length));
      // The chain has not forgotten the last outage, and would leave Claude alone for a while.
      chain.enable("all");
    }
    return new Response(struck);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "/" } = request;
    if (url.startsWith("/chain")) await live.nodeHandler(request, response);
    else if (url === "/chat") await sendResponse(await chat(request, leaving(response)), response);
    else await sendResponse(url.startsWith("/strikes") ? strikes(request) : files(url), response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();

  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`,
    claude,
    gpt,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.all([chain.close(), claude.close(), gpt.close()]);
    },
  };
}

if (import.meta.main) {
  const page = await startChatPage();
  console.log(`\nOpen ${page.url} in a browser. Ctrl-C ends it.`);
  await once(process, "SIGINT");
  await page[Symbol.asyncDispose]();
}
