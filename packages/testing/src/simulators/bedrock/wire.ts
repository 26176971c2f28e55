import { startServer } from "../server.ts";
import type { SimulatorOptions, Vendor } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { bedrockInBand, bedrockNamed, bedrockStatus } from "./errors.ts";
import { bedrockFrames, bedrockWhole, encodeBedrock, sealBedrock } from "./frames.ts";
import { admitBedrock } from "./request.ts";

/** Amazon Bedrock's Converse: `POST /model/<id>/converse` and `/converse-stream`, in binary frames. */
const bedrockWire: Wire = {
  name: "bedrock",
  basePath: "",
  // The service sends none; what stands in front of it may.
  keepAlive: { stream: sealBedrock(Buffer.from("{}"), { event: "initial-response" }), whole: "\n" },
  unknownEvent: { kind: "structure", event: "contentBlockOfTheFuture", data: {} },
  admit: admitBedrock,
  frames: bedrockFrames,
  encode: encodeBedrock,
  seal: sealBedrock,
  whole: bedrockWhole,
  error: bedrockNamed,
  statusError: bedrockStatus,
  inBand: bedrockInBand,
  headers: (kind, ids) => ({
    "content-type": kind === "stream" ? "application/vnd.amazon.eventstream" : "application/json",
    "x-amzn-requestid": uuid(ids.hex("", 32)),
  }),
};

/** Starts a simulator of Amazon Bedrock's Converse API. */
export function startBedrock(options: SimulatorOptions = {}): Promise<Vendor> {
  return startServer(bedrockWire, options);
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
