import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT } from "../packed/environment.ts";
import { install } from "../runtimes/workshop.ts";

const VERDACCIO = "verdaccio@6.10.4";
/** A part of it asks for a tag that not every registry has; nothing here uses that part. */
const OVERRIDES = { "node-fetch": "2.7.0" };
const CONFIG = `storage: ./storage
auth: { htpasswd: { file: ./users } }
packages: { "@understudy/*": { access: $all, publish: $authenticated } }
log: { type: stdout, format: json, level: warn }
`;

/** What a registry tells of a package, as far as it is looked at. */
export interface Published {
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, unknown>>;
  readonly readme?: string;
}

/** A registry of npm on this machine that has our scope and nothing else. */
export interface Registry {
  readonly url: string;
  /** An `.npmrc` for a folder whose packages come from here, and from where they always do if they are not ours. */
  readonly settings: string;
  /** What it has of a package of ours, by the name without its scope; undefined for nothing. */
  published(name: string): Promise<Published | undefined>;
  close(): Promise<void>;
}

/** Starts one, empty; installs the program for it once. Rejects where that cannot be had. */
export async function startRegistry(): Promise<Registry> {
  const tools = await install([VERDACCIO], OVERRIDES);
  const folder = mkdtempSync(join(tmpdir(), "understudy-registry-"));
  writeFileSync(join(folder, "config.yaml"), CONFIG);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const program = join(tools, "node_modules/verdaccio/bin/verdaccio");
  const server = spawn(
    process.execPath,
    [program, "--config", join(folder, "config.yaml"), "--listen", `127.0.0.1:${port}`],
    { env: ENVIRONMENT, stdio: ["ignore", "pipe", "ignore"] },
  );
  const ended = once(server, "exit");
  const end = (): void => void server.kill("SIGKILL");
  process.on("exit", end);
  const close = async (): Promise<void> => {
    process.off("exit", end);
    end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // Nothing else is said at this level before somebody asks.
    await Promise.race([
      once(server.stdout, "data"),
      ended.then(() => Promise.reject(new Error("It does not start."))),
    ]);
    server.stdout.resume();
    const token = await signUp(url);
    return {
      url,
      settings: `@understudy:registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\n`,
      published: async (name) => {
        const response = await fetch(`${url}@understudy%2f${name}`);
        return response.ok ? read<Published>(response) : undefined;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whoever publishes is somebody; a token. */
async function signUp(url: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:rehearsal`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "rehearsal", password: "of-no-use-elsewhere" }),
  });
  return (await read<{ readonly token: string }>(response)).token;
}

async function read<Body>(response: Response): Promise<Body> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as npm's registry documents it
  return (await response.json()) as Body;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
