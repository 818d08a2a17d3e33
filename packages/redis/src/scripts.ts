import { RUN } from './run-scripts';

/*
 * These scripts run within Redis, since they decide things that must hold at one moment. KEYS: the stream,
 * the epoch. ARGV[1]: an epoch for the case that a new one is needed.
 *
 * The epoch is a hash: `id`; `used` once the stream has been seen; `last`, the newest entry that a log has
 * added; `bytes`, of all frames until then; `term`, the highest of a publisher; `end`, as JSON, once the log is
 * sealed. A stream that was there and is gone has taken its events with it,
 * so that its ids must not be mistaken for those of the next one.
 */
const EPOCH = `
local epoch, used, newest, bytes = unpack(redis.call('HMGET', KEYS[2], 'id', 'used', 'last', 'bytes'))
local there = redis.call('EXISTS', KEYS[1]) == 1
if not epoch or (used and not there) then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'id', ARGV[1])
  epoch, used, newest, bytes = ARGV[1], false, false, false
end
if there and not used then redis.call('HSET', KEYS[2], 'used', '1') end
`;

/** The same for the hash of a run, which knows more: see run-scripts. */
const MISSING = `
if missing then return {'', 'MISSING'} end
`;

/** Entries in an order that Redis can compare as texts, and back. */
const PLACES = `
local function toPlace(entry)
  local time, count = string.match(entry, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #time) .. time .. '-' .. string.rep('0', 20 - #count) .. count
end
local function toEntry(place)
  local time, count = string.match(place, '^0*(%d+)-0*(%d+)$')
  return time .. '-' .. count
end
`;

/**
 * Adds an event once, however often it is told to: a client of Redis sends a command again where the answer
 * was lost.
 *
 * KEYS[3]: what this writer has under way, as a sorted set of ids by the writer's own numbers; KEYS[4]: where
 * LOCATE looks; KEYS[5]: the same in the order of entries, as a list; KEYS[6], if there is one: the id of the
 * event with the publisher's own key, whichever writer it has told. ARGV: 2 the events to keep, 3 the number, 4
 * the lowest number that the writer still waits for, 5 and 6 the ms for which to remember the one and the
 * other, 7 the bytes of the event's block, 8 those of the prefix of ids, 9 the id that its publisher chose, or
 * nothing, 10 the publisher's term, or nothing, 11 the end that seals the log, or nothing, then the fields. Gives
 * the epoch, the id, and the one that its publisher chose, or nothing; no id for a number that the writer no
 * longer waits for, whose command was on the way for too long; and `FENCED` or `ENDED` instead of an id.
 *
 * The field `after` names the entry before: where that one has been removed, PAGE can tell by it that no
 * other has. `size` is the bytes of the block, and `offset` those of all frames before.
 */
