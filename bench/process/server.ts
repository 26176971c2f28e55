import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { scenarioPath, type ScenarioKind } from "../server/scenario.ts";
import type { Journal } from "../server/journal.ts";
import type { WireName } from "../wires/wire.ts";
import { portOf } from "./port.ts";

export interface BenchServer {
  /** The base URL that makes the server play this scenario. */
  url(wire: WireName, kind: ScenarioKind, ...numbers: readonly number[]): string;
  journal(): Promise<Journal>;
  stop(): void;
}

export async function startServer(): Promise<BenchServer> {
  const child = fork(new URL("../server.ts", import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [message] = await once(child, "message");
  const { port }: { readonly port: number } = message;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: (wire, kind, ...numbers) => origin + scenarioPath(wire, kind, ...numbers),
    journal: async () => {
      const journal: Journal = JSON.parse(await (await fetch(`${origin}/journal`)).text());
      return journal;
    },
    stop: () => {
      child.kill();
    },
  };
}

/** A base URL where nobody listens. */
export async function refusedUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}
