/** What an application has whose TypeScript knows the browser and not Node, as without a list of `types`. */
export { anthropic } from "@understudy/anthropic";
export { createChain } from "@understudy/core";
export { makeTarget } from "@understudy/core/adapter";
export { scriptedTarget, startAnthropic, startServer, testAdapter } from "@understudy/testing";
