/**
 * All operations, each on one key, so that each is atomic and stays in one slot. Sent whole with every command (`EVAL`):
 * a server that was restarted, or another that took over, needs no preparation.
 *
 * Absolute times are the server's own, and stay here; replies hold durations. A command that arrives after its deadline
 * does nothing: whoever sent it to a server that stood still has gone on without it. Whoever failed the last probe lets others
 * go first (SICK_MS): its own network may be what is broken.
 *
 * The hash: `i` when it was made, `v` changes that are news, `b <route>`, `c <scope>` cooldowns, `x <scope>` isolation,
 * `r <v>` resets of the last minutes.
 */
export const SCRIPT: string = `
local key, op, deadline, me = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local ROW, ROW_MS, DUE_MS, SICK_MS, RESET_MS, DAY_MS, MOST = 5, 60000, 50, 2000, 300000, 86400000, 2000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if deadline > 0 and now > deadline then return {'late', now, '', 0} end

local head = redis.call('HMGET', key, 'i', 'v')
local made, version = head[1] or '', tonumber(head[2] or 0)
local function int(value) return string.format('%.0f', value) end
local function reply(status, ...) return {status, now, made, version, ...} end
local function keep(ms)
  if redis.call('PTTL', key) < ms + DAY_MS - 60000 then redis.call('PEXPIRE', key, int(ms + DAY_MS)) end
end
local function begin()
  if made == '' then
    made = int(now)
    redis.call('HSET', key, 'i', made, 'v', 0)
    keep(0)
  end
end
local function news()
  begin()
  version = redis.call('HINCRBY', key, 'v', 1)
end
local function put(field, value, ms)
  if redis.call('HEXISTS', key, field) == 0 and redis.call('HLEN', key) >= MOST + 2 then return false end
  begin()
  redis.call('HSET', key, field, value)
  keep(ms)
  return true
end
local function drop(field) redis.call('HDEL', key, field) end

local function parse(raw)
  local r = {state = 'c', till = 0, token = '-', lease = 0, row = 0, bad = 0, since = 0, prober = '-'}
  if not raw then return r end
  local state, till, token, lease, row, bad, since, prober =
    string.match(raw, '^(%a) (%d+) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)$')
  if not state then return r end
  return {state = state, till = tonumber(till), token = token, lease = tonumber(lease), row = tonumber(row),
    bad = tonumber(bad), since = tonumber(since), prober = prober}
end
local function route(name) return parse(redis.call('HGET', key, 'b ' .. name)) end
local function save(name, r)
  return put('b ' .. name, table.concat({r.state, int(r.till), r.token, int(r.lease), int(r.row), int(r.bad),
    int(r.since), r.prober}, ' '), math.max(0, r.till - now))
end
local function holds(r, token) return r.state == 'o' and r.token == token and r.lease >= now end

if op == 'bad' then
  local name, weight, openMs = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
  local r = route(name)
  if r.state == 'o' then return reply('ok') end
  if now - r.bad >= ROW_MS then r.row = 0 end
  local isFirst = r.row == 0
  r.row = r.row + weight
  r.bad = now
  if isFirst then r.since = now end
  if r.row >= ROW then
    r.state, r.till, r.row, r.token, r.lease, r.prober = 'o', now + openMs, 0, '-', 0, '-'
  end
  if not save(name, r) then return reply('full') end
  if isFirst or r.state == 'o' then news() end
  return reply('ok')
end

if op == 'ok' then
  local name = ARGV[4]
  local r = route(name)
  if r.state == 'c' and r.row > 0 then
    drop('b ' .. name)
    news()
  end
  return reply('ok')
end

if op == 'acquire' then
  local name, token, leaseMs = ARGV[4], ARGV[5], tonumber(ARGV[6])
  local r = route(name)
  if r.state ~= 'o' then return reply('free') end
  if r.till - DUE_MS > now then return reply('denied', r.till - now) end
  if r.lease >= now then return reply('denied', r.lease - now + 1) end
  if r.prober == me and now < r.till + SICK_MS then return reply('denied', r.till + SICK_MS - now) end
  r.token, r.lease = token, now + leaseMs
  save(name, r)
  return reply('ok')
end

if op == 'renew' or op == 'release' then
  local name, token = ARGV[4], ARGV[5]
  local r = route(name)
  if not holds(r, token) then return reply('stale') end
  if op == 'renew' then r.lease = now + tonumber(ARGV[6]) else r.token, r.lease = '-', 0 end
  save(name, r)
  return reply('ok')
end

if op == 'probed' then
  local name, token, isWell, openMs = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
  local r = route(name)
  if not holds(r, token) then return reply('stale') end
  if isWell == '1' then
    drop('b ' .. name)
  else
    r.till, r.token, r.lease, r.prober = now + openMs, '-', 0, me
    save(name, r)
  end
  news()
  return reply('ok')
end

local function cooldown(raw)
  local till, kind, found, class, by = string.match(raw or '', '^(%d+) (%a) (%d+) (%S+) (%S+)$')
  if not till or tonumber(till) <= now then return nil end
  return {till = tonumber(till), kind = kind, found = tonumber(found), class = class, by = by}
end

if op == 'cool' then
  local scope, forMs, kind, class, by = ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
  local field = 'c ' .. scope
  local present = cooldown(redis.call('HGET', key, field))
  local c = {till = now + forMs, kind = kind, found = now, class = class, by = by}
  local hasGrown = not present or present.till < c.till
  if present and present.kind == 'h' then
    c.till = math.max(c.till, present.till)
    c.class = present.class
    if kind ~= 'h' then c.kind, c.found, c.by = 'h', present.found, present.by end
  elseif not hasGrown then
    return reply('ok')
  end
  local value = table.concat({int(c.till), c.kind, int(c.found), c.class, c.by}, ' ')
  if not put(field, value, c.till - now) then return reply('full') end
  if hasGrown or kind == 'h' then news() end
  return reply('ok')
end

if op == 'isolate' then
  local scope, forMs = ARGV[4], tonumber(ARGV[5])
  if not put('x ' .. scope, int(now + forMs), forMs) then return reply('full') end
  news()
  return reply('ok')
end

if op == 'reset' then
  local what, scopes = ARGV[4], tonumber(ARGV[5])
  for at = 6, #ARGV do
    if at < 6 + scopes then
      drop('c ' .. ARGV[at])
      drop('x ' .. ARGV[at])
    else
      drop('b ' .. ARGV[at])
    end
  end
  news()
  if not put('r ' .. int(version), int(now) .. ' ' .. what, 0) then return reply('full') end
  return reply('ok')
end

if op == 'snapshot' then
  local all = redis.call('HGETALL', key)
  local list = {}
  local function add(...) list[#list + 1] = {...} end
  for at = 1, #all, 2 do
    local field, value = all[at], all[at + 1]
    local kind, name = string.sub(field, 1, 1), string.sub(field, 3)
    local isOver = false
    if kind == 'b' then
      local r = parse(value)
      if r.state == 'o' then
        add('open', name, int(r.till), math.max(0, r.till - now))
      elseif r.row > 0 and now - r.bad < ROW_MS then
        add('suspected', name, int(r.since))
      else
        isOver = true
      end
    elseif kind == 'c' then
      local c = cooldown(value)
      if c then add('cooldown', name, value, c.till - now, c.kind, c.class, now - c.found, c.by) else isOver = true end
    elseif kind == 'x' then
      local till = tonumber(value)
      if till > now then add('isolated', name, int(till), till - now) else isOver = true end
    elseif kind == 'r' then
      local at, what = string.match(value, '^(%d+) (.*)$')
      if at and now - tonumber(at) < RESET_MS then add('reset', what, name) else isOver = true end
    end
    if isOver then drop(field) end
  end
  return reply('ok', list)
end

return redis.error_reply('ERR unknown operation')
`.trim();
