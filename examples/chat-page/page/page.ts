import { readEvents } from "@understudy/core/client";
import { AnswerView } from "./answer-view.ts";
import { find, findAll } from "./find.ts";

interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}

const history: Message[] = [];
const question = find("#question", HTMLInputElement);
const send = find("#send", HTMLButtonElement);
let running: AbortController | undefined;
let turns = 0;

find("#composer", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  if (running !== undefined) {
    running.abort();
    return;
  }
  const text = question.value.trim();
  question.value = "";
  if (text !== "") void ask(text);
});

for (const suggestion of findAll(".suggestions button", HTMLButtonElement)) {
  suggestion.addEventListener("click", () => {
    if (running === undefined) void ask(suggestion.textContent);
  });
}

const strikes = findAll("[data-strike]", HTMLButtonElement);
for (const button of strikes) {
  button.addEventListener("click", () => void strike(`/strikes/${button.dataset["strike"]}`, "PUT"));
}
// After a reload, or in another window, Claude is still struck.
void strike("/strikes", "GET");

async function strike(url: string, method: "GET" | "PUT"): Promise<void> {
  const turn = ++turns;
  const response = await fetch(url, { method });
  const name = await response.text();
  // Answers may overtake each other.
  if (turn !== turns) return;
  for (const button of strikes) button.ariaPressed = String(button.dataset["strike"] === name);
}

async function ask(text: string): Promise<void> {
  const stop = new AbortController();
  running = stop;
  send.textContent = "Stop";
  // Stopping needs no text.
  question.required = false;
  const view = new AnswerView(text);
  const messages = [...history, { role: "user", content: text }];
  try {
    const body = JSON.stringify(messages);
    for await (const event of readEvents(await fetch("/chat", { method: "POST", body, signal: stop.signal }))) {
      view.show(event);
    }
    history.push({ role: "user", content: text }, { role: "assistant", content: view.text });
  } catch {
    view.fail(stop.signal.aborted ? "Stopped." : "Nobody can answer just now. Please try again.");
  }
  view.finish();
  running = undefined;
  send.textContent = "Send";
  question.required = true;
}
