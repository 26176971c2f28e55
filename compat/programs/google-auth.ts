/** Both adapters with the application default credentials, which are exchanged for a token at a server of this program. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anthropic } from "@understudy/anthropic";
import { gemini } from "@understudy/gemini";
import { startAnthropic, startGemini } from "@understudy/testing";
import { twoCalls } from "./two-calls.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-credentials-"));
const issuer = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ access_token: "token-of-the-library", expires_in: 3600, token_type: "Bearer" }));
});
issuer.listen(0, "127.0.0.1");
await once(issuer, "listening");
try {
  const address = issuer.address();
  assert.ok(typeof address === "object" && address !== null);
  writeFileSync(join(folder, "subject"), "subject-token");
  const account = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `http://127.0.0.1:${address.port}/token`,
    credential_source: { file: join(folder, "subject") },
  };
  writeFileSync(join(folder, "credentials.json"), JSON.stringify(account));
  process.env["GOOGLE_APPLICATION_CREDENTIALS"] = join(folder, "credentials.json");

  const vertex = { project: "project-one", location: "eu" };
  const stars = await twoCalls(await startGemini({ vertex: true }), (given) =>
    gemini("gemini-3.8-flash", { ...given, vertex }),
  );
  const claude = await twoCalls(await startAnthropic({ vertex: true }), (given) =>
    anthropic("claude-sonnet-5-5", { ...given, vertex }),
  );
  for (const { headers } of [...stars, ...claude])
    assert.equal(headers["authorization"], "Bearer token-of-the-library");
} finally {
  issuer.closeAllConnections();
  issuer.close();
  rmSync(folder, { recursive: true });
}
