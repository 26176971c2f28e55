import { SCRIPT } from "./page-script.ts";
import { STYLE } from "./page-style.ts";

/** The page. Its script and style are in it; it asks nobody but the place that it came from. */
export function pageOf(headers: Readonly<Record<string, string>>): Response {
  const nonce = crypto.randomUUID();
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chains</title>
<style nonce="${nonce}">${STYLE}</style>
<header>
  <h1>Chains</h1>
  <p id="connection" role="status">Connecting</p>
</header>
<main id="chains" aria-live="off"></main>
<noscript>This page needs its script.</noscript>
<script nonce="${nonce}">${SCRIPT}</script>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(html, {
    headers: {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "referrer-policy": "no-referrer",
    },
  });
}
