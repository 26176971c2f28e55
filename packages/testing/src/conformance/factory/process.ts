import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Clock } from "@understudy/core";
import type { TestRunner } from "../adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT } from "../answer.ts";
import { API_KEY } from "../run-case.ts";
import type { FactoryModule, FactoryUnderTest } from "./factory-under-test.ts";

const run = promisify(execFile);
const FEW_DESCRIPTORS = 120;
const CLOCK: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: () => undefined,
};

/** What shows in a process only: what is loaded, opened and asked for before it is needed, and what happens without it. */
export function testProcess(
  { describe, test }: TestRunner,
  { name, make, startVendor, module }: FactoryUnderTest,
): void {
  describe(`${name}: a process`, () => {
    test("prepares a target without a connection, a request or a key", async () => {
      await using vendor = await startVendor();
      let asked = 0;
      const target = make({ baseURL: vendor.url, apiKey: () => String(++asked) });

      await target.prepare?.(CLOCK);

      assert.deepEqual([asked, vendor.requests.length, vendor.connections.accepted], [0, 0, 0]);
    });
    if (module === undefined) return;

    test("loads no SDK when it imports the adapter and makes a target", async () => {
      const loaded = await play(module, LOADED);

      const others = loaded.split(" ").filter((specifier) => !/^@understudy\/core(?:\/|$)/.test(specifier));
      assert.deepEqual(others, module.loads ?? []);
    });

    // Windows has no such limit.
    if (process.platform === "win32") return;
    test("without a file descriptor left fails as this machine's fault, and answers once it has some", async () => {
      await using vendor = await startVendor();
      vendor.answer(ANSWER);

      const seen = await play(module, OUT_OF_DESCRIPTORS, vendor.url);

      assert.deepEqual(seen.split("\n"), ["EMFILE", "local-resource", ANSWER_TEXT]);
      assert.equal(vendor.requests.length, 1);
    });
  });
}

/** What the program prints, with `adapter` imported by it and `make(options)` to make a target. */
async function play(
  { url, factory, model, flags = [] }: FactoryModule,
  program: string,
  baseURL = "",
): Promise<string> {
  const setup = `
    const make = (adapter, options) => adapter[${JSON.stringify(factory)}](${JSON.stringify(model)}, options);
    const options = { apiKey: ${JSON.stringify(API_KEY)}, ${baseURL === "" ? "" : `baseURL: ${JSON.stringify(baseURL)}`} };
    const url = ${JSON.stringify(url)};
  `;
  const node = [...flags, "--input-type=module", "-e", `${setup}${program}`];
  const limited = ["-c", `ulimit -n ${FEW_DESCRIPTORS} && exec "$0" "$@"`, process.execPath, ...node];
  const [command, given] = baseURL === "" ? [process.execPath, node] : ["sh", limited];
  const { stdout } = await run(command, given, { cwd: dirname(fileURLToPath(url)) });
  return stdout.trim();
}

const LOADED = `
  import { registerHooks } from "node:module";
  const loaded = new Set();
  registerHooks({
    resolve(specifier, context, next) {
      if (!/^[.]|^file:|^node:/.test(specifier)) loaded.add(specifier);
      return next(specifier, context);
    },
  });
  make(await import(url), options);
  console.log([...loaded].join(" "));
`;

const OUT_OF_DESCRIPTORS = `
  import { closeSync, openSync } from "node:fs";
  import { createChain } from "@understudy/core";
  const chain = createChain([make(await import(url), options)]);
  const open = [];
  const fill = () => {
    try {
      for (;;) open.push(openSync("/dev/null"));
    } catch (error) {
      return error.code;
    }
  };
  fill();
  // What was still being read of the process's own code gives its descriptors back.
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(fill());
  await chain.generate("Hi").catch((error) => console.log(error.code));
  for (const descriptor of open) closeSync(descriptor);
  console.log((await chain.generate("Hi")).text);
`;
