import { firstIn, firstOf, isObject, listOf, shown, textOf, unknownKey, type WireObject } from "../json.ts";
import { invalid, unknownField, type Problem } from "./errors.ts";
import { camel, camels, known } from "./fields.ts";
import type { GeminiModel } from "./models.ts";

/** Tool declarations and the calling mode. */
export function checkGeminiTools(fields: WireObject, model: GeminiModel): Problem {
  const tools = camels(fields["tools"]);
  const declarations = tools.flatMap((tool) => camels(tool["functionDeclarations"]));
  return firstOf([
    () => firstIn(declarations, checkDeclaration),
    () => checkDuplicates(declarations),
    () => checkMix(tools, declarations, model),
    () => checkToolConfig(camel(fields["toolConfig"]), declarations, model),
  ]);
}

function checkDeclaration(declaration: WireObject, index: number): Problem {
  const path = `tools[0].function_declarations[${index}]`;
  const extra = unknownKey(declaration, known.functionDeclaration);
  if (extra !== undefined) return unknownField(extra, path);
  if (!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(textOf(declaration["name"]))) {
    return invalid(
      `* GenerateContentRequest.${path}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n`,
    );
  }
  return declaration["parameters"] !== undefined && declaration["parametersJsonSchema"] !== undefined
    ? invalid(`* GenerateContentRequest.${path}: parameters and parameters_json_schema must not both be set.\n`)
    : undefined;
}

function checkDuplicates(declarations: readonly WireObject[]): Problem {
  const names = declarations.map((declaration) => textOf(declaration["name"]));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return invalid(`Duplicate function declaration found: ${twice}`);
  return names.length > 512 ? invalid("At most 512 function declarations are allowed.") : undefined;
}

function checkMix(tools: readonly WireObject[], declarations: readonly WireObject[], model: GeminiModel): Problem {
  const server = tools.some((tool) => Object.keys(tool).some((name) => name !== "functionDeclarations"));
  return server && declarations.length > 0 && !model.combines
    ? invalid("Tool use with function calling is unsupported")
    : undefined;
}

const modes = ["AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED"];

function checkToolConfig(config: WireObject, declarations: readonly WireObject[], model: GeminiModel): Problem {
  const extra = unknownKey(config, known.toolConfig);
  if (extra !== undefined) return unknownField(extra, "tool_config");
  if (config["includeServerSideToolInvocations"] === true && model.generation < 3) {
    return invalid("include_server_side_tool_invocations is not supported for this model.");
  }
  if (!isObject(config["functionCallingConfig"])) return undefined;
  const calling = camel(config["functionCallingConfig"]);
  const unknown = unknownKey(calling, known.functionCallingConfig);
  if (unknown !== undefined) return unknownField(unknown, "tool_config.function_calling_config");
  const mode = shown(calling["mode"] ?? "MODE_UNSPECIFIED").toUpperCase();
  if (!modes.includes(mode)) {
    return invalid(`Invalid value at 'tool_config.function_calling_config.mode' (Mode), "${shown(calling["mode"])}"`);
  }
  if (declarations.length === 0 && (mode === "ANY" || mode === "VALIDATED")) {
    return invalid("Function calling config is set without function_declarations.");
  }
  const names = listOf(calling["allowedFunctionNames"]);
  if (names.length === 0) return undefined;
  if (mode !== "ANY" && mode !== "VALIDATED") {
    return invalid("Allowed function names should only be set when function calling mode is ANY or VALIDATED.");
  }
  const stranger = names.find((name) => !declarations.some((declaration) => declaration["name"] === name));
  return stranger === undefined
    ? undefined
    : invalid(`Allowed function name ${shown(stranger)} is not among the function declarations.`);
}

/** Responses of functions that are not declared, which is reported where others are. The vendor does not say what is wrong. */
export function checkAnswered({ contents, tools: given }: WireObject): Problem {
  const tools = camels(given);
  const declarations = tools.flatMap((tool) => camels(tool["functionDeclarations"]));
  // The vendor declares the functions of this tool itself.
  if (declarations.length === 0 || tools.some((tool) => tool["computerUse"] !== undefined)) return undefined;
  const names = new Set(declarations.map((declaration) => declaration["name"]));
  const parts = camels(contents).flatMap((content) => camels(content["parts"]));
  const responses = parts.map((part) => part["functionResponse"]).filter((response) => isObject(response));
  const isKnown = responses.every((response) => names.has(camel(response)["name"]));
  return isKnown ? undefined : invalid("Request contains an invalid argument.");
}
