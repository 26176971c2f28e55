/**
 * Both operations on the hash of one answer, sent whole with every command as that of the health store is. Fields: a number
 * for each message, `n` how many there are, `a` when the writer was last alive, `r` when somebody last read, `o` over, `s` stop.
 *
 * `append`: keepMs, from, isLast, messages… -> how many there are, milliseconds unread or -1, stop
 * `read`: after, most -> how many there are or -1, over, milliseconds since the writer was alive, messages…
 */
export const ANSWERS_SCRIPT: string = `
local key, op = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function int(value) return string.format('%.0f', value) end
if op == 'append' then
  local from, n = tonumber(ARGV[3]), tonumber(redis.call('HGET', key, 'n') or 0)
  if from <= n then
    for i = 5, #ARGV do
      local at = from + i - 4
      if at > n then
        redis.call('HSET', key, int(at), ARGV[i])
        n = at
      end
    end
    if ARGV[4] == '1' then redis.call('HSET', key, 'o', '1') end
  end
  redis.call('HSET', key, 'n', int(n), 'a', int(now))
  redis.call('PEXPIRE', key, ARGV[2])
  local r, s = unpack(redis.call('HMGET', key, 'r', 's'))
  return {n, r and now - tonumber(r) or -1, s and 1 or 0}
end
local head = redis.call('HMGET', key, 'n', 'o', 'a')
if not head[1] then return {-1, 0, 0} end
redis.call('HSET', key, 'r', int(now))
local n, after = tonumber(head[1]), tonumber(ARGV[2])
local last = math.min(n, after + tonumber(ARGV[3]))
local reply = {n, head[2] and last == n and 1 or 0, now - tonumber(head[3])}
for at = after + 1, last do reply[#reply + 1] = redis.call('HGET', key, int(at)) end
return reply
`;
