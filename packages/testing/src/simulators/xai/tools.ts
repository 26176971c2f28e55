import { firstIn, isObject, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import { notParsed, type XAIProblem } from "./errors.ts";

type Problem = XAIProblem | undefined;

const MOST_TOOLS = 128;
/** What the vendor's servers run. */
const hosted =
  /^(?:web_search|x_search|code_interpreter|code_execution|file_search|mcp|image_generation|view_image|view_x_video)$/;

/** Tool declarations and the choice among them. */
export function checkTools(body: WireObject): Problem {
  const tools = objectsOf(body["tools"]);
  if (tools.length > MOST_TOOLS) return { error: `A maximum of ${MOST_TOOLS} tools are supported.` };
  return firstIn(tools, checkTool) ?? checkChoice(body["tool_choice"], tools);
}

function checkTool(tool: WireObject): Problem {
  const type = textOf(tool["type"]);
  if (type !== "function") return hosted.test(type) ? undefined : notParsed(`unknown variant \`${type}\``);
  const { name, parameters } = tool;
  if (typeof name !== "string") return notParsed("missing field `name`");
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) return { error: `Invalid function name: ${shown(name)}` };
  if (parameters === undefined) return undefined;
  const isUnion = isObject(parameters) && ["anyOf", "oneOf"].some((word) => listOf(parameters[word]).length > 0);
  return isObject(parameters) && parameters["type"] === "object" && !isUnion
    ? undefined
    : { error: `${name}: tool parameter root must be an object type` };
}

function checkChoice(choice: unknown, tools: readonly WireObject[]): Problem {
  if (choice === undefined) return undefined;
  if (typeof choice === "string") {
    if (!["none", "auto", "required"].includes(choice)) return notParsed("unknown tool_choice");
    return choice === "required" && tools.length === 0 ? { error: "Tool choice required without tools." } : undefined;
  }
  const name = isObject(choice) ? choice["name"] : undefined;
  return tools.some((tool) => tool["type"] === "function" && tool["name"] === name)
    ? undefined
    : { error: `Tool choice ${shown(name)} is none of the functions.` };
}
