import { firstIn, firstOf, isObject, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { missing, tooLong, wrongPattern, wrongType, wrongValue } from "../openai/parameters.ts";
import { checkLooseSchema, checkStrictSchema } from "../openai/schemas.ts";

type Problem = OpenAIProblem | undefined;

/** Tool declarations and the choice among them. */
export function checkResponsesTools(body: WireObject): Problem {
  return firstOf([
    () => firstIn(listOf(body["tools"]), checkTool),
    () => checkChoice(body["tool_choice"], objectsOf(body["tools"])),
  ]);
}

function checkTool(tool: unknown, index: number): Problem {
  const param = `tools[${index}]`;
  if (!isObject(tool)) return wrongType(param, "an object", tool);
  if (tool["type"] === undefined) return missing(`${param}.type`);
  if (tool["type"] !== "function") return checkNameless(tool, param);
  const name = tool["name"];
  // Chat nests the function; here it is flat.
  if (typeof name !== "string") return missing(`${param}.name`);
  if (!/^[a-zA-Z0-9_-]+$/.test(name)) return wrongPattern(`${param}.name`);
  const place = { name: `function '${name}'`, param: `${param}.parameters`, code: "invalid_function_parameters" };
  return firstOf([
    () => tooLong(`${param}.name`, name, 128),
    () =>
      tool["strict"] === true
        ? checkStrictSchema(tool["parameters"], place)
        : checkLooseSchema(tool["parameters"], place),
  ]);
}

const nameless = ["shell", "local_shell", "apply_patch", "web_search", "file_search", "code_interpreter"];

/** Tools that are nothing but their type, declared or chosen. */
function checkNameless({ type, name }: WireObject, param: string): Problem {
  if (name === undefined || !nameless.includes(textOf(type))) return undefined;
  return { message: `Unknown parameter: '${param}.name'.`, param: `${param}.name`, code: "unknown_parameter" };
}

const words = ["none", "auto", "required"];

function checkChoice(choice: unknown, tools: readonly WireObject[]): Problem {
  if (choice === undefined || choice === null) return undefined;
  const param = "tool_choice";
  if (typeof choice === "string") {
    if (!words.includes(choice)) return wrongValue(param, choice, words);
    return choice === "required" && tools.length === 0
      ? { message: "Tool choice 'required' must be specified with 'tools' parameter.", param }
      : undefined;
  }
  if (!isObject(choice)) return wrongType(param, "one of a string or an object", choice);
  const type = textOf(choice["type"]);
  if (type === "") return missing("tool_choice.type");
  if (type !== "function") return checkNameless(choice, param);
  if (typeof choice["name"] !== "string") return missing("tool_choice.name");
  return tools.some((tool) => tool["name"] === choice["name"])
    ? undefined
    : { message: `Tool choice '${shown(choice["name"])}' not found in 'tools' parameter.`, param };
}
