export * from "./chain-model/index.ts";
export * from "./ai-sdk-target/index.ts";
