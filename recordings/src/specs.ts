import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import { specsFolder } from "./folder.ts";
import { isFields } from "./recordings.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Checks of one wire's answers against its vendor's own description; each gives its complaints. */
export interface AnswerSpec {
  whole(payload: unknown): readonly string[];
  event(payload: unknown): readonly string[];
}

interface Names {
  readonly whole: string;
  readonly event: string;
}

/** The description of a wire's answers, where there is one. */
export function answerSpec(vendor: string): AnswerSpec | undefined {
  switch (vendor) {
    case "anthropic":
      return draft7("anthropic-messages.stable.schema.json", { whole: "Message", event: "RawMessageStreamEvent" });
    case "openai-responses":
      return openApi("openai.openapi.json", { whole: "Response", event: "ResponseStreamEvent" });
    case "openai-chat":
      return openApi("openai.openapi.json", {
        whole: "CreateChatCompletionResponse",
        event: "CreateChatCompletionStreamResponse",
      });
    case "mistral":
      return openApi("mistral.openapi.json", { whole: "ChatCompletionResponse", event: "CompletionChunk" });
    case "gemini":
      return draft7("gemini-generate-content.schema.json", {
        whole: "GenerateContentResponse",
        event: "GenerateContentResponse",
      });
    default:
      return undefined;
  }
}

function draft7(file: string, names: Names): AnswerSpec {
  const document = fieldsOf(JSON.parse(readSpec(file)));
  const ajv = new Ajv.default({ strict: false });
  ajv.addSchema({ ...document, $id: "doc" });
  const compile = (name: string) => ajv.compile({ $ref: `doc#/definitions/${name}` });
  return specOf(fieldsOf(document["definitions"]), names, compile);
}

/** OpenAPI 3.1. Unions that overlap are read as "any of", as the notes beside the document say. */
function openApi(file: string, names: Names): AnswerSpec {
  const document = fieldsOf(JSON.parse(readSpec(file).replaceAll('"oneOf":', '"anyOf":')));
  const ajv = new Ajv2020.default({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "doc", components: document["components"] });
  const compile = (name: string) => ajv.compile({ $ref: `doc#/components/schemas/${name}` });
  return specOf(fieldsOf(fieldsOf(document["components"])["schemas"]), names, compile);
}

function readSpec(file: string): string {
  return readFileSync(join(specsFolder.path, file), "utf8");
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function specOf(schemas: Fields, names: Names, compile: (name: string) => ValidateFunction): AnswerSpec {
  const compiled = new Map<string, ValidateFunction>();
  const check = (name: string, payload: unknown): readonly string[] => {
    const validate = compiled.get(name) ?? compile(name);
    compiled.set(name, validate);
    if (validate(payload)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = "additionalProperty" in params ? ` ${params["additionalProperty"]}` : "";
      return `${name}${instancePath}: ${message}${extra}`;
    });
  };
  const members = unionOf(schemas, names.event);
  return {
    whole: (payload) => check(names.whole, payload),
    event: (payload) => {
      if (members.size === 0) return check(names.event, payload);
      const type = String(fieldsOf(payload)["type"]);
      const member = members.get(type);
      return member === undefined ? [`${type} is no event of ${names.event}`] : check(member, payload);
    },
  };
}

/** The members of a union by the value of their `type`, so that only the fitting one complains. */
function unionOf(schemas: Fields, name: string): ReadonlyMap<string, string> {
  const members = fieldsOf(schemas[name])["anyOf"];
  const references = Array.isArray(members) ? members.map((member) => String(fieldsOf(member)["$ref"])) : [];
  const named = references.map((reference) => reference.split("/").at(-1) ?? "");
  return new Map(named.map((member) => [typeOf(schemas[member]), member]));
}

function typeOf(schema: unknown): string {
  const type = fieldsOf(fieldsOf(fieldsOf(schema)["properties"])["type"]);
  return String(type["const"] ?? (Array.isArray(type["enum"]) ? type["enum"][0] : undefined));
}
