import { ANYTHING } from "@understudy/core/toolkit";
import { checkOptions, fieldProblems, refuse } from "../../checks/refuse.ts";
import { COMPATIBLE, SIMULATOR } from "../../checks/simulator-options.ts";
import { chatInBand, encodeChat } from "../chat/encode.ts";
import { admitOpenAI, type Endpoint } from "../openai/admit.ts";
import { openAIHeaders, openAINamed, openAIStatus } from "../openai/errors.ts";
import { startServer } from "../server.ts";
import type { Vendor, SimulatorOptions } from "../vendor.ts";
import type { Wire } from "../wire.ts";
import { chatFrames, chatWhole } from "./frames.ts";
import { chatEndpoint, compatibleEndpoint, type CompatibleOptions } from "./request.ts";

export interface ChatSimulatorOptions extends SimulatorOptions {
  /**
   * Be a server that only speaks the format, as gateways and local model servers do: every model is plain, and the
   * output limit is called `max_tokens`. An object says what else it refuses. Default: false, OpenAI's own rules.
   */
  readonly compatible?: boolean | CompatibleOptions | undefined;
}

/** Chat Completions: `POST /v1/chat/completions`. */
function chatWire(endpoint: Endpoint): Wire {
  return {
    name: "openai-chat",
    basePath: "/v1",
    keepAlive: { stream: ": keep-alive\n\n", whole: "\n" },
    unknownEvent: { kind: "structure", data: { object: "chat.completion.future", choices: [] } },
    admit: (request, rules) => admitOpenAI(request, rules, endpoint),
    frames: chatFrames,
    encode: encodeChat,
    whole: chatWhole,
    error: (name, detail) => openAINamed(name, detail, 404),
    statusError: openAIStatus,
    inBand: chatInBand,
    headers: openAIHeaders,
  };
}

/** Starts a simulator of Chat Completions. */
export async function startOpenAIChat(options: ChatSimulatorOptions = {}): Promise<Vendor> {
  checkOptions(options, { ...SIMULATOR, compatible: ANYTHING }, "The simulator of openai-chat");
  const { compatible = false, ...shared } = options;
  if (typeof compatible !== "boolean") {
    const must = "true, false, or an object of what is refused";
    refuse("The simulator cannot be called like this", fieldProblems(compatible, COMPATIBLE, "compatible", must));
  }
  const endpoint = compatible === false ? chatEndpoint : compatibleEndpoint(compatible === true ? {} : compatible);
  return startServer(chatWire(endpoint), shared);
}
