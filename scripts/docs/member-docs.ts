import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync, type ESTree } from "vite";

export interface Member {
  /** `Answer.text`, `Capabilities.toolCallId.pattern`. */
  readonly name: string;
  /** Path of its source. */
  readonly file: string;
  readonly isDocumented: boolean;
}

type Declaration =
  | ESTree.TSInterfaceDeclaration
  | ESTree.TSTypeAliasDeclaration
  | ESTree.Class
  | ESTree.Function
  | ESTree.VariableDeclaration;

interface Found {
  readonly source: Source;
  readonly name: string;
  readonly node: Declaration;
  /** Exported as a value: what constructs it is part of it. */
  readonly isValue: boolean;
}

/**
 * The members of all interfaces, classes and type literals that one entry exports or that its types are made of. Read from
 * the source: comments stand there, and nothing has to be compiled. Need no comment of their own: what an implemented
 * interface documents; a `type: "text"` that names its object, where the object has one; in a union, what the same name
 * has in an earlier alternative.
 */
export function entryMembers(entry: string): readonly Member[] {
  const sources = new Map<string, Source>();
  const queue = [...sourceOf(sources, entry).exports(sources).values()];
  const seen = new Set<Declaration>();
  const members: Member[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.node)) continue;
    seen.add(next.node);
    members.push(...membersOf(sources, next));
    for (const name of namesIn(next)) {
      const found = next.source.find(sources, name);
      if (found !== undefined) queue.push(found);
    }
  }
  return members;
}

/** One file: what it declares, what it imports and where its comments end. */
class Source {
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

function sourceOf(sources: Map<string, Source>, file: string): Source {
  const source = sources.get(file) ?? new Source(file);
  sources.set(file, source);
  return source;
}

function membersOf(sources: Map<string, Source>, { source, name, node }: Found): readonly Member[] {
  const members: Member[] = [];
  const documented = new Set<string>();
  const inherited = new Set(
    heritageOf(node).flatMap((base) => {
      const found = source.find(sources, base);
      return found === undefined ? [] : membersOf(sources, found).map((one) => one.name.slice(base.length));
    }),
  );
  const add = (path: string, list: readonly ESTree.Node[], isDescribed: boolean) => {
    for (const member of list) {
      const own = memberName(member);
      if (own === undefined) continue;
      const full = `${path}.${own}`;
      const isDocumented = source.isDocumented(member.start) || (isName(member) ? isDescribed : documented.has(full));
      if (isDocumented) documented.add(full);
      if (!inherited.has(full.slice(name.length))) members.push({ name: full, file: source.file, isDocumented });
      for (const literal of literalsIn(member)) add(full, literal.members, source.isDocumented(literal.start));
    }
  };
  const isDescribed = source.isDocumented(node.start) || source.isDocumented(node.start - "export ".length);
  if (node.type === "TSInterfaceDeclaration") add(name, node.body.body, isDescribed);
  else if (node.type === "ClassDeclaration") add(name, node.body.body, isDescribed);
  else if (node.type === "TSTypeAliasDeclaration") {
    for (const literal of literalsIn(node.typeAnnotation)) {
      const isOnly = literal === node.typeAnnotation;
      add(name, literal.members, isOnly ? isDescribed : source.isDocumented(literal.start));
    }
  }
  return members;
}

/** A member such as `type: "text"`, which says which object this is. */
function isName(member: ESTree.Node): boolean {
  if (member.type !== "TSPropertySignature" || member.optional) return false;
  return member.typeAnnotation?.typeAnnotation.type === "TSLiteralType";
}

function memberName(member: ESTree.Node): string | undefined {
  switch (member.type) {
    case "TSPropertySignature":
    case "TSMethodSignature":
      return keyName(member.key);
    case "PropertyDefinition":
    case "MethodDefinition":
      if (member.type === "MethodDefinition" && member.kind === "constructor") return undefined;
      return member.key.type === "PrivateIdentifier" || member.accessibility === "private"
        ? undefined
        : keyName(member.key);
    case "TSIndexSignature":
      return "[index]";
    default:
      return undefined;
  }
}

function keyName(key: ESTree.Node): string {
  if (key.type === "Identifier") return key.name;
  if (key.type === "Literal") return String(key.value);
  return "[computed]";
}

/** The outermost type literals in a node; without those that pick from a union, as `Extract<Part, { type: "text" }>` has. */
function literalsIn(node: ESTree.Node): readonly ESTree.TSTypeLiteral[] {
  const literals: ESTree.TSTypeLiteral[] = [];
  walk(node, (one) => {
    if (one.type === "TSTypeLiteral") literals.push(one);
    return one.type !== "TSTypeLiteral" && !isPick(one);
  });
  return literals;
}

function isPick(node: ESTree.Node): boolean {
  if (node.type !== "TSTypeReference" || node.typeName.type !== "Identifier") return false;
  return ["Exclude", "Extract"].includes(node.typeName.name);
}

/** Names of types that the visible part of a declaration is made of. */
function namesIn({ node, isValue }: Found): readonly string[] {
  const names: string[] = [];
  walk(node, (one) => {
    if (one.type === "Identifier") names.push(one.name);
    return isValue || one.type !== "MethodDefinition" || one.kind !== "constructor";
  });
  return names;
}

function heritageOf(node: Declaration): readonly string[] {
  if (node.type === "ClassDeclaration")
    return node.implements?.flatMap(({ expression }) => expressionName(expression)) ?? [];
  if (node.type === "TSInterfaceDeclaration")
    return node.extends.flatMap(({ expression }) => expressionName(expression));
  return [];
}

function expressionName(node: ESTree.Node): readonly string[] {
  return node.type === "Identifier" ? [node.name] : [];
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

/** Visits what users of a declaration see of it: no bodies, initial values and private members. */
function walk(node: ESTree.Node, visit: (node: ESTree.Node) => boolean): void {
  if (!visit(node)) return;
  for (const [field, child] of Object.entries(node)) {
    if (isHidden(node, field)) continue;
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) walk(one, visit);
  }
}

function isHidden(node: ESTree.Node, field: string): boolean {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
      return field === "body";
    case "VariableDeclarator":
      return field === "init";
    case "TSPropertySignature":
    case "TSMethodSignature":
      return field === "key";
    case "PropertyDefinition":
      return field === "key" || field === "value" || node.key.type === "PrivateIdentifier";
    case "MethodDefinition":
      return field === "key" || node.key.type === "PrivateIdentifier";
    default:
      return false;
  }
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
