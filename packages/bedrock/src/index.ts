export { bedrock, type BedrockTargetOptions } from "./target.ts";
export type { AwsCredentialProvider, AwsCredentials } from "./credentials.ts";
export type { BedrockNativeFields } from "./request.ts";
export { bedrockModel, type BedrockEffort, type BedrockModel } from "./models.ts";