const append = (prelude: string, check: string, after: string) => `${prelude}${PLACES}
-- LOCATE's entries go after those that were removed: a few more each time than are added.
local function addWireId(entry)
  local first = toPlace(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1])
  for _ = 1, 200 do
    local oldest = redis.call('LINDEX', KEYS[5], 0)
    if not oldest or string.sub(oldest, 1, #first) >= first then break end
    redis.call('LPOP', KEYS[5])
    redis.call('ZREM', KEYS[4], string.sub(oldest, #first + 1) .. '\\0' .. string.sub(oldest, 1, #first))
  end
  local place = toPlace(entry)
  redis.call('ZADD', KEYS[4], 0, ARGV[9] .. '\\0' .. place)
  redis.call('RPUSH', KEYS[5], place .. ARGV[9])
end
local number, waiting = tonumber(ARGV[3]), tonumber(ARGV[4])
local floor = -tonumber(redis.call('ZSCORE', KEYS[3], 'floor') or '0')
if number < floor then return {epoch} end
${check}
local id = redis.call('ZRANGEBYSCORE', KEYS[3], number, number)[1]
local wireId = ARGV[9]
if not id and KEYS[6] then
  local known = redis.call('GET', KEYS[6])
  -- An event of another epoch has gone with its stream.
  if known and string.sub(known, 1, #epoch + 1) == epoch .. '.' then
    id, wireId = string.match(known, '^(%S+) ?(.*)$')
  end
end
if not id and ended then return {epoch, 'ENDED'} end
if not id then
  local fields = {'size', ARGV[7], 'offset', bytes or '0', unpack(ARGV, 12)}
  if not there then newest = '0-0' end
  if newest then
    fields[#fields + 1] = 'after'
    fields[#fields + 1] = newest
  end
  local entry = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(fields))
  local idBytes = ARGV[9] ~= '' and #ARGV[9] or #'.' + tonumber(ARGV[8]) + #epoch + #entry
  local frame = tonumber(ARGV[7]) + #'id: \\n' + idBytes
  redis.call('HSET', KEYS[2], 'used', '1', 'last', entry, 'bytes', string.format('%.0f', tonumber(bytes or '0') + frame))
  if ARGV[10] ~= '' then redis.call('HSET', KEYS[2], 'term', ARGV[10]) end
  if ARGV[11] ~= '' then redis.call('HSET', KEYS[2], 'end', ARGV[11]) end
  id = epoch .. '.' .. entry
  if KEYS[6] then redis.call('SET', KEYS[6], id .. ' ' .. wireId, 'PX', ARGV[6]) end
  if ARGV[9] ~= '' then addWireId(entry) end
  redis.call('ZADD', KEYS[3], number, id)
end
if waiting > floor then
  redis.call('ZADD', KEYS[3], -waiting, 'floor')
  redis.call('ZREMRANGEBYSCORE', KEYS[3], 1, waiting - 1)
end
redis.call('PEXPIRE', KEYS[3], ARGV[5])
${after}
return {epoch, id, wireId}
`;

/** Publishers of a lower term than the log has seen are shut out. */
export const APPEND = append(
  EPOCH,
  `
local term, ended = unpack(redis.call('HMGET', KEYS[2], 'term', 'end'))
if ARGV[10] ~= '' and term and tonumber(term) > tonumber(ARGV[10]) then return {epoch, 'FENCED'} end`,
  '',
);

/** Only the producer of the newest claim may add, and with that it keeps its claim. */
export const RUN_APPEND = append(
  `${RUN}
if missing then return {'', ARGV[10] == '' and 'MISSING' or 'FENCED'} end`,
  `
if ARGV[10] ~= '' and ARGV[10] ~= term then return {epoch, 'FENCED'} end`,
  'hold(now + lease, ARGV[11] ~= "" and now + ttl)',
);

/** The newest entry: the epoch and its id in the stream, whether it is still there or not. */
const head = (prelude: string) => `${prelude}
if not there then return {epoch, '0-0'} end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then return {epoch, info[i + 1]} end
end
`;
export const HEAD = head(EPOCH);
export const RUN_HEAD = head(`${RUN}${MISSING}`);

/**
 * The oldest entry held that has an id which its publisher chose. KEYS[3]: a sorted set of texts, all with the
 * same score: the id, NUL, and the entry. ARGV[2]: the id. Gives the epoch and the entry, if there is one.
 *
 * Entries that were removed are still in the set for a while. Behind more of them than this looks at, the
 * event is not found, and its client gets a gap.
 */
const locate = (prelude: string) => `${prelude}${PLACES}
local wireId = ARGV[2]
local found = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. wireId .. '\\0', '(' .. wireId .. '\\1', 'LIMIT', 0, 200)
for _, text in ipairs(found) do
  local entry = toEntry(string.sub(text, #wireId + 2))
  local held = redis.call('XRANGE', KEYS[1], entry, entry)[1]
  -- An entry of the same moment in a stream that was there before has gone.
  for i = 1, held and #held[2] or 0, 2 do
    if held[2][i] == 'wire' and held[2][i + 1] == wireId then return {epoch, entry} end
  end
end
return {epoch}
`;
export const LOCATE = locate(EPOCH);
export const RUN_LOCATE = locate(`${RUN}${MISSING}`);

/**
 * The entries behind a place. If events are missing behind the place, what there is behind it: nothing, if
 * the newest have been lost, as by a failover to a replica that lagged. For a place of another epoch, all
 * that there is. ARGV: 2 the place's epoch, or `*` for the place before the first event, 3 its entry, 4 `before` if it is the place just before that
 * entry, 5 how many, 6 how many bytes of frames; 7 how many bytes of the newest frames for a place of another
 * epoch, empty for all; 8 the bytes of the prefix of ids. Gives the epoch, the newest entry, 1 for a gap, the
 * entries as JSON, and the end, if the log is sealed.
 *
 * Read in small steps, since Redis does nothing else meanwhile, and makes up each step whole before its size
 * can be seen.
 */
