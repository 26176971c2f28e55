import { Anthropic } from "@anthropic-ai/sdk";
import type { SdkSettings } from "@understudy/core/adapter";
import { BROWSER_HEADER, browserHeaders } from "./browser-headers.ts";

/** What makes a client of the vendor's SDK. In a module of its own, which is loaded with the SDK. */
export function clientMaker(apiKey: string, baseURL: string): (settings: SdkSettings) => Anthropic {
  return (settings) =>
    new Anthropic({
      ...settings,
      // One that is asked for comes with each request.
      apiKey: apiKey === "" ? "none" : apiKey,
      baseURL,
      openTelemetry: false,
      // Whoever shows a key to a browser knows it: it has to be given as an option there.
      dangerouslyAllowBrowser: true,
      defaultHeaders: { [BROWSER_HEADER]: null, ...browserHeaders() },
    });
}
