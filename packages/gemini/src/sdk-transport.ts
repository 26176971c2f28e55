import { GoogleGenerativeAI, type GenerativeModel } from "@google/generative-ai";
import {
  TargetFailure,
  type AttemptContext,
  type CheckedOptions,
  type Connection,
  type NativeRequest,
} from "@understudy/core/adapter";
import { cappedFetch, freshInit, mergeHeaders, type Fetch } from "@understudy/core/toolkit";
import { wholeEvents } from "./whole-events.ts";

const KEY_HEADER = "x-goog-api-key";

interface Setup extends Pick<CheckedOptions, "apiKey" | "baseURL" | "headers"> {
  /** Of one event; its bytes are counted. */
  readonly maxEventChars: number | undefined;
}
type NativeParams = Parameters<GenerativeModel["generateContent"]>[0];

/**
 * The same requests and answers through `@google/generative-ai`. Its chunks are framed anew for our reader, which then
 * finds errors in chunks, the end and everything else as it does without the SDK. What it leaves to be done here: an
 * abort of its own for each call, a handler for the second promise of every stream, and a fetch that keeps from the SDK
 * what it would hide: failed responses, and bodies that are not an event stream.
 */
export function sdkTransport(setup: Setup): Connection {
  return {
    send: async (request, context) => {
      const controller = new AbortController();
      const abort = (): void => controller.abort();
      // A signal that is aborted already would be passed over.
      if (context.signal.aborted) throw new TargetFailure("caller.aborted");
      context.signal.addEventListener("abort", abort, { once: true });
      const release = (): void => {
        context.signal.removeEventListener("abort", abort);
        abort();
      };
      const fetch = new TellingFetch(context, request.path.includes(":stream"), setup.maxEventChars);
      try {
        return await ask(request, setup, fetch, controller.signal, release);
      } catch (error) {
        const { unread } = fetch;
        if (unread !== undefined && !context.signal.aborted) return handedOver(unread, release);
        release();
        if (context.signal.aborted) throw error;
        throw fetch.failure(error);
      }
    },
  };
}

async function ask(
  { path, headers, body }: NativeRequest,
  { apiKey, baseURL, headers: common }: Setup,
  fetch: TellingFetch,
  signal: AbortSignal,
  release: () => void,
): Promise<Response> {
  const [, baseUrl = "", apiVersion = "", model = "", task = ""] =
    /^(.{1,2000}?)\/(v\d\w{0,20})\/(.{1,1000}):(\w+)(?:\?.*)?$/.exec(baseURL + path) ?? [];
  // The SDK takes the key as an argument, and no other way.
  const { [KEY_HEADER]: key = apiKey, ...customHeaders } = mergeHeaders(common, headers);
  // No `timeout`: it would be one for the whole answer, and its timer is never cleared.
  const options = { baseUrl, apiVersion, customHeaders };
  const generator = new GoogleGenerativeAI(key).getGenerativeModel({ model: decodeURIComponent(model) }, options);
  // Made anew, because the SDK writes into it. Its types are narrower than what it sends.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the body goes over the wire as it is
  const params = structuredClone(body) as unknown as NativeParams;
  if (task === "generateContent") {
    await fetch.during(() => generator.generateContent(params, { signal }));
    throw new TypeError("The SDK read what is not for it.");
  }
  const { stream, response } = await fetch.during(() => generator.generateContentStream(params, { signal }));
  // Rejects with every stream that fails, and nothing else would handle it.
  response.catch(() => undefined);
  const encoder = new TextEncoder();
  const events = pulled(
    stream,
    (chunk) => encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`),
    (error) => fetch.broken ?? streamFailure(error),
    release,
  );
  return new Response(events, { status: 200, headers: { "content-type": "text/event-stream" } });
}

/** A response as the fetch transport has it. */
function handedOver({ body, status, headers }: Response, release: () => void): Response {
  if (body === null) release();
  const bytes =
    body &&
    pulled(
      body[Symbol.asyncIterator](),
      (chunk) => chunk,
      (error) => error,
      release,
    );
  return new Response(bytes, { status, headers });
}

/**
 * The fetch of one request: as for all targets it follows no redirect and cuts error bodies. What the SDK cannot read it
 * keeps, and what went wrong, of which the SDK's errors say less.
 */
class TellingFetch {
  readonly #context: AttemptContext;
  readonly #isStream: boolean;
  readonly #maxEventChars: number | undefined;
  readonly #onBroken = (failure: TargetFailure): void => {
    this.#broken = failure;
  };
  #broken: TargetFailure | undefined;
  #unread: Response | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(context: AttemptContext, isStream: boolean, maxEventChars: number | undefined) {
    this.#maxEventChars = maxEventChars;
    this.#context = context;
    this.#isStream = isStream;
  }

  /**
   * Runs what takes the global `fetch`. The SDK knows no other, and takes it before it waits for anything: while this
   * one stands in its place, nothing else runs.
   */
  during<Made>(make: () => Made): Made {
    const usual = globalThis.fetch;
    globalThis.fetch = (input, init) => this.#ask(usual, input, init);
    try {
      return make();
    } finally {
      globalThis.fetch = usual;
    }
  }

  /** A response that the SDK did not get: our reader finds more in it. */
  get unread(): Response | undefined {
    return this.#unread;
  }

  /** What was wrong with a stream before the SDK read it. */
  get broken(): TargetFailure | undefined {
    return this.#broken;
  }

  /** What went wrong, of which the SDK's error says less. */
  failure(error: unknown): unknown {
    return this.#failed === undefined ? error : this.#failed.error;
  }

  async #ask(usual: Fetch, ...[input, init]: Parameters<Fetch>): Promise<Response> {
    const { clock, freshConnection } = this.#context;
    try {
      const headers = new Headers(init?.headers);
      // The SDK sends one also where a token takes its place.
      if (headers.get("x-goog-api-key") === "") headers.delete("x-goog-api-key");
      const asked = { ...init, headers, ...freshInit(freshConnection) };
      const response = await cappedFetch(usual, () => clock)(input, asked);
      const { body, status } = response;
      if (response.ok && this.#isStream && isEventStream(response) && body !== null) {
        return new Response(wholeEvents(body, this.#onBroken, this.#maxEventChars), { status });
      }
      this.#unread = response;
    } catch (error) {
      this.#failed = { error };
      throw error;
    }
    throw new TypeError("Not for the SDK to read.");
  }
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** One for each pull. */
function pulled<Chunk>(
  chunks: AsyncIterator<Chunk>,
  frame: (chunk: Chunk) => Uint8Array<ArrayBuffer>,
  failure: (error: unknown) => unknown,
  release: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done !== true) {
          controller.enqueue(frame(value));
          return;
        }
        controller.close();
      } catch (error) {
        controller.error(failure(error));
      }
      release();
    },
    cancel: release,
  });
}

/** The SDK's words say what happened; they quote the answer and are not kept. */
function streamFailure(error: unknown): TargetFailure {
  const message = messageOf(error);
  if (error instanceof RangeError) return tooDeep();
  if (message.startsWith("Error parsing JSON")) return new TargetFailure("stream.malformed");
  if (message.startsWith("Failed to parse stream")) return new TargetFailure("stream.truncated");
  return new TargetFailure("stream.reset");
}

/** What the SDK read cannot be written again: the stack is too small for it. */
function tooDeep(): TargetFailure {
  return new TargetFailure("stream.malformed");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\[GoogleGenerativeAI Error\]: /, "") : "";
}
