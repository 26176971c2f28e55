/** The AI SDK prints errors and warnings, which the table says better. */
export function quiet(): void {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  // oxlint-disable-next-line no-console -- to be silenced
  console.error = () => undefined;
}
