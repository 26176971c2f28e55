import type { Fault } from "../faults/fault.ts";
import type { RequestRecord } from "./vendor.ts";
import { parseBody, type Admission, type ArrivedRequest } from "./wire.ts";

/** A record that the server still writes to. */
export interface LiveRecord extends RequestRecord {
  finish(end: { readonly closedByClient: boolean }): void;
}

interface Arrival {
  readonly index: number;
  readonly request: ArrivedRequest;
  readonly path: string;
  readonly connection: number;
  /** The status sent so far. */
  status(): number | undefined;
  /** The beginning of what was sent so far. */
  answered(): string;
}

export function openRecord(arrival: Arrival, admission: Admission, fault: Fault | undefined): LiveRecord {
  const call = admission.type === "call" ? admission.call : undefined;
  const closed = Promise.withResolvers<void>();
  let closedByClient = false;
  let finishedAt: number | undefined;
  return {
    index: arrival.index,
    method: arrival.request.method,
    path: arrival.path,
    headers: arrival.request.headers,
    body: parseBody(arrival.request.text),
    text: arrival.request.text,
    connection: arrival.connection,
    streamed: call?.streamed ?? false,
    model: call?.model ?? "",
    refusal: admission.type === "refusal" ? admission.reply : undefined,
    fault,
    startedAt: performance.now(),
    closed: closed.promise,
    get status() {
      return arrival.status();
    },
    get answered() {
      return arrival.answered();
    },
    get closedByClient() {
      return closedByClient;
    },
    get finishedAt() {
      return finishedAt;
    },
    finish: (end) => {
      closedByClient = end.closedByClient;
      finishedAt = performance.now();
      closed.resolve();
    },
  };
}
