import { spawn, spawnSync } from "node:child_process";

/** A Redis or Valkey for an example, on loopback and without persistence; undefined where neither is installed. */
export async function startRedis(): Promise<{ readonly url: string; readonly end: () => void } | undefined> {
  const binary = ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (binary === undefined) return undefined;
  const port = String(20_000 + (process.pid % 20_000));
  const plain = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"];
  const server = spawn(binary, ["--port", port, ...plain], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of server.stdout) if (String(chunk).includes("Ready to accept")) break;
  return { url: `redis://127.0.0.1:${port}`, end: () => void server.kill("SIGKILL") };
}
