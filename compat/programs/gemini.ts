import { gemini } from "@understudy/gemini";
import { startGemini } from "@understudy/testing";
import { assertMadeBy, twoCalls } from "./two-calls.ts";

const requests = await twoCalls(await startGemini(), (given) =>
  gemini("gemini-3.8-flash", { ...given, apiKey: "any", transport: "sdk" }),
);
assertMadeBy(requests, "x-goog-api-client", "genai-js/");
