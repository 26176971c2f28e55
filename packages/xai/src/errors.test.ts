import {
  classifyFailures,
  type FailureClass,
  type TargetFailure,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const REQUEST: TargetRequest = {
  messages: [],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { effort: "high", visible: true },
  stop: [],
};
const failures = classifyFailures(failureTable, ["own-key"], () => 0, REQUEST);
const INVALID = "Client specified an invalid argument";
const TEAM = "0b5e4e7a-1c2d-4e3f-8a9b-0c1d2e3f4a5b";

const flat = (error: unknown, code: string = INVALID) => ({ code, error });

const nested = (message: string, code: string | null = null) => ({
  error: { message, type: null, param: null, code },
});

function http(status: number, body: unknown, headers: Record<string, string> = {}): TargetFailure {
  return failures.http({ status, headers: new Headers(headers), body, wallNow: 0 });
}

/** As the target carries its repairs out. */
function repaired(failure: TargetFailure, request: TargetRequest = REQUEST): TargetRequest | undefined {
  const changed = failure.details.repair?.apply(request);
  return changed?.repairs?.reduce((kept, repair) => repair.apply(kept), changed);
}

describe("failures of the Responses API", () => {
  test.each<[number, unknown, FailureClass]>([
    [400, flat("Incorrect API key provided: xa***ey."), "auth.invalid"],
    [400, nested("Incorrect API key provided: xa***ey."), "auth.invalid"],
    [401, flat("No authorization header.", "Unauthenticated"), "auth.invalid"],
    [402, flat("You have run out of credits or need a Grok subscription."), "billing.exhausted"],
    [403, flat(`Your team ${TEAM} has either used all available credits or reached its limit.`), "billing.exhausted"],
    [429, flat(`Your team ${TEAM} has either used all available credits or reached its limit.`), "billing.exhausted"],
    [429, nested("Your newly created team doesn't have any credits or licenses yet."), "billing.exhausted"],
    [403, flat("Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"), "policy.input-blocked"],
    [403, flat("Not allowed.", "permission-denied"), "auth.forbidden"],
    [404, flat("The model grok-9 does not exist.", "Some requested entity was not found"), "model.not-found"],
    [413, flat("Too large."), "request.too-large"],
    [
      422,
      { error: "Failed to deserialize the JSON body into the target type: missing field `model`" },
      "request.rejected",
    ],
    [429, flat("Too many requests.", "Some resource has been exhausted"), "rate.unknown"],
    [429, flat("Rate limit reached for requests per day.", "resource-exhausted"), "rate.daily"],
    [500, flat("An internal error occurred.", "Internal error"), "server.error"],
    [503, flat("Try later.", "The service is currently unavailable"), "server.overloaded"],
    [503, flat("Try later.", "unavailable"), "server.overloaded"],
    [503, "upstream connect error", "server.gateway"],
  ])("classifies status %i with %j as %s", (status, error, expected) => {
    expect(http(status, error).class).toBe(expected);
  });

  test.each<[unknown, FailureClass]>([
    [flat("Service temporarily unavailable.", "The service is currently unavailable"), "server.overloaded"],
    [flat("The service is currently unavailable", ""), "server.overloaded"],
    [{ error: "The service is currently unavailable" }, "server.overloaded"],
    [nested("The service is currently unavailable"), "server.overloaded"],
    [{ type: "error", code: "unavailable", message: "x", param: null }, "server.overloaded"],
    [{ status: "failed", error: { code: "Internal error", message: "x" } }, "server.error"],
    [{ status: "failed", error: { code: "server_error", message: "x" } }, "server.error"],
    [flat("Too many requests.", "resource-exhausted"), "rate.unknown"],
    [flat(`Your team ${TEAM} has used all available credits`, "Some resource has been exhausted"), "billing.exhausted"],
    [flat("No such thing."), "request.rejected"],
  ])("XA-01 reads %j, with status 200 or in a stream, as %s", (error, expected) => {
    expect(failures.inBand(error)?.class).toBe(expected);
  });

  test("takes no answer for an error", () => {
    expect(failures.inBand({ status: "completed", error: null, output: [] })).toBeUndefined();
    expect(failures.inBand({ type: "response.created", response: {} })).toBeUndefined();
  });

  test("reads a prompt that is too long, and the window, out of the message", () => {
    const error = flat("This model's maximum prompt length is 131072 but the request contains 136973 tokens.");

    expect(http(400, error)).toMatchObject({ class: "request.context-length", details: { contextWindow: 131_072 } });
  });

  test("names codes that are sentences, honours a stated wait, and keeps the request's id", () => {
    const error = flat("Slow down.", "Some resource has been exhausted");

    expect(http(429, error, { "retry-after": "7", "x-request-id": "r1" }).details).toMatchObject({
      vendorCode: "resource-exhausted",
      retryAfterMs: 7_000,
      requestId: "r1",
    });
  });

  test("keeps the key out of what it quotes", () => {
    expect(http(400, flat("Incorrect API key provided: own-key")).details.vendorMessage).not.toContain("own-key");
  });

  test.each([
    [flat("Argument not supported on this model: presencePenalty"), "presence_penalty"],
    [nested("Model grok-4.6 does not support parameter frequencyPenalty."), "frequency_penalty"],
    [flat("Argument not supported on this model: stop"), "stop"],
    [flat("Argument not supported on this model: seed"), "seed"],
  ])("XA-02 leaves out what %j refuses, by the name that the API takes", (error, field) => {
    const failure = http(400, error);

    expect(failure.class).toBe("request.unsupported");
    expect(repaired(failure)?.without).toEqual([field]);
  });

  test("XA-02 asks for no effort after its refusal, in the request or in the vendor's words", () => {
    const failure = http(400, flat("Model grok-build-0.1 does not support parameter reasoningEffort."));
    const native = { ...REQUEST, vendorOptions: { xai: { reasoning: { effort: "high" }, seed: 1 } } };

    expect(repaired(failure)?.reasoning.effort).toBeUndefined();
    expect(repaired(failure, native)?.vendorOptions).toEqual({ xai: { seed: 1 } });
  });

  test.each(["model", "input", "tools", "maxOutputTokens"])("does not go on without %s", (field) => {
    expect(http(400, flat(`Argument not supported on this model: ${field}`)).details.repair).toBeUndefined();
  });

  test.each([
    [
      400,
      flat("Could not decrypt the provided encrypted_content. Ensure the value is unmodified.", "invalid-argument"),
    ],
    [400, flat("Could not decode the compaction blob. Ensure it is unmodified.", "invalid-argument")],
    [
      422,
      {
        error:
          "Failed to deserialize the JSON body into the target type: data did not match any variant of untagged enum ModelInput",
      },
    ],
  ])("XA-03 goes on without earlier reasoning, searches and ids after status %i with %j", (status, error) => {
    const answer: TargetMessage = {
      role: "assistant",
      content: [
        { type: "reasoning", text: "hm", opaque: { encrypted_content: "e" } },
        { type: "opaque", kind: "x_search_call", data: { type: "x_search_call", id: "xs_1" } },
        { type: "text", text: "Hi", opaque: { id: "msg_1" } },
      ],
    };
    const failure = http(status, error);

    expect(failure.class).toBe("request.rejected");
    expect(repaired(failure, { ...REQUEST, messages: [answer] })?.messages).toEqual([
      { role: "assistant", content: [{ type: "text", text: "Hi", opaque: undefined }] },
    ]);
  });

  test("describes the schemas of tools after a refusal of one, and that of the answer after its own", () => {
    const tool = http(400, flat("look: tool parameter root must be an object type (root schema is a union)"));
    const output = http(400, flat("The response_format parameter is unsupported at the moment. Leave it unset."));
    const request = { ...REQUEST, output: { type: "json", name: "a", schema: { type: "object" } } } as const;

    expect(repaired(tool)?.without).toEqual(["schema"]);
    expect(output.details.capability).toBe("jsonOutput");
    expect(repaired(output, request)).toMatchObject({
      output: { type: "text" },
      system: expect.stringContaining("JSON"),
    });
  });
});
