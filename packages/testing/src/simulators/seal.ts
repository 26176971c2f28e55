import { createHash } from "node:crypto";

/**
 * Opaque data that a vendor hands out and checks when it comes back: a signature of reasoning, encrypted reasoning.
 * Ours says who made it and for what, so that a simulator can refuse what was edited or belongs to another organization.
 */
export interface Seal {
  readonly organization: string;
  readonly model: string;
  readonly digest: string;
}

const mark = "understudy-seal";

export function seal(organization: string, model: string, content: string): string {
  return Buffer.from([mark, organization, model, digestOf(content)].join("\n")).toString("base64");
}

/** What a seal says; undefined for opaque data that no simulator made, which is taken on trust. */
export function unseal(data: string): Seal | undefined {
  const [found, organization, model, digest] = Buffer.from(data, "base64").toString("utf8").split("\n");
  if (found !== mark || organization === undefined || model === undefined || digest === undefined) return undefined;
  return { organization, model, digest };
}

export function digestOf(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}
