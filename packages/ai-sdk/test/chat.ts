import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AbstractChat, DefaultChatTransport, type ChatInit, type ChatState, type UIMessage } from "ai";

/** A web handler on a real socket. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

export async function serve(handle: (request: Request) => Promise<Response>): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const left = new AbortController();
    outgoing.once("close", () => left.abort());
    const respond = async (): Promise<void> => {
      const body = await new Response(Readable.toWeb(incoming)).text();
      const request = new Request("http://localhost/", { method: "POST", body, signal: left.signal });
      const response = await handle(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body === null) outgoing.end();
      else await pipeline(Readable.fromWeb(response.body), outgoing);
    };
    // A client that leaves is part of the game.
    respond().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server listens on no port.");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The state behind `useChat`, without React, with everything that the screen has shown. */
class State implements ChatState<UIMessage> {
  status: ChatState<UIMessage>["status"] = "ready";
  error: Error | undefined;
  messages: UIMessage[] = [];
  readonly screens: string[] = [];

  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
    this.#show();
  };

  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };

  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, message);
    this.#show();
  };

  snapshot = <Value>(value: Value): Value => structuredClone(value);

  #show(): void {
    const last = this.messages.at(-1);
    if (last?.role !== "assistant") return;
    this.screens.push(last.parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
  }
}

export class Chat extends AbstractChat<UIMessage> {
  readonly shown: State;

  constructor(url: string, init: Omit<ChatInit<UIMessage>, "messages" | "transport"> = {}) {
    const state = new State();
    super({ ...init, transport: new DefaultChatTransport({ api: url }), state });
    this.shown = state;
  }

  get lastParts(): UIMessage["parts"] {
    return this.messages.at(-1)?.parts ?? [];
  }
}
