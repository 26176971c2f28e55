#!/usr/bin/env node
import { main } from "./main.ts";

process.once("SIGINT", () => process.exit(130));

const code = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
});

// A chain file may hold connections that keep the process alive. What was written goes out first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
