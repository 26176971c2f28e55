import { firstIn, firstOf, isObject, listOf, objectsOf, textOf, unknownKey, words, type WireObject } from "../json.ts";
import { unseal } from "../seal.ts";
import { invalid, unknownField, type Problem } from "./errors.ts";
import { camel, camels, known } from "./fields.ts";
import type { GeminiModel } from "./models.ts";

/** A turn with its names in one spelling. */
interface Turn {
  readonly role: string;
  readonly parts: readonly WireObject[];
}

/** Turns, parts, the pairing of calls with responses, and signatures. */
export function checkContents(contents: unknown, model: GeminiModel, organization: string): Problem {
  const list = isObject(contents) ? [contents] : listOf(contents);
  if (list.length === 0) return invalid("* GenerateContentRequest.contents: contents is not specified\n");
  const problem = firstIn(list, checkContent);
  if (problem !== undefined) return problem;
  const turns = camels(list).map((content): Turn => ({
    role: textOf(content["role"]),
    parts: isObject(content["parts"]) ? [camel(content["parts"])] : camels(content["parts"]),
  }));
  return firstOf([
    () => firstIn(turns, (turn, index) => checkOrder(turn, turns[index - 1])),
    () => firstIn(turns, (turn, index) => checkResponses(turn, turns[index - 1])),
    () => checkUnanswered(turns),
    () => firstIn(turns, (turn) => checkAlone(turn, model)),
    () => checkSignatures(turns, model, organization),
    () => checkLast(turns, model),
  ]);
}

const dataFields = words(`
  text inlineData functionCall functionResponse fileData executableCode
  codeExecutionResult toolCall toolResponse
`);

function checkContent(content: unknown, index: number): Problem {
  const path = `contents[${index}]`;
  const turn = camel(content);
  const extra = unknownKey(turn, known.content);
  if (extra !== undefined) return unknownField(extra, path);
  const role = turn["role"];
  if (role !== undefined && !["user", "model", "function", "system", ""].includes(textOf(role))) {
    return invalid("Please use a valid role: user, model.");
  }
  const parts = isObject(turn["parts"]) ? [turn["parts"]] : listOf(turn["parts"]);
  if (parts.length === 0) return invalid(`* GenerateContentRequest.${path}.parts: contents.parts must not be empty.\n`);
  return firstIn(parts, (part, position) => checkPart(part, `${path}.parts[${position}]`));
}

function checkPart(value: unknown, path: string): Problem {
  if (!isObject(value)) return invalid(`Invalid value at '${path}' (Part)`);
  const part = camel(value);
  const extra = unknownKey(part, known.part);
  if (extra !== undefined) return unknownField(extra, path);
  const data = dataFields.filter((name) => part[name] !== undefined && part[name] !== null);
  if (data.length === 0) {
    return invalid(
      `* GenerateContentRequest.${path}.data: required oneof field 'data' must have one initialized field\n`,
    );
  }
  if (data.length > 1) {
    return invalid(`Invalid value at '${path}' (oneof), oneof field 'data' is already set. Cannot set '${data[1]}'`);
  }
  return firstOf([
    () => (part["functionCall"] === undefined ? undefined : checkCall(camel(part["functionCall"]), path)),
    () => (part["functionResponse"] === undefined ? undefined : checkResponse(camel(part["functionResponse"]), path)),
    () => (part["inlineData"] === undefined ? undefined : checkBlob(camel(part["inlineData"]), path)),
  ]);
}

function checkCall(call: WireObject, path: string): Problem {
  const extra = unknownKey(call, known.functionCall);
  if (extra !== undefined) return unknownField(extra, `${path}.function_call`);
  if (textOf(call["name"]) === "") {
    return invalid(`* GenerateContentRequest.${path}.function_call.name: Name cannot be empty.\n`);
  }
  return call["args"] === undefined || isObject(call["args"])
    ? undefined
    : invalid(`Invalid value at '${path}.function_call.args' (type.googleapis.com/google.protobuf.Struct)`);
}

function checkResponse(response: WireObject, path: string): Problem {
  const extra = unknownKey(response, known.functionResponse);
  if (extra !== undefined) return unknownField(extra, `${path}.function_response`);
  if (textOf(response["name"]) === "") {
    return invalid(`* GenerateContentRequest.${path}.function_response.name: Name cannot be empty.\n`);
  }
  if (!isObject(response["response"])) {
    return invalid(
      `Invalid value at '${path}.function_response.response' (type.googleapis.com/google.protobuf.Struct)`,
    );
  }
  const remote = camels(response["parts"]).some((part) => part["fileData"] !== undefined);
  return remote ? invalid("Cannot fetch content from the provided URL.") : undefined;
}

