#!/usr/bin/env node
import { failed, main } from "./main.ts";
import type { Surroundings } from "./output.ts";

const from: Surroundings = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
};

process.on("SIGINT", () => {
  // A line of progress is taken away, and with it what the terminal shows of Ctrl-C.
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  process.exit(130);
});

// Of the chain file's own: what it has left running may fail at any time.
process.on("uncaughtException", (error) => exit(failed(error, from)));

// Whoever reads may have seen enough, as `head` has. The command goes on: its exit code counts.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exit(2);
  });
}

exit(await main(process.argv.slice(2), from));

/** A chain file may hold connections that keep the process alive. What was written goes out first. */
function exit(code: number): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
