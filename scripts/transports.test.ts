import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const ADAPTERS = ["deepseek", "mistral", "xai", "gemini", "bedrock"];

/** The chunks of an application that names the word, for a runtime with these conditions. */
async function bundle(conditions: readonly string[]): Promise<readonly Rolldown.OutputChunk[]> {
  const id = "\0application";
  const imports = ADAPTERS.map((name) => `import { ${name} } from "${root}/packages/${name}/src/index.ts";`);
  const targets = ADAPTERS.map((name) => `${name}("one", { transport: "node" })`);
  const result = await build({
    configFile: false,
    logLevel: "warn",
    plugins: [
      {
        name: "application",
        resolveId: (source) => (source === id ? id : undefined),
        load: (source) =>
          source === id ? `${imports.join("\n")}\nexport const targets = [${targets.join()}];` : undefined,
      },
    ],
    resolve: { conditions: ["@understudy/source", ...conditions] },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: id, preserveEntrySignatures: "strict", external: /^node:|^google-auth-library$/ },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((part) => ("output" in part ? part.output : []));
  return outputs.filter((part): part is Rolldown.OutputChunk => part.type === "chunk");
}

/** Modules that carry requests over `node:http`. */
function nodeModules({ moduleIds }: Rolldown.OutputChunk): readonly string[] {
  return moduleIds.filter((id) => /\/node\/node-(?:transport|body|response)\.ts$/.test(id));
}

function isNodes(id: string): boolean {
  return id.startsWith("node:");
}

describe("an application that says transport: 'node'", () => {
  test.each([[["browser"]], [["workerd", "worker", "browser"]], [["edge-light"]], [[]]])(
    "has none of Node's modules in its bundle for the conditions %j",
    async (conditions) => {
      const chunks = await bundle(conditions);

      expect(chunks.flatMap(nodeModules)).toEqual([]);
      expect(chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]).filter(isNodes)).toEqual([]);
    },
  );

  test.each([["node"], ["bun"], ["deno"]])(
    "has them in a part that is loaded when it is needed, in a bundle for %s",
    async (runtime) => {
      const chunks = await bundle([...new Set([runtime, "node"])]);

      const holders = chunks.filter((chunk) => nodeModules(chunk).length > 0);
      expect(holders.flatMap(nodeModules)).toHaveLength(3);
      expect(holders.map(({ isEntry, isDynamicEntry }) => [isEntry, isDynamicEntry])).toEqual([[false, true]]);
    },
  );
});
