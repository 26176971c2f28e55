import { runBatch, type Batch } from "./batch.ts";

/** One of several processes: gets a batch, sends figures. */
process.once("message", (batch: Batch) => {
  void runBatch(batch, (figures) => process.send?.(figures) ?? false).then(() => process.disconnect());
});
