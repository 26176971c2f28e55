import { readFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { parseDeclarations, type Statement } from "./declarations.ts";

interface Found {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** Lists everything that can be imported from one entry, and the types that it is made of. */
export function listEntry(folder: string, entry: string): string {
  const files = new Declarations(folder);
  const exported = files.exportsOf(entry);
  const printed = new Map<string, Found>();
  const lines: string[] = [];
  for (const name of [...exported.keys()].toSorted()) {
    const { found, from, isType } = exported.get(name) ?? { found: undefined, from: undefined, isType: false };
    if (found === undefined) {
      lines.push(`export ${isType ? "type " : ""}{ ${name} } from "${from ?? ""}";`);
      continue;
    }
    const text = isType ? withoutConstructor(found.text) : found.text;
    printed.set(`${found.file} ${found.name}`, { ...found, text });
    lines.push(found.name === name ? text : `// ${name} is\n${text}`);
  }
  const parts = reachable(files, printed);
  if (parts.length > 0) lines.push("// Not importable, but part of the types above.", ...parts);
  return [...lines, ...files.augmentations()].join("\n\n");
}

/** Follows names from the exported declarations into the files that they come from. */
function reachable(files: Declarations, printed: ReadonlyMap<string, Found>): readonly string[] {
  const seen = new Set(printed.keys());
  const queue = [...printed.values()];
  const parts: Found[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const name of new Set(next.text.match(/[A-Za-z_$][\w$]*/g))) {
      const found = files.declaration(next.file, name);
      if (found === undefined || seen.has(`${found.file} ${found.name}`)) continue;
      seen.add(`${found.file} ${found.name}`);
      const part = { ...found, text: withoutConstructor(found.text) };
      parts.push(part);
      queue.push(part);
    }
  }
  return parts.toSorted((left, right) => left.name.localeCompare(right.name, "en")).map(({ text }) => text);
}

/** Whoever can only name a class cannot construct it. */
function withoutConstructor(text: string): string {
  return /^(?:export )?declare (?:abstract )?class /.test(text) ? text.replace(/^ +constructor\(.*\);\n/m, "") : text;
}

interface Export {
  readonly found: Found | undefined;
  /** The module of somebody else that it comes from. */
  readonly from: string | undefined;
  readonly isType: boolean;
}

/** The emitted declaration files of one package. */
class Declarations {
  readonly #folder: string;
  readonly #files = new Map<string, readonly Statement[]>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  exportsOf(file: string): ReadonlyMap<string, Export> {
    const all = new Map<string, Export>();
    for (const statement of this.#statements(file)) {
      if (statement.type === "export-all") {
        for (const [name, entry] of this.exportsOf(resolve(file, statement.from))) all.set(name, entry);
      } else if (statement.type === "export") {
        const { from, names, isType } = statement;
        for (const { original, name } of names) {
          if (from?.startsWith(".") === false) all.set(name, { found: undefined, from, isType });
          else
            all.set(name, {
              found: this.#find(from === undefined ? file : resolve(file, from), original),
              from,
              isType,
            });
        }
      } else if (statement.type === "declaration" && statement.text.startsWith("export ")) {
        const { name, text } = statement;
        all.set(name, { found: { file, name, text }, from: undefined, isType: false });
      }
    }
    return all;
  }

  /** A name as it is seen inside a file; nothing for the names of others, of types' members and of the language. */
  declaration(file: string, name: string): Found | undefined {
    const statements = this.#statements(file);
    const own = statements.find((statement) => statement.type === "declaration" && statement.name === name);
    if (own?.type === "declaration") return { file, name, text: own.text };
    for (const statement of statements) {
      if (statement.type !== "import" || !statement.from.startsWith(".")) continue;
      const renamed = statement.names.find((imported) => imported.name === name);
      if (renamed !== undefined) return this.#find(resolve(file, statement.from), renamed.original);
    }
    return undefined;
  }

  augmentations(): readonly string[] {
    return [...this.#files.values()].flat().flatMap((one) => (one.type === "augmentation" ? [one.text] : []));
  }

  #find(file: string, name: string): Found | undefined {
    return this.declaration(file, name) ?? this.exportsOf(file).get(name)?.found;
  }

  #statements(file: string): readonly Statement[] {
    let statements = this.#files.get(file);
    if (statements === undefined) {
      statements = parseDeclarations(readFileSync(join(this.#folder, file), "utf8"));
      this.#files.set(file, statements);
    }
    return statements;
  }
}

function resolve(file: string, from: string): string {
  return join(dirname(file), from).replace(/\.(?:ts|js)$/, ".d.ts");
}
