-- Take what was spent from buckets that all processes share; how many milliseconds each is shut.
-- KEYS: the buckets; ARGV: for each what was spent, tokens a second, tokens at most.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local shut = {}
for n, key in ipairs(KEYS) do
  local spent = tonumber(ARGV[3 * n - 2])
  local rate = tonumber(ARGV[3 * n - 1])
  local burst = tonumber(ARGV[3 * n])
  local held = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = tonumber(held[1]) or burst
  local passed = math.max(0, now - (tonumber(held[2]) or now))
  tokens = math.min(burst, tokens + passed * rate / 1000) - spent
  redis.call('HSET', key, 'tokens', tostring(tokens), 'at', tostring(now))
  redis.call('PEXPIRE', key, math.ceil((burst - tokens) * 1000 / rate) + 1000)
  shut[n] = tokens >= 1 and 0 or math.ceil((1 - tokens) * 1000 / rate)
end
return shut
