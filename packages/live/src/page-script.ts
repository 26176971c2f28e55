/** What the page does. Everything that is shown is set as text. */
export const SCRIPT: string = `
"use strict";
const place = location.pathname.replace(/\\/$/, "");
const connection = document.getElementById("connection");
const chains = document.getElementById("chains");

const events = new EventSource(place + "/events");
events.addEventListener("open", () => { connection.textContent = "Live"; });
events.addEventListener("error", () => { connection.textContent = "Connecting again"; });
events.addEventListener("state", (event) => show(JSON.parse(event.data)));

function show(state) {
  const scrolled = [...chains.querySelectorAll(".calls")].map((list) => list.scrollTop);
  const shown = state.chains.map(showChain);
  if (shown.length === 0) shown.push(element("p", "quiet", "No chain is watched yet."));
  chains.replaceChildren(...shown.flat());
  [...chains.querySelectorAll(".calls")].forEach((list, index) => { list.scrollTop = scrolled[index] || 0; });
}

function showChain(chain) {
  const parts = [element("h2", "", chain.name)];
  for (const problem of chain.problems) {
    const text = problem.tier + ": " + problem.reason + ", since " + time(problem.at) + ". A person has to act.";
    parts.push(element("p", "alarm", text));
  }
  if (chain.store === "paused") parts.push(element("p", "alarm", "The store cannot be reached: this process decides alone."));
  const targets = element("ul", "targets");
  targets.append(...chain.targets.map(showTarget));
  const calls = element("ol", "calls");
  calls.append(...chain.calls.map(showCall));
  if (chain.calls.length === 0) calls.append(element("li", "quiet", "No call has ended yet."));
  parts.push(targets, element("h2", "", "Last calls"), calls);
  return parts;
}

function showTarget(target) {
  const row = element("li", "");
  row.dataset.place = target.place;
  const name = element("div", "name", target.place);
  name.append(element("small", "", target.endpoint));
  const state = element("div", "state " + (target.blocked && target.blocked !== "breaker" ? "blocked" : target.breaker));
  state.append(stateWords(target));
  const why = whyWords(target);
  if (why !== "") state.append(element("small", "", why));
  row.append(name, state, showCounts(target.counts));
  return row;
}

function stateWords({ blocked, breaker }) {
  if (blocked === "isolated") return "isolated";
  if (blocked === "no-key") return "no key";
  if (blocked === "cooldown") return "cooling down";
  return breaker;
}

function whyWords({ cause, blockedForMs }) {
  const left = blockedForMs === undefined ? "" : "for " + duration(blockedForMs);
  return [cause, left].filter(Boolean).join(" ");
}

function showCounts({ ok, slow, bad }) {
  const cell = element("div", "");
  const words = ok + " ok, " + slow + " slow, " + bad + " bad in 60 s";
  const bar = element("div", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", words);
  for (const [kind, count] of [["ok", ok], ["slow", slow], ["bad", bad]]) {
    const piece = element("i", kind);
    piece.style.flexGrow = String(count);
    bar.append(piece);
  }
  const small = element("small", "quiet", words);
  cell.append(bar, small);
  return cell;
}

function showCall(call) {
  const row = element("li", call.outcome);
  const way = call.attempts.map((attempt) => attempt.tier + (attempt.failed ? " \\u2717 " + attempt.failed : " \\u2713"));
  if (call.skipped > 0) way.unshift(call.skipped + " passed over");
  row.append(
    element("span", "quiet", time(call.at)),
    element("b", "", call.outcome + (call.by ? ": " + call.by : "") + (call.isDegraded ? " (degraded)" : "")),
    element("span", "", duration(call.totalMs)),
    element("span", "way", way.join(" \\u2192 ")),
  );
  return row;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function time(at) {
  return new Date(at).toLocaleTimeString();
}

function duration(ms) {
  if (ms < 1000) return Math.round(ms) + " ms";
  if (ms < 120000) return (ms / 1000).toFixed(1) + " s";
  return Math.round(ms / 60000) + " min";
}
`;
