import { Anthropic } from "@anthropic-ai/sdk";
import { anthropic } from "@understudy/anthropic";
import { startAnthropic } from "@understudy/testing";
import { assertMadeBy, twoCalls } from "./two-calls.ts";

const MODEL = "claude-sonnet-5-5";
const VERSION = "x-stainless-package-version";
const apiKey = "any";

assertMadeBy(await twoCalls(await startAnthropic(), (given) => anthropic(MODEL, { ...given, apiKey })), VERSION);
const requests = await twoCalls(await startAnthropic(), ({ baseURL, streaming }) =>
  anthropic(MODEL, { client: new Anthropic({ apiKey, baseURL }), streaming }),
);
assertMadeBy(requests, VERSION);
