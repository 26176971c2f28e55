import { parseBody } from "../wire.ts";
import { firstIn, firstOf, isObject, listOf, objectsOf, shown, type WireObject } from "../json.ts";
import { checkSchema } from "../anthropic/schemas.ts";
import { invalidForModel, type Problem } from "./errors.ts";
import { simulatedModel, type SimulatedBedrockModel } from "./models.ts";

const MOST_MARKS = 4;
const LEAST_BUDGET = 1_024;

/** What only some models take. */
export function checkModel(body: WireObject, model: string): Problem {
  const rules = simulatedModel(model);
  const config = isObject(body["outputConfig"]) ? body["outputConfig"] : {};
  const { effort } = config;
  return firstOf([
    () => checkMarks(body, rules),
    () => checkStored(body, rules),
    () =>
      effort === undefined || rules.efforts.includes(shown(effort))
        ? undefined
        : "This model doesn't support the outputConfig.effort field. Remove outputConfig.effort and try again.",
    () => checkFormat(config["textFormat"], rules),
    () => checkChoice(body, rules),
    () => checkSampling(body, rules),
    () => checkThinking(body, rules),
    () => checkStops(body, rules),
    () => checkNova(body),
  ]);
}

function checkMarks(body: WireObject, { cache }: SimulatedBedrockModel): Problem {
  const tools = isObject(body["toolConfig"]) ? objectsOf(body["toolConfig"]["tools"]) : [];
  const places = {
    tools,
    system: objectsOf(body["system"]),
    messages: objectsOf(body["messages"]).flatMap(({ content }) => objectsOf(content)),
  } as const;
  let marks = 0;
  const refused = firstIn(["tools", "system", "messages"] as const, (place) => {
    const index = places[place].findIndex(({ cachePoint }) => cachePoint !== undefined);
    marks += places[place].filter(({ cachePoint }) => cachePoint !== undefined).length;
    if (index === -1 || cache.includes(place)) return undefined;
    const at = place === "tools" ? "toolConfig/tools" : place;
    return `Malformed input request: #/${at}/${index}: extraneous key [cachePoint] is not permitted, please reformat your input and try again.`;
  });
  if (refused !== undefined) return refused;
  return marks > MOST_MARKS
    ? invalidForModel(`A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${marks}.`)
    : undefined;
}

function isStored(block: unknown): boolean {
  const source = isObject(block) ? block["source"] : undefined;
  return isObject(source) && source["s3Location"] !== undefined;
}

/** Claude takes nothing out of S3. */
function checkStored(body: WireObject, { thinking }: SimulatedBedrockModel): Problem {
  if (thinking === undefined) return undefined;
  return firstIn(objectsOf(body["messages"]), ({ content }, at) =>
    firstIn(objectsOf(content), (block, index) => {
      const inner = isObject(block["toolResult"]) ? objectsOf(block["toolResult"]["content"]) : [];
      if ([block, ...inner].some(({ image }) => isStored(image))) {
        return "This model doesn't support the s3Uri field. Remove s3Uri and try again.";
      }
      const place = `messages.${at}.content.${index}.document.source.type`;
      return isStored(block["document"]) ? invalidForModel(`${place}: Field required`) : undefined;
    }),
  );
}

/** Claude's rules for what it enforces; those of other families are not known. */
function checkFormat(format: unknown, { thinking }: SimulatedBedrockModel): Problem {
  if (!isObject(format) || thinking === undefined) return undefined;
  const structure = isObject(format["structure"]) ? format["structure"] : {};
  const definition = isObject(structure["jsonSchema"]) ? structure["jsonSchema"] : {};
  const problem = checkSchema("output_config.format.schema", parseBody(shown(definition["schema"])));
  return problem === undefined ? undefined : invalidForModel(problem);
}

function checkChoice(body: WireObject, { freeTools }: SimulatedBedrockModel): Problem {
  const config = isObject(body["toolConfig"]) ? body["toolConfig"] : {};
  const choice = isObject(config["toolChoice"]) ? config["toolChoice"] : {};
  const [name = "auto"] = Object.keys(choice);
  if (name === "auto") return undefined;
  if (freeTools === true)
    return `This model doesn't support the toolConfig.toolChoice.${name} field. Remove toolConfig.toolChoice.${name} and try again.`;
  return thinkingOf(body)["type"] === "enabled"
    ? invalidForModel("Thinking may not be enabled when tool_choice forces tool use.")
    : undefined;
}

