import type { Target } from "@understudy/core/adapter";
import type { Vendor } from "@understudy/testing";
import type { Row } from "./vendors.ts";

/** A running vendor of the matrix. */
export interface Place {
  readonly row: Row;
  readonly vendor: Vendor;
  readonly target: Target;
  /** Everything that the vendor has written, byte for byte. */
  written(): Promise<string>;
}

/** Starts a vendor for the whole matrix. */
export async function open(row: Row): Promise<Place> {
  const vendor = await row.start();
  const bodies: Promise<string>[] = [];
  const overheard: typeof globalThis.fetch = async (url, init) => {
    const response = await fetch(url, init);
    bodies.push(readAll(response.clone()));
    return response;
  };
  const target = row.make({ baseURL: vendor.url, fetch: overheard });
  return { row, vendor, target, written: async () => (await Promise.all(bodies)).join("\n") };
}

/** The body, or what came of it before it broke. */
async function readAll({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of body ?? []) text += decoder.decode(bytes, { stream: true });
  } catch {
    // It was cut on purpose.
  }
  return text;
}
