export const BETAS = "anthropic-beta";
export const VERSION_HEADER = "anthropic-version";
