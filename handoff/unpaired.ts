/**
 * Tool calls of a body without a result and results without a call, in whatever format; ids that come twice; and, where a
 * format has no ids, whether there are as many of the ones as of the others.
 */
export function unpaired(body: unknown): readonly string[] {
  const calls: string[] = [];
  const results: string[] = [];
  visit(body, (fields, name) => {
    const { type, id } = fields;
    if (type === "tool_use" || (type === "function" && id !== undefined) || name === "functionCall")
      calls.push(String(id));
    if (type === "function_call") calls.push(String(fields["call_id"]));
    if (type === "function_call_output") results.push(String(fields["call_id"]));
    if (type === "tool_result") results.push(String(fields["tool_use_id"]));
    if (fields["role"] === "tool") results.push(String(fields["tool_call_id"]));
    if (name === "functionResponse") results.push(String(id));
  });
  const hasIds = calls.some((id) => id !== String(undefined));
  return [
    ...calls.filter((id) => !results.includes(id)),
    ...results.filter((id) => !calls.includes(id)),
    ...calls.filter((id, index) => hasIds && calls.indexOf(id) !== index),
    ...(calls.length === results.length ? [] : [`${calls.length} calls, ${results.length} results`]),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

/** Every object of a value, with the field that it stands in. */
function visit(value: unknown, see: (fields: Fields, name: string) => void, name = ""): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see, name);
  else if (typeof value === "object" && value !== null) {
    see({ ...value }, name);
    for (const [inner, one] of Object.entries(value)) visit(one, see, inner);
  }
}
