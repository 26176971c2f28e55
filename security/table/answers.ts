import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { encodingOf, type Wire } from "../../hostile/src/wires/wire.ts";
import type { Exchange } from "./origin.ts";

export const KI: number = 1024;
export const MI: number = 1024 * KI;

type Answer = (exchange: Exchange, wire: Wire) => unknown;

const TYPES = { whole: "application/json", streamed: "text/event-stream" } as const;

/** A body of a vendor's wire. */
export function good(make: (wire: Wire, exchange: Exchange) => string, headers: Record<string, string> = {}): Answer {
  return (exchange, wire) => {
    const { response, form } = exchange;
    response.writeHead(200, { "content-type": TYPES[form], ...headers });
    response.end(make(wire, exchange), encodingOf(wire, form));
  };
}

/** A refusal that holds a text wherever vendors put words: message, codes, names, ids, headers. */
export function refusal(status: number, textOf: (exchange: Exchange) => string): Answer {
  return (exchange) => {
    const text = textOf(exchange);
    const plain = text.replaceAll(/[^\t\u0020-\u007e]/g, " ").slice(0, 2_000);
    const names = ["x-request-id", "request-id", "x-amzn-requestid", "x-amzn-errortype", "x-should-retry", "cf-ray"];
    const limits = [
      "retry-after",
      "x-ratelimit-limit-requests",
      "x-ratelimit-reset-tokens",
      "anthropic-ratelimit-requests-remaining",
    ];
    exchange.response.writeHead(status, plain.slice(0, 200), {
      "content-type": "application/json",
      ...Object.fromEntries([...names, ...limits].map((name) => [name, plain])),
    });
    exchange.response.end(JSON.stringify(errorBody(text)));
  };
}

function errorBody(text: string): object {
  const fields = { message: text, type: text, code: text, param: text, status: text, reason: text, request_id: text };
  return {
    ...fields,
    type: "error",
    __type: text,
    error: { ...fields, details: [{ "@type": text, ...fields, violations: [{ quotaId: text, quotaMetric: text }] }] },
  };
}

/** An event in a good stream that says it failed. */
export function inBand(textOf: (exchange: Exchange) => string): Answer {
  return good((wire, exchange) => {
    const error = JSON.stringify(errorBody(textOf(exchange)));
    return exchange.form === "whole" ? error : wire.streamed([error]);
  });
}

/** Everything that came in, headers included. */
export function echo({ request, body }: Exchange): string {
  return `${Object.entries(request.headers).join(" ")} ${request.url} ${body}`;
}

/** One line without an end, of so many bytes. */
export function oneLine(bytes: number): Answer {
  return async ({ response, form }) => {
    response.writeHead(200, { "content-type": TYPES[form] });
    response.write(form === "whole" ? '{"x":"' : 'data: {"x":"');
    const piece = "x".repeat(64 * KI);
    for (let sent = 0; sent < bytes && !response.destroyed; sent += piece.length) {
      // oxlint-disable-next-line no-await-in-loop -- as fast as it is read
      if (!response.write(piece))
        await Promise.race([new Promise((resolve) => response.once("drain", resolve)), delay(200)]);
    }
    response.end();
  };
}

/** A word again and again, until nobody listens. */
export function again(text: (wire: Wire) => string, everyMs: number): Answer {
  return async ({ response, form }, wire) => {
    response.writeHead(200, { "content-type": TYPES[form] });
    response.on("error", () => undefined);
    for (let count = 0; count < 2_000 && !response.destroyed; count++) {
      response.write(text(wire), "latin1");
      // oxlint-disable-next-line no-await-in-loop -- it is slow on purpose
      await delay(everyMs);
    }
    response.destroy();
  };
}

const MEMBER = gzipSync(Buffer.alloc(16 * MI));

/** So many times 16 MiB of zeros, of 16 KiB each on the wire. */
export function bomb(status: number, members: number): Answer {
  return async ({ response, form }) => {
    response.writeHead(status, { "content-type": TYPES[form], "content-encoding": "gzip" });
    for (let count = 0; count < members && !response.destroyed; count++) {
      // oxlint-disable-next-line no-await-in-loop -- as fast as it is read
      if (!response.write(MEMBER))
        await Promise.race([new Promise((resolve) => response.once("drain", resolve)), delay(200)]);
    }
    response.end();
  };
}
