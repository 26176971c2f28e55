import { createHash } from "node:crypto";

/** Makes ids that look like a vendor's: unique on one server, the same in every run. */
export interface Ids {
  /** Letters and digits of both cases, after the prefix. */
  next(prefix: string, length: number): string;
  /** Lower-case hexadecimal digits, after the prefix. */
  hex(prefix: string, length: number): string;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function createIds(seed: string): Ids {
  let count = 0;
  const bytes = (length: number): Uint8Array => {
    count += 1;
    let all = Buffer.alloc(0);
    for (let block = 0; all.length < length; block += 1) {
      all = Buffer.concat([all, createHash("sha256").update(`${seed}/${count}/${block}`).digest()]);
    }
    return all.subarray(0, length);
  };
  return {
    next: (prefix, length) => prefix + Array.from(bytes(length), (byte) => alphabet.charAt(byte % 62)).join(""),
    hex: (prefix, length) => prefix + Buffer.from(bytes(length)).toString("hex").slice(0, length),
  };
}
