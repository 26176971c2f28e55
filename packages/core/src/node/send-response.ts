import type { ServerResponse } from "node:http";
import { misuse } from "../model/error.ts";
import { isJsonObject } from "../model/json.ts";
import { checkNode, leaving } from "./leaving.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * Sends a web `Response` through a response of `node:http`: status, headers and body, no faster than the client reads.
 * Headers set before stay unless the `Response` has them too; if they have been sent already, only the body is sent.
 * Resolves when everything was handed to the system, or when the client has left: then the body is cancelled, which ends
 * the call it comes from. A body that fails closes the connection, so that no client takes half an answer for a whole
 * one. Rejects with that failure, with `invalid-request` when it is given something else, and with a `TypeError` or
 * `RangeError` when body, status or headers cannot be sent.
 */
export async function sendResponse(from: Response, to: ServerResponse): Promise<void> {
  if (!isWebResponse(from)) throw misuse("invalid-request", "sendResponse(from, to) sends a web `Response`, awaited.");
  const reader = from.body?.getReader();
  try {
    checkNode(to, "sendResponse");
    const left = leaving(to);
    // Somebody else may have ended the response; writing would then be an error.
    const isOver = (): boolean => left.aborted || to.destroyed || to.writableEnded;
    if (isOver()) return;
    if (!to.headersSent) sendHead(from, to);
    if (reader !== undefined && to.req.method !== "HEAD") {
      left.addEventListener("abort", () => cancel(reader));
      await sendBody(reader, to, isOver);
    }
    if (isOver()) return;
    to.end();
    await eventOf(to, "finish");
  } finally {
    cancel(reader);
  }
}

/** Several implementations have a class of this name. One that throws when it is looked at is none. */
function isWebResponse(from: unknown): boolean {
  try {
    return isJsonObject(from) && isJsonObject(from["headers"]) && Number.isInteger(from["status"]);
  } catch {
    return false;
  }
}

function sendHead(from: Response, to: ServerResponse): void {
  for (const [name, value] of from.headers) {
    // Each cookie has a line of its own.
    if (name === "set-cookie") to.appendHeader(name, value);
    else to.setHeader(name, value);
  }
  if (from.statusText === "") to.writeHead(from.status);
  else to.writeHead(from.status, from.statusText);
}

async function sendBody(reader: Reader, to: ServerResponse, isOver: () => boolean): Promise<void> {
  try {
    to.flushHeaders();
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a body is read in order
      const { done, value } = await reader.read();
      if (done || isOver()) return;
      // oxlint-disable-next-line no-await-in-loop -- the client reads in order
      if (!to.write(value)) await eventOf(to, "drain");
    }
  } catch (error) {
    to.destroy();
    throw error;
  }
}

/** Ends a read that waits, too. After the end of the body it changes nothing. */
function cancel(reader: Reader | undefined): void {
  reader?.cancel().catch(() => undefined);
}

/** Waits for an event that does not come any more once the connection is closed. */
function eventOf(to: ServerResponse, event: "drain" | "finish"): Promise<void> {
  return new Promise((resolve) => {
    const onEvent = (): void => {
      to.off(event, onEvent).off("close", onEvent);
      resolve();
    };
    to.on(event, onEvent).on("close", onEvent);
  });
}
