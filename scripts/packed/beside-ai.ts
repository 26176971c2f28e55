import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile } from "./compile.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What an application writes that has one version of `ai` and both directions. */
const PROGRAM = `
import { aiSdk, guardedFetch, understudy, understudyCall, withoutDiscarded } from "@understudy/ai-sdk";
import { fromUIMessages, retractDiscarded, toUIMessageStream } from "@understudy/ai-sdk/ui";
import { createChain, type Chain } from "@understudy/core";
import { createUIMessageStreamResponse, generateText, streamText, toUIMessageStream as chunksOf, ToolLoopAgent, type LanguageModel, type ModelMessage, type UIMessage } from "ai";

export const streamed = (chain: Chain, prompt: string) => streamText({ ...understudyCall(chain), prompt });
export const whole = (chain: Chain, prompt: string) => generateText({ model: understudy(chain, { hold: "all" }), prompt });
export const agent = (chain: Chain) =>
  new ToolLoopAgent({ model: understudy(chain), prepareCall: (options) => ({ ...options, ...understudyCall(chain) }) });
export const clean = (messages: ModelMessage[]): ModelMessage[] => withoutDiscarded(messages);
export const tiers = (model: Exclude<LanguageModel, string>): Chain => createChain([aiSdk(model)]);
export const respond = (chain: Chain, prompt: string): Response =>
  createUIMessageStreamResponse({ stream: chunksOf({ stream: streamed(chain, prompt).stream }).pipeThrough(retractDiscarded()) });
export const own = async (chain: Chain, messages: UIMessage[]): Promise<Response> =>
  createUIMessageStreamResponse({ stream: toUIMessageStream(await chain.stream({ messages: fromUIMessages(messages) })) });
export const fetch: typeof globalThis.fetch = guardedFetch();
`;

/**
 * Type-checks an application beside the `ai` that this workspace has under a name, with the packed packages of a folder
 * and the types that come with that `ai`. Gives what the compiler says, nothing when all is well.
 */
export async function checkBesideAi(installed: string, alias: string): Promise<string> {
  const folder = join(installed, `beside-${alias}`);
  const modules = join(folder, "node_modules");
  const ai = realpathSync(join(ROOT, "packages/ai-sdk/node_modules", alias));
  mkdirSync(join(modules, "@ai-sdk"), { recursive: true });
  cpSync(join(installed, "node_modules/@understudy"), join(modules, "@understudy"), { recursive: true });
  symlinkSync(ai, join(modules, "ai"));
  symlinkSync(realpathSync(join(dirname(ai), "@ai-sdk/provider")), join(modules, "@ai-sdk/provider"));
  const compilerOptions = {
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    module: "nodenext",
    types: [],
    // The types of `ai` are not ours to check.
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  return compile(folder, "ai", { compilerOptions, files: ["program.ts"] });
}
