/** Light and dark, narrow and wide. States are told by words and shapes as well as by colours. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f2, #16171a);
  --surface: light-dark(#ffffff, #202226);
  --line: light-dark(#dedbd3, #363940);
  --ink: light-dark(#1d1d1f, #ececee);
  --quiet: light-dark(#5d5c58, #a7a9b0);
  --well: light-dark(#0b7261, #4fcbb2);
  --slow: light-dark(#8a5a00, #f0b860);
  --bad: light-dark(#b3261e, #ff8a80);
  --alarm: light-dark(#fde8e6, #3a1f1d);
  font: 0.95rem/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--ground); color: var(--ink); }
header { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.25rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 0.5rem; }
p { margin: 0; }
#connection, .quiet { color: var(--quiet); }
.alarm { background: var(--alarm); border: 1px solid var(--bad); border-radius: 0.5rem; padding: 0.5rem 0.75rem; margin-bottom: 0.5rem; }
.alarm::before { content: "! "; font-weight: 700; color: var(--bad); }
.targets, .calls { list-style: none; margin: 0; padding: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 0.5rem; }
.targets > li, .calls > li { padding: 0.5rem 0.75rem; border-top: 1px solid var(--line); }
.targets > li:first-child, .calls > li:first-child { border-top: 0; }
.targets > li { display: grid; grid-template-columns: minmax(12rem, 2fr) minmax(9rem, 1fr) minmax(9rem, 1.5fr); gap: 0.25rem 1rem; align-items: center; }
.name { overflow-wrap: anywhere; }
.name small { display: block; color: var(--quiet); }
.state { font-weight: 600; }
.state::before { display: inline-block; width: 1.2em; }
.closed::before { content: "\\25CF"; color: var(--well); }
.half-open::before { content: "\\25D0"; color: var(--slow); }
.open::before { content: "\\25CB"; color: var(--bad); }
.blocked::before { content: "\\25A0"; color: var(--bad); }
.state small { display: block; font-weight: 400; color: var(--quiet); padding-left: 1.2em; }
.bar { display: flex; height: 0.75rem; border: 1px solid var(--line); border-radius: 0.25rem; overflow: hidden; background: var(--ground); }
.bar i { display: block; }
.bar .ok { background: var(--well); }
.bar .slow { background: repeating-linear-gradient(90deg, var(--slow) 0 3px, transparent 3px 5px); }
.bar .bad { background: repeating-linear-gradient(45deg, var(--bad) 0 3px, transparent 3px 5px); }
.calls { max-height: 24rem; overflow-y: auto; font-variant-numeric: tabular-nums; }
.calls > li { display: flex; flex-wrap: wrap; gap: 0 0.75rem; }
.calls b { font-weight: 600; }
.failed b { color: var(--bad); }
.calls .way { color: var(--quiet); overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .targets > li { grid-template-columns: 1fr; }
}
`;
