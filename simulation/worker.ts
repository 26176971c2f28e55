import { runBatch, type Batch } from "./batch.ts";

// Nobody looks at the stacks of the many errors that are made here.
Error.stackTraceLimit = 0;

/** A schedule collects rejections that nobody handles: one of the oracle's own would be taken for one of those. */
function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

/** One of several processes: gets a batch, sends figures. */
process.once("message", (batch: Batch) => {
  void runBatch(batch, (figures) => process.send?.(figures) ?? false).then(() => process.disconnect(), fail);
});
