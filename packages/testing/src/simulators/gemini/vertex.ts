import { isObject, listOf, textOf } from "../json.ts";
import { vertexError } from "../vertex/errors.ts";
import type { VertexForm } from "../vertex/wire.ts";
import { parseBody } from "../wire.ts";
import { invalid, unknownField, type Problem } from "./errors.ts";
import { camel, camels } from "./fields.ts";

/** Fields that only the Gemini API has, and only Vertex. */
const ELSEWHERE = ["store", "serviceTier"];
const OWN = ["modelArmorConfig"];

/** generateContent in a project. */
export const geminiInProject: VertexForm = {
  version: "v1beta1",
  publisher: "google",
  tasks: ["generateContent", "streamGenerateContent"],
  toVendor: (request, model, task, token) => {
    const body = parseBody(request.text);
    if (body === undefined) return vertexError(400, "Invalid JSON payload received. Expected an object key or }.");
    const problem = problemOf(camel(body));
    if (problem !== undefined) return problem;
    const { authorization: _token, ...headers } = request.headers;
    return {
      ...request,
      path: `/v1beta/models/${encodeURIComponent(model)}:${task}`,
      headers: { ...headers, "x-goog-api-key": token },
      text: OWN.some((name) => name in body)
        ? JSON.stringify(Object.fromEntries(Object.entries(body).filter(([name]) => !OWN.includes(name))))
        : request.text,
    };
  },
};

function problemOf(fields: Readonly<Record<string, unknown>>): Problem {
  const foreign = ELSEWHERE.find((name) => fields[name] !== undefined);
  if (foreign !== undefined) return unknownField(foreign, "");
  const tools = camels(fields["tools"]);
  const tool = ["fileSearch", "mcpServers"].find((name) => tools.some((one) => one[name] !== undefined));
  if (tool !== undefined) return unknownField(tool, "tools");
  const parts = listOf(fields["contents"]).flatMap((content) => camels(camel(content)["parts"]));
  for (const part of parts) {
    for (const name of ["functionCall", "functionResponse"]) {
      const call = part[name];
      if (isObject(call) && call["id"] !== undefined) return unknownField("id", `contents.parts.${name}`);
    }
    if (part["partMetadata"] !== undefined) return unknownField("partMetadata", "contents.parts");
    const file = camel(part["fileData"]);
    const uri = textOf(file["fileUri"]);
    if (uri !== "" && textOf(file["mimeType"]) === "") {
      return invalid("Unable to submit request because it has an empty mimeType parameter in fileData.");
    }
    if (uri.startsWith("https://generativelanguage.googleapis.com/") || uri.startsWith("files/")) {
      return invalid("Invalid file URI: only Cloud Storage and public URLs can be read.");
    }
  }
  return undefined;
}
