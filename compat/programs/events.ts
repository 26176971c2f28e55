import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";
import { twoCalls } from "./two-calls.ts";

await twoCalls(await startDeepSeek(), (given) => deepseek("deepseek-flash", { ...given, apiKey: "any" }));
