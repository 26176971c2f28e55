import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisStore } from "../src/index.ts";
import { ENGINES, freePort, runsSources, startServer, type Server } from "./server.ts";

const canMake = spawnSync("openssl", ["version"]).status === 0;
if (!canMake) process.stderr.write("\nSKIPPED: openssl is not here. Tests of TLS do not run.\n");

describe.skipIf(!canMake).each(ENGINES)("%s behind TLS", (binary) => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const made = spawnSync("openssl", ["req", "-x509", "-nodes", ...curve, "-keyout", key, "-out", cert, ...subject]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    const port = String(await freePort());
    const tls = ["--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"];
    server = await startServer(binary, tls);
    url = `rediss://localhost:${port}`;
  });
  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is reached through clients that trust its certificate", async () => {
    const ca = readFileSync(cert);
    const node = createClient({ url, socket: { tls: true, ca } });
    await node.connect();
    const io = new Redis(url, { tls: { ca } });
    const [one, other] = [redisStore({ client: node }), redisStore({ client: io })];
    expect(await Promise.all([one.ready(5_000), other.ready(5_000)])).toEqual([true, true]);

    await one.publish({ type: "bad", key: "a", weight: 4, isOpen: false, openMs: 10_000 });
    await one.publish({ type: "bad", key: "a", weight: 1, isOpen: false, openMs: 10_000 });

    expect(await other.acquireProbe("a", 1_000)).toMatchObject({ granted: false });
    node.destroy();
    io.disconnect();
  });

  test("is not believed with a certificate that nobody vouches for, and `onError` says so", async () => {
    const refused = Promise.withResolvers<unknown>();
    const store = redisStore({ url, onError: refused.resolve });

    expect(String(await refused.promise)).toMatch(/self-signed certificate/);
    expect(store.stats().isReachable).toBe(false);
    store.close();
  });

  test.skipIf(!runsSources)("is reached by its URL alone where the process trusts the certificate", async () => {
    const program = fileURLToPath(new URL("reached.ts", import.meta.url));
    const child = fork(program, [url], {
      execArgv: ["-C", "@understudy/source"],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
    });
    const [reached] = await once(child, "message", { signal: AbortSignal.timeout(15_000) }).finally(() =>
      child.kill("SIGKILL"),
    );

    expect(reached).toBe(true);
  });
});
