import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";

/** Stands between one process and the server, and can hold everything, slow it down, or cut it. */
export interface Proxy {
  readonly port: number;
  /** While true nothing passes, and nothing is closed: a black hole. */
  hold(isHeld: boolean): void;
  /** Milliseconds by which every piece is late. */
  delay(milliseconds: number): void;
  /** Cuts all connections. */
  reset(): void;
  close(): void;
}

export async function startProxy(serverPort: () => number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isHeld = false;
  let delayMs = 0;
  const server = createServer((client) => {
    const upstream = connect(serverPort(), "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      if (isHeld) from.pause();
      from.on("data", (chunk) => {
        if (delayMs === 0) to.write(chunk);
        else setTimeout(() => to.write(chunk), delayMs);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    hold: (wanted) => {
      isHeld = wanted;
      for (const socket of sockets)
        if (wanted) socket.pause();
        else socket.resume();
    },
    delay: (milliseconds) => void (delayMs = milliseconds),
    reset: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
