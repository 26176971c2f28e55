/** Hosts, with their port, of clouds that serve models of others. */
export const BEDROCK_RUNTIME: RegExp = /(?:^|\.)bedrock-runtime(?:-fips)?\.[\w.-]+\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
export const BEDROCK_MANTLE: RegExp = /^bedrock-mantle\.[\w-]+\.api\.aws(?::\d+)?$/;
export const GOOGLE_CLOUD: RegExp = /(?:^|-)aiplatform(?:\.\w+\.rep)?\.googleapis\.com(?::\d+)?$/;
