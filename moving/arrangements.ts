// oxlint-disable-next-line import/no-unassigned-import -- has to be there before any vendor's SDK
import "./routes.ts";
import type { UIMessageChunk } from "ai";
import { createAsk as createChainAsk } from "./ours/chain.ts";
import { createChat as createChainChat } from "./ours/ai-sdk.ts";
import { createChat as createFallbackChat } from "./theirs/ai-fallback.ts";
import { createChat as createRetryChat } from "./theirs/ai-retry.ts";
import { createChat as createAiSdkChat } from "./theirs/ai-sdk.ts";
import { createAsk as createLangChainAsk } from "./theirs/langchain.ts";
import { createAsk as createLoopAsk } from "./theirs/loop.ts";

/** One way in which an application asks its vendors. Each play makes its own: none knows what failed in another. */
export type Arrangement = { readonly name: string } & (
  | { readonly createAsk: () => (question: string, write: (text: string) => void, clear: () => void) => Promise<void> }
  | { readonly createChat: () => (question: string) => ReadableStream<UIMessageChunk> }
);

export const THEIRS: readonly Arrangement[] = [
  { name: "AI SDK alone", createChat: createAiSdkChat },
  { name: "ai-fallback", createChat: createFallbackChat },
  { name: "ai-retry", createChat: createRetryChat },
  { name: "LangChain", createAsk: createLangChainAsk },
  { name: "a loop", createAsk: createLoopAsk },
];

export const OURS: readonly Arrangement[] = [
  { name: "Understudy", createAsk: createChainAsk },
  { name: "Understudy in the AI SDK", createChat: createChainChat },
];
