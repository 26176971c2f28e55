import { parseBody } from "../wire.ts";
import { vertexError } from "../vertex/errors.ts";
import type { VertexForm } from "../vertex/wire.ts";

/** The name of the version before the newest, and what the vendor calls it. */
const VERSIONS: Readonly<Record<string, string>> = { "vertex-2023-10-16": "2023-06-01", "2026-10-21": "2026-10-21" };

/** The Messages API in a project: the model stands in the path, the version in the body. */
export const claudeInProject: VertexForm = {
  version: "v1",
  publisher: "anthropic",
  tasks: ["rawPredict", "streamRawPredict"],
  toVendor: (request, model, task, token) => {
    const body = parseBody(request.text);
    if (body === undefined) return vertexError(400, "Request contains an invalid argument.");
    const { anthropic_version: version, ...fields } = body;
    if (fields["model"] !== undefined) return vertexError(400, "model: Extra inputs are not permitted");
    if (typeof version !== "string") return vertexError(400, "anthropic_version: Field required");
    const own = VERSIONS[version];
    if (own === undefined) return vertexError(400, `anthropic_version: "${version}" is not a valid version`);
    if ((task === "streamRawPredict") !== (fields["stream"] === true)) {
      return vertexError(400, "stream: it does not fit the method");
    }
    if (/"file_id"\s*:/.test(request.text)) return vertexError(400, "source: files are not supported");
    const { authorization: _token, ...headers } = request.headers;
    return {
      ...request,
      path: "/v1/messages",
      headers: { ...headers, "x-api-key": token, "anthropic-version": own },
      text: textWithModel(request.text, model),
    };
  },
};

/** What the vendor's parser sees of the text stays as it came. */
function textWithModel(text: string, model: string): string {
  // It stands at the beginning or the end.
  const version = /^\s*"anthropic_version"\s*:\s*"[^"]*"\s*,|,\s*"anthropic_version"\s*:\s*"[^"]*"\s*(?=\}$)/;
  const rest = text.slice(text.indexOf("{") + 1).replace(version, "");
  return `{"model":${JSON.stringify(model)},${rest}`;
}
