// oxlint-disable-next-line no-control-regex -- URLs drop them: `.\n.` leads upwards too
const UNSAFE = /[\\?#\u0000-\u001f]|(?:^|\/)(?:\.|%2e){1,2}(?:$|\/)/i;

/** What is wrong with a model's name that stands in a URL's path, where it must not lead to another place. */
export function modelPathProblems(model: string): readonly string[] {
  if (!UNSAFE.test(model)) return [];
  return ["the model's name stands in the URL's path and must not lead out of it; leave out `..`, `?`, `#`, `\\`"];
}
