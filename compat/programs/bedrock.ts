import assert from "node:assert/strict";
import { bedrock } from "@understudy/bedrock";
import { startBedrock } from "@understudy/testing";
import { twoCalls } from "./two-calls.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "any" };
const requests = await twoCalls(await startBedrock(), (given) =>
  bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", { ...given, credentials, region: "us-east-1" }),
);
for (const { headers } of requests) {
  assert.match(headers["authorization"] ?? "", /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock\//);
}