function checkSampling(body: WireObject, { noSampling, thinking }: SimulatedBedrockModel): Problem {
  if (thinking === undefined) return undefined;
  const config = isObject(body["inferenceConfig"]) ? body["inferenceConfig"] : {};
  const own = isObject(body["additionalModelRequestFields"]) ? body["additionalModelRequestFields"] : {};
  const isThinking = ["enabled", "adaptive"].includes(shown(thinkingOf(body)["type"]));
  if (noSampling !== true && !isThinking) {
    return config["temperature"] !== undefined && config["topP"] !== undefined
      ? invalidForModel("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
      : undefined;
  }
  if (config["temperature"] !== undefined)
    return invalidForModel("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.");
  if (config["topP"] !== undefined)
    return invalidForModel("`top_p` must be unset when thinking is enabled or in adaptive mode.");
  return own["top_k"] === undefined
    ? undefined
    : invalidForModel("`top_k` must be unset when thinking is enabled or in adaptive mode.");
}

function checkThinking(body: WireObject, { thinking: taken }: SimulatedBedrockModel): Problem {
  const thinking = thinkingOf(body);
  const type = thinking["type"];
  if (taken === undefined) {
    const own = body["additionalModelRequestFields"];
    return isObject(own) && own["thinking"] !== undefined
      ? "Malformed input request: #: extraneous key [thinking] is not permitted, please reformat your input and try again."
      : undefined;
  }
  if (type === undefined || type === "disabled") return undefined;
  if (type !== taken) return invalidForModel(`"thinking.type.${shown(type)}" is not supported for this model.`);
  if (type === "adaptive") return undefined;
  const budget = Number(thinking["budget_tokens"]);
  const most = isObject(body["inferenceConfig"]) ? Number(body["inferenceConfig"]["maxTokens"] ?? Infinity) : Infinity;
  if (!(budget >= LEAST_BUDGET))
    return invalidForModel(`thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_BUDGET}`);
  if (budget >= most) return invalidForModel("`max_tokens` must be greater than `thinking.budget_tokens`.");
  return checkFirstBlocks(body);
}

/** With a budget, the turn whose results come last has to begin with its reasoning. */
function checkFirstBlocks(body: WireObject): Problem {
  const messages = objectsOf(body["messages"]);
  const last = objectsOf(messages.at(-1)?.["content"]);
  if (!last.some(({ toolResult }) => toolResult !== undefined)) return undefined;
  const [first] = listOf(messages.at(-2)?.["content"]);
  return isObject(first) && first["reasoningContent"] !== undefined
    ? undefined
    : invalidForModel(
        `messages.${messages.length - 2}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`text\`.`,
      );
}

/** Claude's rule. */
function checkStops(body: WireObject, { thinking }: SimulatedBedrockModel): Problem {
  const config = isObject(body["inferenceConfig"]) ? body["inferenceConfig"] : {};
  return thinking !== undefined && listOf(config["stopSequences"]).some((stop) => shown(stop).trim() === "")
    ? invalidForModel("stop_sequences: each stop sequence must contain non-whitespace")
    : undefined;
}

/** https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function checkNova(body: WireObject): Problem {
  const own = isObject(body["additionalModelRequestFields"]) ? body["additionalModelRequestFields"] : {};
  const reasoning = isObject(own["reasoningConfig"]) ? own["reasoningConfig"] : {};
  const config = isObject(body["inferenceConfig"]) ? body["inferenceConfig"] : {};
  return reasoning["maxReasoningEffort"] === "high" && config["maxTokens"] !== undefined
    ? invalidForModel("maxTokens must be unset when maxReasoningEffort is high")
    : undefined;
}

function thinkingOf(body: WireObject): WireObject {
  const own = isObject(body["additionalModelRequestFields"]) ? body["additionalModelRequestFields"] : {};
  const thinking = own["thinking"] ?? own["reasoning_config"];
  return isObject(thinking) ? thinking : {};
}
