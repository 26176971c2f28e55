import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync, type ESTree } from "vite";

export type Declaration =
  | ESTree.TSInterfaceDeclaration
  | ESTree.TSTypeAliasDeclaration
  | ESTree.Class
  | ESTree.Function
  | ESTree.VariableDeclaration;

export interface Found {
  readonly source: Source;
  readonly name: string;
  readonly node: Declaration;
  /** Exported as a value: what constructs it is part of it. */
  readonly isValue: boolean;
}

/** One file: what it declares, what it imports and where its comments end. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #program: ESTree.Program;
  /** Ends of the doc comments. */
  readonly #comments: readonly number[];

  constructor(file: string) {
    this.file = file;
    this.text = readFileSync(file, "utf8");
    const { program, comments } = parseSync(file, this.text);
    this.#program = program;
    this.#comments = comments.filter(({ value }) => value.startsWith("*")).map(({ end }) => end);
  }

  /** Whether nothing but the marks of a union stand between a doc comment and this place. */
  isDocumented(start: number): boolean {
    const end = this.#comments.findLast((one) => one <= start);
    return end !== undefined && /^[\s|(]*$/.test(this.text.slice(end, start));
  }

  find(sources: Map<string, Source>, name: string): Found | undefined {
    for (const statement of this.#program.body) {
      if (statement.type === "ImportDeclaration" && statement.source.value.startsWith(".")) {
        const specifier = statement.specifiers.find(({ local }) => local.name === name);
        if (specifier?.type !== "ImportSpecifier") continue;
        return this.#other(sources, statement.source.value).find(sources, nameOf(specifier.imported));
      }
      const node = declarationIn(statement);
      if (node !== undefined && declaredName(node) === name) return { source: this, name, node, isValue: false };
      if (statement.type === "ExportNamedDeclaration" && statement.source !== null) {
        const specifier = statement.specifiers.find(({ exported }) => nameOf(exported) === name);
        if (specifier === undefined || !statement.source.value.startsWith(".")) continue;
        return this.#other(sources, statement.source.value).find(sources, nameOf(specifier.local));
      }
    }
    return undefined;
  }

  exports(sources: Map<string, Source>): ReadonlyMap<string, Found> {
    const all = new Map<string, Found>();
    for (const statement of this.#program.body) {
      if (statement.type === "ExportAllDeclaration") {
        for (const [name, found] of this.#other(sources, statement.source.value).exports(sources)) all.set(name, found);
      } else if (statement.type === "ExportNamedDeclaration") {
        const types = statement.specifiers.filter(({ exportKind }) => exportKind === "type");
        const names = statement.specifiers.map(({ exported }) => nameOf(exported));
        const node = declarationIn(statement);
        if (node !== undefined) names.push(declaredName(node) ?? "");
        for (const name of names) {
          const found = this.find(sources, name);
          const isType = statement.exportKind === "type" || types.some(({ exported }) => nameOf(exported) === name);
          if (found !== undefined) all.set(name, { ...found, isValue: !isType });
        }
      }
    }
    return all;
  }

  #other(sources: Map<string, Source>, from: string): Source {
    return sourceOf(sources, join(dirname(this.file), from));
  }
}

export function sourceOf(sources: Map<string, Source>, file: string): Source {
  const source = sources.get(file) ?? new Source(file);
  sources.set(file, source);
  return source;
}

function declarationIn(statement: ESTree.Node): Declaration | undefined {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  switch (node?.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "VariableDeclaration":
      return node;
    default:
      return undefined;
  }
}

function declaredName(node: Declaration): string | undefined {
  const id = node.type === "VariableDeclaration" ? node.declarations[0]?.id : node.id;
  return id?.type === "Identifier" ? id.name : undefined;
}

function nameOf(name: ESTree.ModuleExportName): string {
  return name.type === "Literal" ? name.value : name.name;
}
