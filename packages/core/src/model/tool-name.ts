/** Models make up names that no vendor takes back. A legal name stays. */
export function legalToolName(name: string): string {
  return name.replaceAll(/[^\w-]/g, "_").slice(0, 64) || "unknown";
}
