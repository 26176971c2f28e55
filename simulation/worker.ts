import { runBatch, type Batch } from "./batch.ts";

// Nobody looks at the stacks of the many errors that are made here.
Error.stackTraceLimit = 0;

/** One of several processes: gets a batch, sends figures. */
process.once("message", (batch: Batch) => {
  void runBatch(batch, (figures) => process.send?.(figures) ?? false).then(() => process.disconnect());
});
