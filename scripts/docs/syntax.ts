import type { ESTree } from "vite";

/** The outermost type literals in a node; without those that pick from a union, as `Extract<Part, { type: "text" }>` has. */
export function literalsIn(node: ESTree.Node): readonly ESTree.TSTypeLiteral[] {
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

/** Visits what users of a declaration see of it: no bodies, initial values and private members. */
export function walk(node: ESTree.Node, visit: (node: ESTree.Node) => boolean): void {
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
