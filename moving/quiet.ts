/** The AI SDK prints errors and warnings, which the table says better. */
export function quiet(): void {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  console.error = () => undefined;
}
