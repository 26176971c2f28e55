/** For text and attributes of a document. */
function escaped(text: string): string {
  return text
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A length: a tenth of a pixel is as fine as anyone sees. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}

/** Writes a path, each point relative to the one before: half as long as with absolute ones. */
export class Pen {
  readonly #grain: number;
  #x = 0;
  #y = 0;
  #path = "";

  /** `grain`: the parts of a pixel that are told apart. */
  constructor(grain: number) {
    this.#grain = grain;
  }

  get path(): string {
    return this.#path;
  }

  /** Begins a new line. */
  move(x: number, y: number): this {
    const [nextX, nextY] = [Math.round(x * this.#grain), Math.round(y * 10)];
    this.#path += `m${pair((nextX - this.#x) / this.#grain, (nextY - this.#y) / 10)}`;
    this.#x = nextX;
    this.#y = nextY;
    return this;
  }

  /** A horizontal line of at least so much. */
  across(toX: number, least: number): this {
    const length = Math.max(Math.ceil(least * this.#grain), Math.round(toX * this.#grain) - this.#x);
    this.#path += `h${short(length / this.#grain)}`;
    this.#x += length;
    return this;
  }

  /** A form that ends where it began. */
  form(path: string): this {
    this.#path += path;
    return this;
  }
}

function short(value: number): string {
  return px(value).replace(/^(-?)0\./, "$1.");
}

function pair(x: number, y: number): string {
  const second = short(y);
  return `${short(x)}${second.startsWith("-") ? "" : " "}${second}`;
}

export function textAt(x: number, y: number, text: string, className: string): string {
  return `<text x="${px(x)}" y="${px(y)}" class="${className}">${escaped(text)}</text>`;
}

/** Paths with their classes, and one title for all of them. */
export function titled(title: string, ...paths: readonly (readonly [className: string, d: string])[]): string {
  const drawn = paths.map(([className, d]) => (d === "" ? "" : `<path class="${className}" d="${d}"/>`));
  return `<g><title>${escaped(title)}</title>${drawn.join("")}</g>`;
}

/** Seconds, as short as they are read. */
export function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

export interface Scale {
  readonly left: number;
  readonly right: number;
  readonly endMs: number;
}

export function xOf({ left, right, endMs }: Scale, ms: number): number {
  return left + ((right - left) * Math.min(ms, endMs)) / endMs;
}

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5];
const MOST_TICKS = 10;

/** Lines and times of the axis, from the top of the lanes to their bottom. */
export function axis(scale: Scale, top: number, bottom: number): string {
  const step = STEPS_MS.find((ms) => scale.endMs / ms <= MOST_TICKS) ?? scale.endMs / MOST_TICKS;
  const lines: string[] = [];
  const labels: string[] = [];
  for (let ms = 0; ms <= scale.endMs; ms += step) {
    const x = xOf(scale, ms);
    lines.push(`M${px(x)} ${px(top)}V${px(bottom)}`);
    const isEdge = x > scale.right - 20;
    const label = step < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
    labels.push(textAt(x, bottom + 14, label, ms === 0 ? "us-t" : isEdge ? "us-t us-e" : "us-t us-m"));
  }
  return `<path class="us-grid" d="${lines.join("")}"/>${labels.join("")}`;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One line that says what it is. */
  readonly title: string;
  /** The same facts in words. */
  readonly description: string;
  readonly body: string;
  /** Part of a page that has the style already. */
  readonly isInline: boolean;
}

/** The document around the marks. */
export function svgOf({ width, height, title, description, body, isInline }: Picture): string {
  const size = `viewBox="0 0 ${px(width)} ${px(height)}"`;
  const label = escaped(`${title} ${description}`.trim());
  const head = isInline ? "" : ` xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}"`;
  const style = isInline ? "" : `<style>${TIMELINE_STYLE}</style>`;
  return `<svg class="us-timeline"${head} ${size} role="img" aria-label="${label}">${style}${body}</svg>`;
}

/**
 * What the classes in a timeline look like, light and dark, for a page with many. Colours are told apart without colour
 * vision, and every kind of mark has a form of its own.
 */
export const TIMELINE_STYLE: string = [
  ".us-timeline{--us-ink:#1d2733;--us-soft:#5c6877;--us-grid:#e4e8ee;--us-good:#1f6fb2;--us-bad:#c2410c;",
  "--us-late:#a16207;--us-seam:#8b2f97;--us-out:#fdeedd;--us-edge:#c08a4e;--us-paper:#fff;",
  "font:12px system-ui,-apple-system,'Segoe UI',sans-serif;background:var(--us-paper)}",
  "@media screen and (prefers-color-scheme:dark){.us-timeline{--us-ink:#e6ebf2;--us-soft:#9aa7b6;--us-grid:#2a333f;",
  "--us-good:#6cb6f5;--us-bad:#ff8f5c;--us-late:#eec04a;--us-seam:#dd94ea;--us-out:#35291c;--us-edge:#a87b45;",
  "--us-paper:#141a21}}",
  ".us-timeline text{fill:var(--us-ink);font-size:12px}.us-timeline .us-t{fill:var(--us-soft);font-size:11px}",
  ".us-timeline .us-e{text-anchor:end}.us-timeline .us-m{text-anchor:middle}.us-timeline path{fill:none}",
  ".us-grid{stroke:var(--us-grid)}.us-out{fill:var(--us-out)}.us-edge{stroke:var(--us-edge);stroke-dasharray:4 3}",
  ".us-timeline .us-o{fill:var(--us-edge);font-size:11px;font-weight:600}",
  ".us-wait{stroke:var(--us-good);stroke-width:1}.us-good{stroke:var(--us-good)}",
  ".us-bad{stroke:var(--us-bad);stroke-dasharray:3 1.5}.us-cap{stroke:var(--us-bad);stroke-width:2.2}",
  ".us-off{stroke:var(--us-soft);stroke-dasharray:1 2}.us-probe{stroke:var(--us-ink);stroke-width:1}",
  ".us-well{stroke:var(--us-good);stroke-linecap:round}.us-failed{stroke:var(--us-bad)}",
  ".us-timeline .us-late{fill:var(--us-late)}.us-timeline .us-seam{fill:var(--us-seam)}",
].join("");
