const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NOT_IN_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/;

export function isHeaderName(name: string): boolean {
  return NAME.test(name);
}

/** What goes over the wire as it is: no line break, no control character, Latin-1. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && !NOT_IN_VALUE.test(value);
}
