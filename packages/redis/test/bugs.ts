/** Deliberate bugs of the script, by what they are: each has to be found. */
export const BUGS: Readonly<
  Record<string, { readonly search: string; readonly replace: string; readonly byKit: boolean }>
> = {
  "release-without-token": {
    search: "if not holds(r, token) then return reply('stale') end\n  if op == 'renew'",
    replace: "if op == 'renew'",
    byKit: true,
  },
  "probed-without-token": {
    search: "if not holds(r, token) then return reply('stale') end\n  if isWell",
    replace: "if isWell",
    byKit: true,
  },
  "lease-ignored": { search: "if r.lease >= now then", replace: "if false then", byKit: true },
  "lease-short": {
    search: "r.token, r.lease = token, now + leaseMs",
    replace: "r.token, r.lease = token, now + leaseMs - 20",
    byKit: false,
  },
  "bad-clears-lease": {
    search: "if r.state == 'o' then return reply('ok') end",
    replace: "if r.state == 'o' then r.token, r.lease = '-', 0; save(name, r) return reply('ok') end",
    byKit: false,
  },
  "no-deadline": { search: "if deadline > 0 and now > deadline", replace: "if false", byKit: false },
  "rows-last-for-ever": { search: "if now - r.bad >= ROW_MS then r.row = 0 end", replace: "", byKit: true },
  "answers-do-not-empty": { search: "if r.state == 'c' and r.row > 0 then", replace: "if false then", byKit: true },
  "row-of-four": {
    search: "ROW, ROW_MS, DUE_MS, SICK_MS, RESET_MS, DAY_MS, MOST = 5,",
    replace: "ROW, ROW_MS, DUE_MS, SICK_MS, RESET_MS, DAY_MS, MOST = 4,",
    byKit: true,
  },
  "cooldowns-shrink": { search: "elseif not hasGrown then", replace: "elseif false then", byKit: true },
  "hard-becomes-soft": {
    search: "c.kind, c.found, c.by = 'h', present.found, present.by",
    replace: "c.kind = 's'",
    byKit: true,
  },
  "trials-are-no-news": {
    search: "if hasGrown or kind == 'h' then news() end",
    replace: "if hasGrown then news() end",
    byKit: true,
  },
  "nobody-tried": { search: "c.class, c.by}, ' ')", replace: "c.class, '-'}, ' ')", byKit: true },
  "resets-keep-routes": { search: "drop('b ' .. ARGV[at])", replace: "", byKit: true },
  "changes-are-no-news": { search: "if isFirst or r.state == 'o' then news() end", replace: "", byKit: true },
};
