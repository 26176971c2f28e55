import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

/** Says what a request body has that its vendor's own description of the API does not allow. */
export type Describe = (body: unknown) => readonly string[];

interface Schema {
  readonly file: string;
  readonly ref: string;
  /** What the vendor takes and the description does not know: a body with this word is not held against it. */
  readonly unaware?: string;
}

const SCHEMAS: Readonly<Record<string, Schema>> = {
  anthropic: { file: "anthropic-messages.stable.schema.json", ref: "#/definitions/MessagesRequest" },
  openai: { file: "openai.openapi.json", ref: "#/components/schemas/CreateResponse" },
  "openai.chat": { file: "openai.openapi.json", ref: "#/components/schemas/CreateChatCompletionRequest" },
  gemini: { file: "gemini-generate-content.schema.json", ref: "" },
  deepseek: { file: "deepseek-chat.schema.json", ref: "", unaware: "image_url" },
  mistral: { file: "mistral.openapi.json", ref: "#/components/schemas/ChatCompletionRequest" },
};

export const SPECS: string = process.env["UNDERSTUDY_SPECS"] ?? join(import.meta.dirname, "../../shared/specs");
export const NO_DESCRIPTIONS =
  "NOT HELD against the vendors' own descriptions: their folder does not exist. Name it by --specs or UNDERSTUDY_SPECS.\n";

/** By the name of a row; rows without a description are left out, and all of them without the folder. */
export function readDescriptions(folder: string): ReadonlyMap<string, Describe> {
  if (!existsSync(folder)) return new Map();
  return new Map(Object.entries(SCHEMAS).map(([name, schema]) => [name, read(folder, schema)]));
}

function read(folder: string, { file, ref, unaware }: Schema): Describe {
  // Unions of the descriptions overlap.
  const schema: Record<string, unknown> = JSON.parse(
    readFileSync(join(folder, file), "utf8").replaceAll('"oneOf":', '"anyOf":'),
  );
  relax(schema);
  const { $schema: _, ...rest } = schema;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...rest, $id: "spec" });
  const validate = ajv.compile({ $ref: `spec${ref}` });
  return (body) => {
    if (validate(body) || (unaware !== undefined && JSON.stringify(body).includes(unaware))) return [];
    // Of a union the deepest place says most.
    const errors = (validate.errors ?? []).toSorted((one, other) => depthOf(other) - depthOf(one));
    return errors.slice(0, 1).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
  };
}

function depthOf({ instancePath }: { readonly instancePath: string }): number {
  return instancePath.split("/").length;
}

/** One description demands fields of items that its server does not ask for. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  OutputMessage: ["role", "content"],
  OutputTextContent: ["type", "text"],
  ReasoningItem: ["type", "summary"],
};

function relax(schema: Record<string, unknown>): void {
  const { components } = schema as {
    readonly components?: { readonly schemas: Record<string, { required?: unknown }> };
  };
  for (const [name, required] of Object.entries(NEEDED)) {
    const item = components?.schemas[name];
    if (item !== undefined) item.required = required;
  }
}
