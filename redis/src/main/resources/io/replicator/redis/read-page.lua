-- Reads a page of keys in one atomic step.
-- KEYS: the keys; behind them the version key if ARGV[3] is 1.
-- ARGV: maxBytes, maxValueBytes, has a version key, has PEXPIRETIME, has HPEXPIRETIME, number of
-- the database, strings are expected (a wrong guess costs an error each, nothing else).
-- Reply: for each key two elements, its expiry (Unix ms, -1 none, -2 absent, -3 skipped) and its
-- value: a string; an integer = bytes of a value too large; or {type, content, extra ...}.
-- Behind them the version, if asked for.
local call, try = redis.call, redis.pcall
local maxBytes, maxValue = tonumber(ARGV[1]), tonumber(ARGV[2])
local versioned, expireTime, fieldExpiry = ARGV[3] == '1', ARGV[4] == '1', ARGV[5] == '1'
local strings = ARGV[7] == '1'
local count = versioned and #KEYS - 1 or #KEYS

-- Calls cost most here: where the database has no expiry at all, no key is asked for its own.
local someExpire = true
local keyspace = try('INFO', 'keyspace')
if type(keyspace) == 'string' then
  local line = string.match(keyspace, 'db' .. ARGV[6] .. ':([^\r\n]*)') or 'expires=0'
  someExpire = string.match(line, 'expires=(%d+)') ~= '0'
  fieldExpiry = fieldExpiry and string.match(line, 'subexpiry=(%d+)') ~= '0'
end

local expiry
if expireTime then
  expiry = function(key) return call('PEXPIRETIME', key) end
else
  -- What is left and the time are asked for within one millisecond: then their sum is exact.
  local function now()
    local time = call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
  expiry = function(key)
    local before, left
    for _ = 1, 20 do
      before = now()
      left = call('PTTL', key)
      if left < 0 or now() == before then
        break
      end
    end
    return left < 0 and left or before + left
  end
end

local function usage(key, elements)
  local bytes = try('MEMORY', 'USAGE', key, 'SAMPLES', elements <= 1000 and 0 or 5)
  return type(bytes) == 'number' and bytes or elements * 64
end

local function fieldExpiries(key, fields)
  local times, any = {}, false
  for from = 1, #fields, 1000 do
    local names = {}
    for i = from, math.min(from + 998, #fields), 2 do
      names[#names + 1] = fields[i]
    end
    for _, at in ipairs(call('HPEXPIRETIME', key, 'FIELDS', #names, unpack(names))) do
      times[#times + 1] = at
      any = any or at >= 0
    end
  end
  return any and times or {}
end

local function streamEnd(key)
  local info, found = call('XINFO', 'STREAM', key), {}
  for i = 1, #info, 2 do
    found[info[i]] = info[i + 1]
  end
  return found['last-generated-id'], found['entries-added'] or -1,
    found['max-deleted-entry-id'] or '0-0'
end

local readers = {
  hash = function(key)
    local fields = call('HGETALL', key)
    return {'hash', fields, fieldExpiry and fieldExpiries(key, fields) or {}}
  end,
  list = function(key) return {'list', call('LRANGE', key, 0, -1)} end,
  set = function(key) return {'set', call('SMEMBERS', key)} end,
  zset = function(key) return {'zset', call('ZRANGE', key, 0, -1, 'WITHSCORES')} end,
  stream = function(key) return {'stream', call('XRANGE', key, '-', '+'), streamEnd(key)} end,
}
local lengths = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}

local function compound(key, kind)
  local length = lengths[kind]
  local bytes = usage(key, length and call(length, key) or 1)
  if bytes > maxValue then
    return bytes, 0
  end
  local reader = readers[kind]
  if reader then
    return reader(key), bytes
  end
  return {kind, call('DUMP', key)}, bytes
end

local reply, total = {}, 0

local function stringOf(key)
  local value = strings and try('GETRANGE', key, '0', ARGV[2])
  if type(value) == 'string' then
    return value, value == '' and call('EXISTS', key) == 0 and 'none' or 'string'
  end
  local kind = call('TYPE', key).ok
  return kind == 'string' and call('GETRANGE', key, '0', ARGV[2]), kind
end

for i = 1, count do
  local key, at, value = KEYS[i], -3, 0
  if total < maxBytes then
    at = someExpire and expiry(key) or -1
    if at ~= -2 then
      local kind, bytes
      value, kind = stringOf(key)
      if kind == 'none' then
        at, value = -2, 0
      elseif kind ~= 'string' then
        value, bytes = compound(key, kind)
        total = total + bytes
      elseif #value > maxValue then
        value = call('STRLEN', key)
      else
        total = total + #value
      end
    end
  end
  reply[2 * i - 1] = at
  reply[2 * i] = value
end
if versioned then
  reply[2 * count + 1] = call('GET', KEYS[count + 1])
end
return reply