function checkBlob(blob: WireObject, path: string): Problem {
  if (textOf(blob["mimeType"]) === "") {
    return invalid(`* GenerateContentRequest.${path}.inline_data.mime_type: mime_type must not be empty.\n`);
  }
  if (textOf(blob["mimeType"]) === "application/json") return invalid("Unsupported MIME type: application/json");
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(textOf(blob["data"]))
    ? undefined
    : invalid(`Invalid value at '${path}.inline_data.data' (TYPE_BYTES), Base64 decoding failed`);
}

function callsOf(turn: Turn | undefined): readonly WireObject[] {
  return (turn?.parts ?? [])
    .filter((part) => isObject(part["functionCall"]))
    .map((part) => camel(part["functionCall"]));
}

function responsesOf(turn: Turn | undefined): readonly WireObject[] {
  return (turn?.parts ?? [])
    .filter((part) => isObject(part["functionResponse"]))
    .map((part) => camel(part["functionResponse"]));
}

function checkOrder(turn: Turn, before: Turn | undefined): Problem {
  const follows = before !== undefined && before.role !== "model";
  return callsOf(turn).length === 0 || follows
    ? undefined
    : invalid(
        "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
      );
}

const unequal =
  "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";

function checkResponses(turn: Turn, before: Turn | undefined): Problem {
  const responses = responsesOf(turn);
  if (responses.length === 0) return undefined;
  const calls = callsOf(before);
  if (calls.length === 0) {
    return invalid("Please ensure that function response turn comes immediately after a function call turn.");
  }
  if (calls.length !== responses.length) return invalid(unequal);
  const names = calls.map((call) => textOf(call["name"])).toSorted();
  const answered = responses.map((response) => textOf(response["name"])).toSorted();
  if (names.join("\n") !== answered.join("\n")) return invalid(unequal);
  const ids = calls.map((call) => call["id"]).filter((id) => id !== undefined);
  const stranger = responses.some((response) => response["id"] !== undefined && !ids.includes(response["id"]));
  return ids.length > 0 && stranger ? invalid(unequal) : undefined;
}

function checkUnanswered(turns: readonly Turn[]): Problem {
  const open = turns.some((turn, index) => {
    const after = turns[index + 1];
    return callsOf(turn).length > 0 && after !== undefined && responsesOf(after).length === 0;
  });
  return open ? invalid(unequal) : undefined;
}

/** Reported of the models that refuse to continue a turn of their own: words or media beside responses count as one. */
function checkAlone(turn: Turn, { prefill }: GeminiModel): Problem {
  const count = responsesOf(turn).length;
  return prefill || count === 0 || count === turn.parts.length ? undefined : invalid(endsWithModel);
}

/** Documented stand-ins for a signature that a foreign history cannot have, plain and as base64. */
const dummies = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"].flatMap((text) => [
  text,
  Buffer.from(text).toString("base64"),
]);

function checkSignatures(turns: readonly Turn[], model: GeminiModel, organization: string): Problem {
  const foreign = turns
    .flatMap((turn) => turn.parts)
    .map((part) => unseal(textOf(part["thoughtSignature"])))
    .find((made) => made !== undefined && made.organization !== organization);
  if (foreign !== undefined) return invalid("Corrupted thought signature.");
  if (!model.signatures) return undefined;
  // The current turn begins after the last thing the user said.
  const said = (turn: Turn) => turn.role !== "model" && responsesOf(turn).length === 0;
  const start = turns.findLastIndex(said) + 1;
  return firstIn(turns.slice(start), (turn, offset) => {
    const first = turn.parts.find((part) => isObject(part["functionCall"]));
    if (first === undefined) return undefined;
    const signature = textOf(first["thoughtSignature"]);
    if (dummies.includes(signature) || signature !== "") return undefined;
    const name = textOf(camel(first["functionCall"])["name"]);
    return invalid(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${start + offset + 1}.`,
    );
  });
}

const endsWithModel = "Requests ending with a model turn are not supported.";

function checkLast(turns: readonly Turn[], model: GeminiModel): Problem {
  const last = turns.at(-1);
  if (model.prefill || last?.role !== "model") return undefined;
  const empty = objectsOf(last.parts).every((part) => part["text"] === "");
  return empty ? undefined : invalid(endsWithModel);
}