const page = (prelude: string) => `${prelude}
local last, length, added = '0-0', 0, 0
if there then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
    if info[i] == 'length' then length = info[i + 1] end
    if info[i] == 'entries-added' then added = info[i + 1] end
  end
end

local function field(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then return entry[2][i + 1] end
  end
end

-- Of an entry: the bytes of its frame, those of its block and of the line with its id, and without the fields that
-- are for this script alone. Others' entries do not say how large their block is.
local function readEntry(entry)
  local fields, rest, block, wireId = entry[2], {}, nil, nil
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'size' then block = string.match(value, '^%d+$') end
    if name == 'wire' then wireId = value end
    if name ~= 'size' and name ~= 'offset' and name ~= 'after' then
      rest[#rest + 1] = name
      rest[#rest + 1] = value
    end
  end
  if not block then
    local sum = 0
    for i = 1, #fields do sum = sum + #fields[i] end
    return sum, {entry[1], rest}
  end
  local idBytes = wireId and #wireId or #'.' + tonumber(ARGV[8]) + #epoch + #entry[1]
  return tonumber(block) + #'id: \\n' + idBytes, {entry[1], rest}
end

-- Gives the entries, and what the first has as its field after.
local function range(from)
  local limit, room = tonumber(ARGV[5]), tonumber(ARGV[6])
  local found, after, largest, step = {}, nil, 1, 1
  while #found < limit do
    local count = math.min(step, limit - #found)
    local some = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', count)
    for _, entry in ipairs(some) do
      local bytes, read = readEntry(entry)
      room, largest = room - bytes, math.max(largest, bytes)
      if room < 0 and #found > 0 then return found, after end
      if #found == 0 then after = field(entry, 'after') end
      found[#found + 1] = read
    end
    if #some < count or room <= 0 then return found, after end
    from = '(' .. found[#found][1]
    step = math.max(1, math.min(64, 2 * step, math.floor(room / largest)))
  end
  return found, after
end

-- One text, which a client reads in a fraction of the time that it takes for thousands of small ones.
local function toText(found)
  return #found == 0 and '[]' or cjson.encode(found)
end

-- Where the newest entries begin that are no more than so many bytes together. What lies before an entry only
-- grows, so that it is found by halves: first the millisecond, then the entry in the one before. Others'
-- entries count as older.
local function newestOf(room)
  local enough = tonumber(bytes or '0') - room
  local function isAmong(entry)
    local offset = string.match(field(entry, 'offset') or '', '^%d+$')
    return offset and tonumber(offset) >= enough
  end
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if not first then return '-' end
  local low, high = tonumber(string.match(first[1], '^%d+')), tonumber(string.match(last, '^%d+')) + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = redis.call('XRANGE', KEYS[1], string.format('%.0f', middle), '+', 'COUNT', 1)[1]
    if entry and not isAmong(entry) then low = middle + 1 else high = middle end
  end
  local before = string.format('%.0f', high - 1)
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], before, before, 'COUNT', 100)) do
    if isAmong(entry) then return entry[1] end
  end
  return string.format('%.0f', high)
end

local sealed = redis.call('HGET', KEYS[2], 'end')
if ARGV[2] ~= epoch and ARGV[2] ~= '*' then
  local found = range(ARGV[7] == '' and '-' or newestOf(tonumber(ARGV[7])))
  return {epoch, last, 1, toText(found), sealed}
end

local place, before = ARGV[3], ARGV[4] == 'before'
local held = redis.call('XRANGE', KEYS[1], place, place)[1]
local found, after = range(before and place or '(' .. place)
if held then return {epoch, last, 0, toText(found), sealed} end
-- Nothing has been removed behind a place if nothing was ever there, if nothing ever was removed, or if the
-- next entry says so.
local whole = not before and (
  place == last or (place == '0-0' and added == length) or after == place
)
return {epoch, last, whole and 0 or 1, toText(found), sealed}
`;
export const PAGE = page(EPOCH);
export const RUN_PAGE = page(`${RUN}${MISSING}`);
