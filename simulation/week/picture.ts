import { binsOf, FATES, sumOf, type Bin } from "./bins.ts";
import { band, px, stack, steps, text, xOf, type Frame } from "./marks.ts";
import type { Row, Week } from "./numbers.ts";
import { DAY, DEPLOY_STEP_MS, HOUR, PROCESSES } from "./plan.ts";
import { whole } from "./table.ts";
import { isPartOf, zoom, ZOOM_HEIGHT } from "./zoom.ts";

const WIDTH = 1_000;
const LEFT = 124;
const RIGHT = WIDTH - 12;
const TOP = 74;
const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const BIN_MS = HOUR / 2;
const ZOOM_GAP = 16;

/** Colours differ in lightness, too: they are told apart without colour vision, and on light and dark pages. */
const STYLE = [
  "svg{--ink:#1d2733;--soft:#5c6877;--line:#dfe4ea;--paper:#fff;--event:#fbe6d0;--load:#8a97a8;",
  "--primary:#9cc4e8;--equivalent:#2f7fbf;--budget:#e0ac2b;--seam:#7a3f94;--failed:#c0341d;background:var(--paper);",
  "font:12px system-ui,-apple-system,'Segoe UI',sans-serif}",
  "@media (prefers-color-scheme:dark){svg{--ink:#e6ebf2;--soft:#9aa7b6;--line:#2a333f;--paper:#141a21;--event:#3b2c1a;",
  "--load:#7d8a9a;--primary:#2b5d8a;--equivalent:#74b8f0;--budget:#eec04a;--seam:#d9a3ee;--failed:#ff6f50}}",
  "text{fill:var(--ink)}.soft{fill:var(--soft);font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}",
  ".bold{font-weight:600}.line{stroke:var(--line);fill:none}.event{fill:var(--event)}.load{fill:var(--load)}",
  ".paper{fill:var(--paper)}.mark{fill:var(--soft)}",
  ...FATES.map((layer) => `.${layer}{fill:var(--${layer})}`),
].join("");

/** The week as one picture: who answered when, and what failed with a chain and without one. */
export function drawWeek(week: Week, rows: readonly Row[]): string {
  const { plan, fleet, plain } = week;
  const span = { from: plan.from, to: plan.to };
  const bins = Math.ceil((plan.to - plan.from) / BIN_MS);
  const [ours, alone] = [binsOf(fleet, span, bins), binsOf(plain, span, bins)];
  const most = Math.max(...ours.map(sumOf));
  const lane = (base: number, height: number): Frame => ({ ...span, left: LEFT, right: RIGHT, base, height });
  const [load, share, failed, failedAlone] = [
    lane(TOP + 60, 52),
    lane(TOP + 172, 100),
    lane(TOP + 214, 28),
    lane(TOP + 278, 52),
  ];
  const zoomTop = TOP + 330;
  const zoomed = plan.troubles.filter((trouble) => !isPartOf(trouble, plan.troubles));
  const zoomWidth = (RIGHT - LEFT + ZOOM_GAP) / Math.max(1, zoomed.length) - ZOOM_GAP;
  const height = zoomTop + (zoomed.length === 0 ? 0 : ZOOM_HEIGHT);
  const total = rows.find(({ name }) => name === "all");
  const [failedSum, aloneSum] = [total?.failed ?? 0, total?.plain.failed ?? 0];
  const label = `${whole(total?.calls ?? 0)} calls: with the chain ${whole(failedSum)} failed, with the primary alone ${whole(aloneSum)}.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}</style><rect width="${WIDTH}" height="${height}" class="paper"/>`,
    text(LEFT, 20, label, "bold"),
    legend(),
    ...plan.troubles.map((trouble) => band(load, trouble, TOP, failedAlone.base)),
    ...zoomed.map(({ from, to }, index) =>
      text((xOf(load, from) + xOf(load, to)) / 2, TOP - 4, String(index + 1), "bold middle"),
    ),
    days(load, failedAlone.base),
    `<path class="load" d="${steps(
      load,
      ours.map(sumOf).map((sum) => sum / most),
    )}"/>`,
    stack(share, ours, (bin) => (sumOf(bin) === 0 ? 0 : 1 / sumOf(bin))),
    failures(failed, ours, most),
    failures(failedAlone, alone, most),
    deploys(plan.deploys, failedAlone),
    ...[load, share, failed, failedAlone].map(({ base }) => `<path class="line" d="M${LEFT} ${base}H${RIGHT}"/>`),
    ...labels(load, "calls", `up to ${whole(most)} in ½ h`),
    ...labels(share, "who answered", "share"),
    ...labels(failed, "failed", `${whole(failedSum)} with the chain`),
    ...labels(failedAlone, "failed", `${whole(aloneSum)} alone`),
    ...zoomed.map((trouble, index) => {
      const left = LEFT + index * (zoomWidth + ZOOM_GAP);
      return zoom(week, trouble, { name: `${index + 1} ${trouble.name}`, left, width: zoomWidth, top: zoomTop });
    }),
    ...(zoomed.length === 0
      ? []
      : [
          text(LEFT - 10, zoomTop + 55, "with the chain", "soft end"),
          text(LEFT - 10, zoomTop + 117, "alone", "soft end"),
        ]),
    "</svg>",
    "",
  ].join("\n");
}

const legendX = (index: number): number => LEFT + index * 100;

function legend(): string {
  const words = ["primary", "equivalent", "budget", "began again", "failed", "an event"];
  const classes = [...FATES, "event"];
  const squares = words.map(
    (word, index) =>
      `<rect x="${legendX(index)}" y="33" width="12" height="12" class="${classes[index]}"/>${text(legendX(index) + 18, 43, word)}`,
  );
  const last = legendX(words.length);
  return `${squares.join("")}<path class="mark" d="${triangle(last + 6, 35)}"/>${text(last + 18, 43, "deploy")}`;
}

function triangle(x: number, y: number): string {
  return `M${px(x)} ${px(y)}l4 8h-8z`;
}

function labels({ base, height }: Frame, name: string, detail: string): readonly string[] {
  const middle = base - height / 2;
  return [text(LEFT - 10, middle, name, "end"), text(LEFT - 10, middle + 14, detail, "soft end")];
}

function days(frame: Frame, bottom: number): string {
  return DAYS.map((name, day) => {
    const [from, to] = [day * DAY, (day + 1) * DAY];
    if (to <= frame.from || from >= frame.to) return "";
    const middle = (xOf(frame, from) + xOf(frame, to)) / 2;
    return `<path class="line" d="M${px(xOf(frame, from))} ${TOP}V${bottom}"/>${text(middle, bottom + 26, name, "soft middle")}`;
  }).join("");
}

function deploys(moments: readonly number[], frame: Frame): string {
  const marks = moments.map((at) => triangle(xOf(frame, at + (PROCESSES * DEPLOY_STEP_MS) / 2), frame.base + 3));
  return `<path class="mark" d="${marks.join("")}"/>`;
}

/** On the scale of all calls: what both sides failed is compared with that, and with each other. */
function failures(frame: Frame, bins: readonly Bin[], most: number): string {
  const scale = 52 / frame.height;
  return `<path class="failed" d="${steps(
    frame,
    bins.map(({ failed }) => (failed / most) * scale),
  )}"/>`;
}
