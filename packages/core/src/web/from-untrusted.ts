import { checkMessages } from "../handoff/check-request.ts";
import { invalidRequest } from "../handoff/read-request.ts";
import { copyJson } from "../model/copy-json.ts";
import type { Message } from "../model/message.ts";
import type { AssistantPart, MediaSource, ToolResultPart, UserPart } from "../model/parts.ts";

type AnyPart = UserPart | AssistantPart | ToolResultPart;

/**
 * Messages from an untrusted place, such as a browser: checked as those of a request, copied, and
 * without what only a target may have written. `origin`, `opaque`, and parts of type `opaque` and `reasoning` are taken
 * out, and assistant messages of which nothing is left. A file stored at a vendor may be another user's, so
 * `vendor-file` sources and URLs that are not https are refused. Texts, tool calls and tool results are kept: only a
 * history that you keep yourself proves who said them. Throws one `invalid-request` error that names everything wrong.
 */
export function fromUntrusted(messages: unknown): Message[] {
  const copy = copyJson(messages, "messages");
  if (!copy.ok) throw invalidRequest("The messages", [copy.problem]);
  const given: unknown = copy.value;
  const problems = Array.isArray(given) ? checkMessages(given) : ["messages must be an array"];
  if (problems.length > 0) throw invalidRequest("The messages", problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  const kept = (given as readonly Message[]).map((message, index) => {
    if (typeof message.content === "string") return message;
    return { ...message, content: vouchable(message.content, `messages[${index}].content`, problems) };
  });
  if (problems.length > 0) throw invalidRequest("The messages", problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts are left out, none is changed
  return kept.filter(({ content }) => content.length > 0) as Message[];
}

function vouchable(parts: readonly AnyPart[], where: string, problems: string[]): object[] {
  const kept: object[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.type === "opaque" || part.type === "reasoning") continue;
    const place = `${where}[${index}]`;
    const { origin: _origin, opaque: _opaque, ...rest } = part;
    if ("source" in rest && !isPublic(rest.source)) {
      problems.push(`${place}.source must be base64 or an https URL`);
    }
    if (rest.type !== "tool-result" || typeof rest.content === "string") kept.push(rest);
    else kept.push({ ...rest, content: vouchable(rest.content, `${place}.content`, problems) });
  }
  return kept;
}

function isPublic(source: MediaSource): boolean {
  return source.type === "base64" || (source.type === "url" && URL.parse(source.url)?.protocol === "https:");
}
