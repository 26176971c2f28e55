/** Text in a page. */
export function html(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Milliseconds for people; a dash for what did not happen. */
export function shown(ms: number | undefined): string {
  if (ms === undefined) return "–";
  if (!Number.isFinite(ms)) return "no limit";
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** Every mark, by its form and in words. */
export function legend(): string {
  const marks = [
    ['<path class="us-well" stroke-width="5" d="M12 8h0"/>', "well"],
    ['<path class="us-late" d="M9 11h6l-3-6z"/>', "late"],
    ['<path class="us-seam" d="M12 4l4 4l-4 4l-4-4z"/>', "began again in view"],
    ['<path class="us-failed" stroke-width="1.8" d="M9 5l6 6m0-6l-6 6"/>', "failed"],
    ['<path class="us-wait" d="M2 8h8"/><path class="us-good" stroke-width="4" d="M10 8h12"/>', "waited, answered"],
    ['<path class="us-bad" stroke-width="4" d="M2 8h18"/><path class="us-cap" d="M21 5v6"/>', "request failed"],
    ['<path class="us-good" stroke-width="4" d="M4 8h16"/><path class="us-probe" d="M2 4h20v8h-20z"/>', "probe"],
    ['<rect class="us-out" width="24" height="16"/>', "struck by the outage"],
  ];
  const items = marks.map(
    ([drawing = "", name = ""]) =>
      `<span><svg class="us-timeline" width="24" height="16" viewBox="0 0 24 16" aria-hidden="true">${drawing}</svg>${name}</span>`,
  );
  return `<p class="legend">${items.join("")}</p>`;
}

export const PAGE_STYLE: string = [
  ":root{color-scheme:light dark;--ink:#1d2733;--soft:#5c6877;--line:#e4e8ee;--paper:#fff;--card:#fff;--bad:#b33a0b;--warn:#8a5a00;",
  "--good:#1f6fb2}",
  "@media screen and (prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#9aa7b6;--line:#2a333f;--paper:#0e1318;--card:#141a21;",
  "--bad:#ff8f5c;--warn:#eec04a;--good:#6cb6f5}}",
  "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}",
  "main{max-width:1040px;margin:0 auto;padding:24px 20px 60px}h1{font-size:24px;line-height:1.25;margin:0 0 4px}",
  "h2{font-size:17px;margin:32px 0 8px}code{font-family:ui-monospace,'SF Mono',Menlo,monospace;font-size:.92em}",
  ".facts{color:var(--soft);font-size:13px;margin:4px 0}.verdict{font-size:17px;margin:16px 0}ul{margin:6px 0;padding-left:20px}",
  ".wide{overflow-x:auto}.wide svg{display:block;width:100%;min-width:640px;height:auto}",
  "table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}",
  "th,td{padding:4px 6px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}",
  "thead th{color:var(--soft);font-weight:500;vertical-align:bottom;white-space:normal}tbody th{text-align:left;font-weight:400}",
  "td i{color:var(--soft);font-style:normal;opacity:.6}tr.bad b{color:var(--bad)}tr.soft b{color:var(--warn)}tr.ok b{color:var(--good)}",
  ".ahead td.better{color:var(--good);font-weight:600}.ahead td.worse{color:var(--warn)}.ahead td.same{color:var(--soft)}",
  ".ahead tbody th{white-space:normal}.ahead small{color:var(--soft)}",
  "a{color:inherit;text-decoration-color:var(--line)}a:hover{text-decoration-color:currentColor}",
  "figure{margin:14px 0;padding:14px;background:var(--card);border:1px solid var(--line);border-radius:8px;break-inside:avoid}",
  "figure ul{color:var(--soft);font-size:13px}tbody th[colspan]{white-space:normal}",
  "figcaption{font-weight:600;margin-bottom:8px}",
  ".legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--soft)}.legend span{display:flex;align-items:center;gap:6px}",
  "@media screen and (max-width:640px){tbody th{white-space:normal;min-width:11em}}",
  "@page{size:A4;margin:14mm}@media print{main{max-width:none;padding:0}.wide{overflow:visible}.wide svg{min-width:0}",
  "body{font-size:11px}table{font-size:9px}th,td{padding:2px 4px}figure{padding:8px}}",
].join("");
