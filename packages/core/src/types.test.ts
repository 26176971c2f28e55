// oxlint-disable unicorn/consistent-function-scoping -- what is never run is best read where it is tested
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  createChain,
  isUnderstudyError,
  type Answer,
  type AnswerStream,
  type CheckedSchema,
  type EngineEvent,
  type ErrorCode,
  type JsonObject,
  type JsonSchemaObject,
  type Policy,
  type SchemaInput,
  type StreamEvent,
  type Target,
} from "./index.ts";

/** Never run: its types are what is tested. */
declare const target: Target;
declare const messages: readonly [{ readonly role: "user"; readonly content: "Hi" }];

describe("public types", () => {
  test("the output's type comes from the schema", () => {
    const typed = () => {
      const chain = createChain([target]);
      const schema = z.object({ name: z.string(), born: z.string().transform(Number) });
      const checked: CheckedSchema<{ readonly a: 1 }> = {
        schema: { type: "object" },
        validate: () => ({ ok: true, value: { a: 1 } }),
      };
      const plain: JsonObject = { type: "object" };
      return {
        zod: chain.generate({ messages, output: { type: "json", schema } }),
        streamed: chain.stream({ messages, output: { type: "json", schema } }),
        checked: chain.generate({ messages, output: { type: "json", schema: checked } }),
        plain: chain.generate({ messages, output: { type: "json", schema: plain } }),
        literal: chain.generate({ messages, output: { type: "json", schema: { type: "object" } } }),
        text: chain.generate("Hi"),
      };
    };

    type Seen = ReturnType<typeof typed>;
    interface Person {
      name: string;
      born: number;
    }
    expectTypeOf<Seen["zod"]>().resolves.toEqualTypeOf<Answer<Person>>();
    expectTypeOf<Seen["streamed"]>().resolves.toEqualTypeOf<AnswerStream<Person>>();
    expectTypeOf<Awaited<Seen["streamed"]>["result"]>().resolves.toEqualTypeOf<Answer<Person>>();
    expectTypeOf<Awaited<Seen["zod"]>["output"]>().toEqualTypeOf<Person | undefined>();
    expectTypeOf<Seen["checked"]>().resolves.toEqualTypeOf<Answer<{ readonly a: 1 }>>();
    expectTypeOf<Seen["plain"]>().resolves.toEqualTypeOf<Answer>();
    expectTypeOf<Seen["literal"]>().resolves.toEqualTypeOf<Answer>();
    expectTypeOf<Seen["text"]>().resolves.toEqualTypeOf<Answer>();
  });

  test("JSON Schema in the interfaces of other libraries is a schema, and what is none is a type error", () => {
    /** As the types of draft 7 are written: interfaces without index signature, whose fields may be undefined. */
    interface Draft7 {
      $id?: string | undefined;
      $ref?: string | undefined;
      type?: "string" | "object" | ("string" | "object")[] | undefined;
      const?: string | number | null | Draft7Object | undefined;
      enum?: (string | number)[] | undefined;
      minLength?: number | undefined;
      items?: Draft7 | boolean | (Draft7 | boolean)[] | undefined;
      required?: string[] | undefined;
      properties?: { [key: string]: Draft7 | boolean } | undefined;
      additionalProperties?: Draft7 | boolean | undefined;
      anyOf?: (Draft7 | boolean)[] | undefined;
      not?: Draft7 | boolean | undefined;
      default?: unknown;
    }
    interface Draft7Object {
      [key: string]: string;
    }
    interface OfTheApplication {
      readonly type: "object";
      readonly properties: { readonly city: { readonly type: "string" } };
    }
    expectTypeOf<Draft7>().toExtend<SchemaInput>();
    expectTypeOf<OfTheApplication>().toExtend<SchemaInput>();
    expectTypeOf<{ schema: Draft7; validate: CheckedSchema<1>["validate"] }>().toExtend<CheckedSchema<1>>();
    const typed = (schema: Draft7) => createChain([target]).generate({ messages, output: { type: "json", schema } });
    expectTypeOf(typed).returns.resolves.toEqualTypeOf<Answer>();

    /** A schema of a library that has no common interface. */
    interface Unreadable {
      readonly description: string | undefined;
      readonly _def: { readonly typeName: "object" };
      parse(value: unknown): unknown;
    }
    expectTypeOf<Unreadable>().not.toExtend<SchemaInput>();
    expectTypeOf<Date>().not.toExtend<SchemaInput>();
    expectTypeOf<() => Draft7>().not.toExtend<SchemaInput>();
    expectTypeOf<Promise<Draft7>>().not.toExtend<SchemaInput>();
    expectTypeOf<"object">().not.toExtend<SchemaInput>();
    expectTypeOf<{ type: number }>().not.toExtend<JsonSchemaObject>();
  });

  test("unknown options are type errors", () => {
    const wrong = () => {
      // @ts-expect-error -- no such option of a tier
      createChain([{ target, timeout: 5 }]);
      // @ts-expect-error -- no such option of a chain
      const chain = createChain([target], { retries: 3 });
      // @ts-expect-error -- no such option of a call
      void chain.generate("Hi", { timeoutMs: 5 });
      // @ts-expect-error -- no such option of a request
      void chain.generate({ messages, maxTokens: 5 });
      // @ts-expect-error -- the system prompt is no message
      void chain.generate({ messages: [{ role: "system", content: "Be kind" }] });
      // @ts-expect-error -- a tier has one target or several
      createChain([{ name: "a" }]);
      // @ts-expect-error -- no fourth decision
      const policy: Policy = () => "retry";
      return policy;
    };

    expectTypeOf(wrong).returns.toEqualTypeOf<Policy>();
  });

  test("events narrow by their type", () => {
    const shown = (event: StreamEvent): string | null => {
      if (event.type === "text-delta") return event.delta;
      if (event.type === "failover") return event.marker;
      if (event.type === "tool-call") return event.part.toolName;
      return event.type === "finish" ? event.finishReason : null;
    };
    const seen = (event: EngineEvent): ErrorCode | undefined => (event.type === "end" ? event.code : undefined);

    expectTypeOf(shown).returns.toEqualTypeOf<string | null>();
    expectTypeOf(seen).returns.toEqualTypeOf<ErrorCode | undefined>();
    expectTypeOf<Extract<StreamEvent, { type: "failover" }>["discards"]>().toEqualTypeOf<{
      readonly textChars: number;
      readonly ids: readonly string[];
    }>();
  });

  test("errors narrow by the guard, and codes are a closed list", () => {
    const codeOf = (error: unknown): ErrorCode | undefined => (isUnderstudyError(error) ? error.code : undefined);

    expectTypeOf(codeOf).returns.toEqualTypeOf<ErrorCode | undefined>();
    expectTypeOf<"rate-limited">().toExtend<ErrorCode>();
    expectTypeOf<string>().not.toExtend<ErrorCode>();
  });

  test("an answer's message can be pushed into a history", () => {
    const next = (answer: Answer) => createChain([target]).generate({ messages: [...messages, answer.message] });

    expectTypeOf(next).returns.resolves.toEqualTypeOf<Answer>();
  });

  test("for await over a stream gives stream events, and over textStream() text", () => {
    expectTypeOf<AnswerStream>().toExtend<AsyncIterable<StreamEvent>>();
    expectTypeOf<ReturnType<AnswerStream["textStream"]>>().toExtend<AsyncIterable<string>>();
  });
});
