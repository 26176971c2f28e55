import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Vendor,
} from "@understudy/testing";
import { improvise } from "./improvise.ts";

/** Where the requests of a snippet go: by host and the beginning of the path, to the origin of a simulator. */
export interface Route {
  readonly host: string;
  readonly path: string;
  readonly origin: string;
}

export interface Stage {
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** Starts a simulator for every real host that a snippet may call. */
export async function openStage(): Promise<Stage> {
  const vendors = await Promise.all([
    routed(startAnthropic(), ["api.anthropic.com", "/"]),
    routed(startOpenAIChat(), ["api.openai.com", "/v1/chat/"]),
    routed(startOpenAI(), ["api.openai.com", "/"], ["eu.api.openai.com", "/"], ["*.openai.azure.com", "/"]),
    routed(startDeepSeek(), ["api.deepseek.com", "/"]),
    routed(startGemini(), ["generativelanguage.googleapis.com", "/"]),
    routed(
      startBedrock(),
      ...["us-east-1", "us-west-2", "eu-central-1", "eu-west-1"].map((region): [string, string] => [
        `bedrock-runtime.${region}.amazonaws.com`,
        "/",
      ]),
    ),
    routed(startMistral(), ["api.mistral.ai", "/"], ["api.eu.mistral.ai", "/"]),
    routed(startXAI(), ["api.x.ai", "/"], ["*.api.x.ai", "/"]),
    routed(startOpenAIChat({ compatible: true }), ["localhost:11434", "/v1/"]),
  ]);
  return {
    routes: vendors.flatMap(({ routes }) => routes),
    close: async () => {
      await Promise.all(vendors.map(({ vendor }) => vendor.close()));
    },
  };
}

async function routed(
  starting: Promise<Vendor>,
  ...hosts: readonly (readonly [host: string, path: string])[]
): Promise<{ readonly vendor: Vendor; readonly routes: readonly Route[] }> {
  const vendor = await starting;
  vendor.answer(improvise);
  const { origin } = new URL(vendor.url);
  return { vendor, routes: hosts.map(([host, path]) => ({ host, path, origin })) };
}
