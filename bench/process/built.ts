import { existsSync } from "node:fs";

/** Whether a package can be imported as an application imports it. Those of others always can. */
export function isBuilt(name: string): boolean {
  if (!name.startsWith("@understudy/")) return true;
  return existsSync(new URL(`../../packages/${name.slice("@understudy/".length)}/dist/index.js`, import.meta.url));
}
