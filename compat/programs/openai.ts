import { openai } from "@understudy/openai";
import { startOpenAI, startOpenAIChat } from "@understudy/testing";
import { OpenAI } from "openai";
import { assertMadeBy, twoCalls } from "./two-calls.ts";

const VERSION = "x-stainless-package-version";
const apiKey = "any";

assertMadeBy(await twoCalls(await startOpenAI(), (given) => openai("gpt-6.1-terra", { ...given, apiKey })), VERSION);
assertMadeBy(await twoCalls(await startOpenAIChat(), (given) => openai.chat("gpt-5.5", { ...given, apiKey })), VERSION);
const requests = await twoCalls(await startOpenAI(), ({ baseURL, streaming }) =>
  openai("gpt-6.1-terra", { client: new OpenAI({ apiKey, baseURL }), streaming }),
);
assertMadeBy(requests, VERSION);
