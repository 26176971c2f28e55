import { createChain, isUnderstudyError, type Chain, type Request } from "@understudy/core";
import type { AdaptedWire } from "../adapters.ts";

/** A simulated vendor with its adapter: how a conversation goes on that began elsewhere. */
export interface OtherVendor {
  readonly name: string;
  /** The request as it was sent, and why it was refused, if it was. */
  ask(request: Request): Promise<{ readonly text: string; readonly refusal: string | undefined }>;
  close(): Promise<void>;
}

export async function startOther(wire: AdaptedWire): Promise<OtherVendor> {
  const vendor = await wire.start();
  return {
    name: wire.name,
    ask: async (request) => {
      const chain = createChain([wire.target(wire.newestModel, vendor.url)], { policy: () => "stop" });
      const refusal = await refusalOf(chain, request);
      return { text: vendor.requests.at(-1)?.text ?? "", refusal };
    },
    close: () => vendor.close(),
  };
}

async function refusalOf(chain: Chain, request: Request): Promise<string | undefined> {
  try {
    await chain.generate(request);
    return undefined;
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    return error.vendorMessage ?? error.message;
  }
}
