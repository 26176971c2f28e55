/** One top-level statement of an emitted declaration file. */
export type Statement =
  | { readonly type: "import"; readonly from: string; readonly names: readonly Renamed[] }
  | {
      readonly type: "export";
      readonly from: string | undefined;
      readonly names: readonly Renamed[];
      readonly isType: boolean;
    }
  | { readonly type: "export-all"; readonly from: string }
  | { readonly type: "declaration"; readonly name: string; readonly text: string }
  /** Adds to a module of somebody else. */
  | { readonly type: "augmentation"; readonly text: string };

/** A name where it comes from, and the name it has here. */
export interface Renamed {
  readonly original: string;
  readonly name: string;
}

const BLOCK = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|namespace|module|global)\b/;
const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:interface|class|type|function|const|let|namespace) ([\w$]+)/;

/** Reads what the compiler emits, which is far more regular than what people write. */
export function parseDeclarations(source: string): readonly Statement[] {
  return splitStatements(withoutComments(source)).flatMap((text) => parseStatement(text));
}

function parseStatement(text: string): readonly Statement[] {
  const from = /\bfrom "([^"]+)";?$/.exec(text)?.[1];
  if (text.startsWith("import ")) {
    return from === undefined ? [] : [{ type: "import", from, names: namesIn(text) }];
  }
  if (/^export (?:type )?\*/.test(text) && from !== undefined) return [{ type: "export-all", from }];
  if (/^export (?:type )?\{/.test(text)) {
    return [{ type: "export", from, names: namesIn(text), isType: text.startsWith("export type") }];
  }
  if (text.startsWith('declare module "') || text.startsWith("declare global")) return [{ type: "augmentation", text }];
  const name = DECLARATION.exec(text)?.[1];
  if (name === undefined) throw new Error(`A statement of an unknown form: ${text.slice(0, 80)}`);
  return [{ type: "declaration", name, text }];
}

/** The names in braces, and a namespace import's name. */
function namesIn(text: string): readonly Renamed[] {
  const listed = /\{([^}]*)\}/.exec(text)?.[1] ?? "";
  return listed
    .split(",")
    .map((part) => part.trim().replace(/^type /, ""))
    .filter((part) => part !== "")
    .map((part) => {
      const [original = part, name = original] = part.split(" as ");
      return { original, name };
    });
}

function splitStatements(source: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  for (let index = 0; index < source.length; index++) {
    const letter = source.charAt(index);
    if (letter === '"' || letter === "'" || letter === "`") index = endOfString(source, index);
    if ("{([".includes(letter)) depth++;
    if ("})]".includes(letter)) depth--;
    if (depth > 0) continue;
    const text = source.slice(start, index + 1).trim();
    if (letter === ";" || (letter === "}" && BLOCK.test(text))) {
      if (text !== ";" && text !== "export {};") statements.push(text);
      start = index + 1;
    }
  }
  return statements;
}

function withoutComments(source: string): string {
  let kept = "";
  for (let index = 0; index < source.length; index++) {
    const letter = source.charAt(index);
    const pair = source.slice(index, index + 2);
    if (letter === '"' || letter === "'" || letter === "`") {
      const end = endOfString(source, index);
      kept += source.slice(index, end + 1);
      index = end;
    } else if (pair === "/*") {
      index = source.indexOf("*/", index) + 1;
    } else if (pair === "//") {
      const end = source.indexOf("\n", index);
      index = end === -1 ? source.length : end - 1;
    } else {
      kept += letter;
    }
  }
  return joined(kept.replaceAll(/^[ \t]*\n/gm, ""));
}

/** The compiler breaks unions where a comment stood: whether one did must not show. */
function joined(source: string): string {
  return source.replaceAll(/=\s*\n\s*(?=[{(])/g, "= ").replaceAll(/\s*\n\s*\| /g, " | ");
}

function endOfString(source: string, start: number): number {
  const quote = source.charAt(start);
  let index = start + 1;
  while (index < source.length && source.charAt(index) !== quote) index += source.charAt(index) === "\\" ? 2 : 1;
  return index;
}
