export { nodeTransport, type NodeTransportOptions } from "./node-transport.ts";
export { leaving } from "./leaving.ts";
export { sendResponse } from "./send-response.ts";
