/** What is needed once a request goes out: loaded with the first one, or when the target is prepared. */
export { BedrockConnection } from "./connection.ts";
export { failureTable, failuresOfSigned } from "./errors.ts";
export { AwsFrames } from "./frames.ts";
