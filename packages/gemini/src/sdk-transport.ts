import { GoogleGenerativeAI, type GenerativeModel } from "@google/generative-ai";
import {
  asArray,
  asNumber,
  asObject,
  TargetFailure,
  type AttemptContext,
  type CheckedOptions,
  type Connection,
  type NativeRequest,
} from "@understudy/core/adapter";

const HIDES_CAUSE = "the SDK drops the cause of connection errors";
const HIDES_BODY = "the SDK does not show a body that is no event stream";

/** Cases of the conformance kit that cannot hold through the SDK, each with its reason. */
export const SDK_EXEMPTIONS: Readonly<Record<string, string>> = {
  "a refused connection": HIDES_CAUSE,
  "an answer that is not HTTP": HIDES_CAUSE,
  "a flood of headers": HIDES_CAUSE,
  "bytes that are no UTF-8": "the SDK says nothing but that reading failed",
  "a web page with status 200": HIDES_BODY,
  "JSON with status 200 that is no answer": HIDES_BODY,
  "the vendor's error body with status 200": HIDES_BODY,
  "a whole answer where a stream was asked for": HIDES_BODY,
  "an in-band error without framing": HIDES_BODY,
  "a redirect": "the SDK follows redirects",
  "some keep-alives, then the answer": "the SDK delivers nothing after a comment in the stream",
  "an event of 17 MiB": "the SDK reads events of any size",
};

type Setup = Pick<CheckedOptions, "apiKey" | "baseURL" | "headers">;
type NativeParams = Parameters<GenerativeModel["generateContent"]>[0];

/**
 * The same requests and answers through `@google/generative-ai`. Its chunks are framed anew for our reader, which then
 * finds errors in chunks, the end and everything else as it does without the SDK. What it leaves to be done here: an
 * abort of its own for each call, a handler for the second promise of every stream, and names for its errors.
 */
export function sdkTransport(setup: Setup): Connection {
  const client = new GoogleGenerativeAI(setup.apiKey);
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
      try {
        return await ask(client, request, setup, controller.signal, release);
      } catch (error) {
        release();
        return responseOf(error, context);
      }
    },
  };
}

async function ask(
  client: GoogleGenerativeAI,
  { path, headers, body }: NativeRequest,
  { baseURL, headers: common }: Setup,
  signal: AbortSignal,
  release: () => void,
): Promise<Response> {
  const [, baseUrl = "", apiVersion = "", model = "", task = ""] =
    /^(.{1,2000}?)\/(v\d\w{0,20})\/(.{1,1000}):(\w+)(?:\?.*)?$/.exec(baseURL + path) ?? [];
  // No `timeout`: it would be one for the whole answer, and its timer is never cleared.
  const options = { baseUrl, apiVersion, customHeaders: { ...common, ...headers } };
  const generator = client.getGenerativeModel({ model: decodeURIComponent(model) }, options);
  // Made anew, because the SDK writes into it. Its types are narrower than what it sends.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the body goes over the wire as it is
  const params = structuredClone(body) as unknown as NativeParams;
  if (task === "generateContent") {
    const { response } = await generator.generateContent(params, { signal });
    release();
    return json(200, response);
  }
  const { stream, response } = await generator.generateContentStream(params, { signal });
  // Rejects with every stream that fails, and nobody else would hear it.
  response.catch(() => undefined);
  return new Response(framed(stream, release), { status: 200, headers: { "content-type": "text/event-stream" } });
}

/** The chunks as the events they came from, one for each pull. */
function framed(chunks: AsyncGenerator, release: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done !== true) {
          controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
          return;
        }
        controller.close();
      } catch (error) {
        controller.error(streamFailure(error));
      }
      release();
    },
    cancel: release,
  });
}

/** The SDK's words tell what happened; they quote the answer and are not kept. */
function streamFailure(error: unknown): TargetFailure {
  const message = messageOf(error);
  if (message.startsWith("Error parsing JSON")) return new TargetFailure("stream.malformed");
  if (message.startsWith("Failed to parse stream")) return new TargetFailure("stream.truncated");
  return new TargetFailure("stream.reset");
}

/** An error with a status is a response that the SDK has taken apart. */
function responseOf(error: unknown, { signal }: AttemptContext): Response {
  if (signal.aborted) throw error;
  const fields = asObject(error);
  const status = asNumber(Reflect.get(fields, "status"));
  if (status === undefined) {
    // The SDK takes for granted that there is a body, and that it is JSON.
    if (error instanceof SyntaxError || error instanceof TypeError) throw new TargetFailure("gateway.not-a-stream");
    const isAnswered = !messageOf(error).startsWith("Error fetching from");
    throw new TargetFailure(isAnswered ? "stream.reset" : "network.reset", { beforeResponse: !isAnswered });
  }
  const details = asArray(Reflect.get(fields, "errorDetails"));
  const [, text = ""] = /\[\d{3} [^\]]{0,100}\] ([\s\S]*)$/.exec(messageOf(error)) ?? [];
  const appended = details.length === 0 ? -1 : text.indexOf(` ${JSON.stringify(details)}`);
  const message = appended === -1 ? text : text.slice(0, appended);
  if (message === "") return new Response(null, { status: atLeast200(status) });
  return json(status, { error: { code: status, message, details } });
}

function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}

function atLeast200(status: number): number {
  return status < 200 ? 599 : status;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\[GoogleGenerativeAI Error\]: /, "") : "";
}
