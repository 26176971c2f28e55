/** What a picture is made of. */
import { FATES, type Bin } from "./bins.ts";
import type { Span } from "./plan.ts";

/** A place on paper in which something is drawn over a span of time. */
export interface Frame extends Span {
  readonly left: number;
  readonly right: number;
  /** Where its bars stand, and how high the highest may be. */
  readonly base: number;
  readonly height: number;
}

export const px = (value: number): string => String(Math.round(value * 10) / 10);
export const xOf = ({ left, right, from, to }: Frame, at: number): number =>
  left + ((right - left) * (Math.min(Math.max(at, from), to) - from)) / (to - from);

export function text(x: number, y: number, words: string, className = ""): string {
  return `<text x="${px(x)}" y="${px(y)}" class="${className}">${words}</text>`;
}

export function band(frame: Frame, { from, to }: Span, top: number, bottom: number): string {
  const x = xOf(frame, from);
  return `<rect x="${px(x)}" y="${px(top)}" width="${px(Math.max(2, xOf(frame, to) - x))}" height="${px(bottom - top)}" class="event"/>`;
}

/** The outline of bars, each as high as its share of the frame; `below`: the layers that it stands on. */
export function steps(
  { left, right, base, height }: Frame,
  shares: readonly number[],
  below: readonly number[] = [],
): string {
  const width = (right - left) / shares.length;
  return shares
    .map((share, index) => {
      if (share === 0) return "";
      const foot = base - (below[index] ?? 0) * height;
      return `M${px(left + index * width)} ${px(foot)}v${px(-share * height)}h${px(width)}v${px(share * height)}z`;
    })
    .join("");
}

export function stack(frame: Frame, bins: readonly Bin[], scaleOf: (bin: Bin) => number): string {
  let below = bins.map(() => 0);
  return FATES.map((layer) => {
    const shares = bins.map((bin) => bin[layer] * scaleOf(bin));
    const path = `<path class="${layer}" d="${steps(frame, shares, below)}"/>`;
    below = below.map((share, index) => share + (shares[index] ?? 0));
    return path;
  }).join("");
}
