import { fork } from "node:child_process";
import { once } from "node:events";
import type { ServerReport } from "./vendors.ts";

/** The vendors in their own process. */
export interface SoakServer {
  /** Of each vendor, in order. */
  readonly urls: readonly string[];
  readonly report: () => Promise<ServerReport>;
  readonly stop: () => Promise<void>;
}

export async function startVendors(seed: number): Promise<SoakServer> {
  const child = fork(new URL("process.ts", import.meta.url), [String(seed)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exit = once(child, "exit");
  const [message] = await once(child, "message");
  const { ports }: { readonly ports: readonly number[] } = message;
  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    report: async () => {
      const answer = once(child, "message");
      child.send("report");
      const [report] = await answer;
      return report;
    },
    stop: async () => {
      child.disconnect();
      await exit;
    },
  };
}
