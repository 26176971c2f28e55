/** Writes the generated parts of the documentation: `pnpm write-docs`. */
import { writeFileSync } from "node:fs";
import { generatedPages } from "./docs/generated.ts";

for (const { path, wanted } of generatedPages()) writeFileSync(path, wanted);
