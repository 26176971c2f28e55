import type { ESTree } from "vite";
import { sourceOf, type Declaration, type Found, type Source } from "./source.ts";
import { literalsIn, walk } from "./syntax.ts";

export interface Member {
  /** `Answer.text`, `Capabilities.toolCallId.pattern`. */
  readonly name: string;
  /** Path of its source. */
  readonly file: string;
  readonly isDocumented: boolean;
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
