import { firstIn, firstOf, isObject, objectsOf, shown, unknownKey, words, type WireObject } from "../json.ts";
import type { Problem } from "./errors.ts";

const fields = words(`
  messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables
  additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig
`);
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html */
const ranges = [
  ["maxTokens", 1, Infinity],
  ["temperature", 0, 1],
  ["topP", 0, 1],
] as const;
const formats: Readonly<Record<string, readonly string[]>> = {
  image: words("png jpeg gif webp"),
  document: words("pdf csv doc docx xls xlsx html txt md"),
  video: words("mkv mov mp4 webm flv mpeg mpg wmv three_gp"),
  audio: words("aac flac m4a mka mkv mp3 mp4 mpeg mpga ogg opus pcm wav webm x-aac"),
};
/** Blocks of a message, with the fields of each. */
const blocks: Readonly<Record<string, readonly string[]>> = {
  image: ["format", "source", "error"],
  document: ["format", "name", "source", "context", "citations"],
  video: ["format", "source"],
  audio: ["format", "source", "error"],
  toolUse: ["toolUseId", "name", "input", "type"],
  toolResult: ["toolUseId", "content", "status", "type"],
  reasoningContent: ["reasoningText", "redactedContent"],
  cachePoint: ["type", "ttl"],
  citationsContent: ["content", "citations"],
  searchResult: ["source", "title", "content", "citations"],
  guardContent: ["text", "image"],
};
const inResults = ["text", "json", "image", "document", "video", "searchResult"];

/** What the service's own parser refuses, for every model. */
export function checkFields(body: WireObject): Problem {
  return firstOf([
    () => extra(body, fields, "#"),
    () => checkInference(body["inferenceConfig"]),
    () => checkTools(body["toolConfig"]),
    () => checkOutput(body["outputConfig"]),
    () => firstIn(objectsOf(body["system"]), (block, index) => checkSystem(block, `system.${index}`)),
    () =>
      firstIn(objectsOf(body["messages"]), (message, at) =>
        firstOf([
          () => extra(message, ["role", "content"], `#/messages/${at}`),
          () =>
            firstIn(objectsOf(message["content"]), (block, index) =>
              checkBlock(block, `messages.${at}.content.${index}`),
            ),
        ]),
      ),
  ]);
}

function checkSystem(block: WireObject, at: string): Problem {
  return extra(block, ["text", "cachePoint", "guardContent"], `#/${at}`) ?? checkText(block, at);
}

