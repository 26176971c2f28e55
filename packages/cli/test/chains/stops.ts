import { createChain, type Chain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

const chain: Chain = createChain(
  [openai("gpt-6.1-terra", { apiKey: "any" }), deepseek("deepseek-flash", { apiKey: "any" })],
  { policy: () => "stop" },
);

export default chain;
