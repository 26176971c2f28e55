/**
 * Prints how many members of what can be imported have a doc comment, and those that have none:
 * `node -C @understudy/source scripts/doc-coverage.ts`.
 */
import { relative } from "node:path";
import { entryMembers } from "./docs/member-docs.ts";
import { publicEntries } from "./docs/public-entries.ts";

const listed = new Set<string>();
for (const { name, file } of publicEntries()) {
  const members = entryMembers(file);
  const bare = members.filter(({ isDocumented }) => !isDocumented);
  const share = (100 * (members.length - bare.length)) / Math.max(members.length, 1);
  console.log(`${name}: ${members.length - bare.length} of ${members.length} members, ${share.toFixed(1)} %`);
  for (const member of bare) {
    const line = `  ${relative(process.cwd(), member.file)} ${member.name}`;
    // Entries share types.
    if (!listed.has(line)) console.log(line);
    listed.add(line);
  }
}