function checkInference(config: unknown): Problem {
  if (!isObject(config)) return undefined;
  return firstOf([
    () => extra(config, ["maxTokens", "temperature", "topP", "stopSequences"], "#/inferenceConfig"),
    () =>
      firstIn(ranges, ([name, least, most]) => {
        const value = config[name];
        if (value === undefined || (typeof value === "number" && value >= least && value <= most)) return undefined;
        const bound =
          typeof value === "number" && value > most
            ? `less than or equal to ${most}`
            : `greater than or equal to ${least}`;
        return `1 validation error detected: Value '${shown(value)}' at 'inferenceConfig.${name}' failed to satisfy constraint: Member must have value ${bound}`;
      }),
    () =>
      firstIn(Array.isArray(config["stopSequences"]) ? config["stopSequences"] : [], (stop) =>
        typeof stop === "string" && stop !== ""
          ? undefined
          : "1 validation error detected: Value at 'inferenceConfig.stopSequences' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
  ]);
}

function checkTools(config: unknown): Problem {
  if (config === undefined) return undefined;
  if (!isObject(config)) return "toolConfig is not an object";
  const tools = objectsOf(config["tools"]);
  const names = tools.flatMap(({ toolSpec }) => objectsOf([toolSpec])).map(({ name }) => name);
  const choice = config["toolChoice"];
  return firstOf([
    () => extra(config, ["tools", "toolChoice"], "#/toolConfig"),
    () =>
      tools.length === 0 ? "Value at 'toolConfig.tools' failed to satisfy constraint: length at least 1" : undefined,
    () => firstIn(tools, (tool, index) => checkTool(tool, `toolConfig.tools.${index}`)),
    () => (new Set(names).size < names.length ? "toolConfig.tools: names must be unique" : undefined),
    () => checkChoice(choice, names),
  ]);
}

function checkTool(tool: WireObject, at: string): Problem {
  const strange = extra(tool, ["toolSpec", "systemTool", "cachePoint"], `#/${at}`);
  const { toolSpec } = tool;
  if (strange !== undefined || !isObject(toolSpec)) return strange;
  const { name, description, inputSchema } = toolSpec;
  const schema = isObject(inputSchema) ? inputSchema["json"] : undefined;
  return firstOf([
    () => extra(toolSpec, ["name", "description", "inputSchema", "strict"], `#/${at}/toolSpec`),
    () => (/^[a-zA-Z0-9_-]{1,64}$/.test(shown(name)) ? undefined : `Value at '${at}.toolSpec.name' is invalid`),
    () => (description === "" ? `Value at '${at}.toolSpec.description' failed: length at least 1` : undefined),
    () =>
      isObject(schema) && schema["type"] === "object"
        ? undefined
        : `The value at ${at}.toolSpec.inputSchema.json.type must be one of the following: object.`,
  ]);
}

function checkChoice(choice: unknown, names: readonly unknown[]): Problem {
  if (choice === undefined) return undefined;
  if (!isObject(choice) || Object.keys(choice).length !== 1)
    return "toolConfig.toolChoice has to be one of auto, any, tool";
  const strange = extra(choice, ["auto", "any", "tool"], "#/toolConfig/toolChoice");
  if (strange !== undefined || choice["tool"] === undefined) return strange;
  const { tool } = choice;
  return isObject(tool) && names.includes(tool["name"])
    ? undefined
    : "toolConfig.toolChoice.tool is not among the tools";
}

function checkOutput(config: unknown): Problem {
  if (!isObject(config)) return undefined;
  const strange = extra(config, ["textFormat", "effort"], "#/outputConfig");
  const format = config["textFormat"];
  if (strange !== undefined || format === undefined) return strange;
  const { type, structure } = isObject(format) ? format : {};
  const definition = isObject(structure) ? structure["jsonSchema"] : undefined;
  if (type !== "json_schema" || !isObject(definition)) return "outputConfig.textFormat: a JSON Schema is needed";
  if (typeof definition["schema"] !== "string")
    return "outputConfig.textFormat.structure.jsonSchema.schema: not a text";
  return extra(definition, ["schema", "name", "description"], "#/outputConfig/textFormat/structure/jsonSchema");
}

function checkBlock(block: WireObject, at: string): Problem {
  const [name = ""] = Object.keys(block);
  if (Object.keys(block).length !== 1) return `The content block at ${at} has to have exactly one member`;
  if (name === "text") return checkText(block, at);
  const known = Object.hasOwn(blocks, name) ? blocks[name] : undefined;
  const content = block[name];
  if (known === undefined || !isObject(content))
    return `Malformed input request: #/${at}: extraneous key [${name}] is not permitted`;
  return firstOf([
    () => extra(content, known, `#/${at}/${name}`),
    () => checkMedium(name, content, `${at}.${name}`),
    () => (name === "toolResult" ? checkResult(content, `${at}.toolResult`) : undefined),
    () =>
      name === "toolUse" && !isObject(content["input"])
        ? `The format of the value at ${at}.toolUse.input is invalid. Provide a json object for the field and try again.`
        : undefined,
  ]);
}

function checkText({ text }: WireObject, at: string): Problem {
  if (text === undefined || (typeof text === "string" && text.trim() !== "")) return undefined;
  return `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`;
}

function checkMedium(name: string, content: WireObject, at: string): Problem {
  const taken = formats[name];
  if (taken === undefined) return undefined;
  const { format, source, name: title } = content;
  if (!taken.includes(shown(format)))
    return `Value at '${at}.format' failed to satisfy constraint: one of [${taken.join(", ")}]`;
  if (!isObject(source) || Object.keys(source).length !== 1) return `${at}.source has to have exactly one member`;
  const strange = extra(
    source,
    name === "document" ? ["bytes", "s3Location", "text", "content"] : ["bytes", "s3Location"],
    `#/${at}/source`,
  );
  if (strange !== undefined || name !== "document") return strange;
  const { citations } = content;
  if (source["text"] !== undefined && !(isObject(citations) && citations["enabled"] === true)) {
    return `DocumentSource object at ${at}.source must set one of the following keys: bytes, s3Location.`;
  }
  return /^[a-zA-Z0-9\-()[\]]+(?: [a-zA-Z0-9\-()[\]]+)*$/.test(shown(title))
    ? undefined
    : "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.";
}

function checkResult(content: WireObject, at: string): Problem {
  return firstOf([
    () =>
      content["status"] === undefined || ["success", "error"].includes(shown(content["status"]))
        ? undefined
        : `${at}.status`,
    () =>
      firstIn(objectsOf(content["content"]), (block, index) => {
        const [name = ""] = Object.keys(block);
        if (!inResults.includes(name))
          return `Malformed input request: #/${at}/content/${index}: extraneous key [${name}] is not permitted`;
        return name === "json" ? undefined : checkBlock(block, `${at}.content.${index}`);
      }),
  ]);
}

function extra(object: WireObject, known: readonly string[], at: string): Problem {
  const key = unknownKey(object, known);
  return key === undefined
    ? undefined
    : `Malformed input request: ${at}: extraneous key [${key}] is not permitted, please reformat your input and try again.`;
}
