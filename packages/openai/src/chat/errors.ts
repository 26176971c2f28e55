import type { FailureTable } from "@understudy/core/adapter";
import { CHAT_REFUSALS, readChatError } from "@understudy/core/toolkit";
import { failureTable as vendorTable } from "../errors.ts";

/** How servers fail that speak Chat Completions. */
export const failureTable: FailureTable = {
  ...vendorTable,
  rows: [...CHAT_REFUSALS, ...vendorTable.rows],
  requestIdHeaders: [...vendorTable.requestIdHeaders, "mistral-correlation-id"],
  readError: (body) => vendorTable.readError(body) ?? readChatError(body),
};
