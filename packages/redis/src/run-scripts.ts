/*
 * A run's hash has, beside what that of a log has (see scripts): `attempt` and `term` of the newest claim, and
 * `claimant`, by which a claim is known again if its reply was lost; `lease` and `ttl` in ms; `until`, when the
 * lease runs out, in ms of Redis's clock; `stop`, the reason of somebody who has asked it to stop, as JSON.
 *
 * Stream and hash expire together: after the end and its `ttl`; and if nobody writes an end, when that would
 * have been so.
 */

/**
 * A run as it is by now: ended if nobody produces it any more. KEYS: the stream, the hash. Gives the scripts
 * behind it `missing`, and the hash's fields.
 */
export const RUN = `
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local epoch, used, newest, bytes, term, attempt, ended, stop, lease, ttl, claimed =
  unpack(redis.call('HMGET', KEYS[2], 'id', 'used', 'last', 'bytes', 'term', 'attempt', 'end', 'stop', 'lease', 'ttl', 'until'))
local there = redis.call('EXISTS', KEYS[1]) == 1
local missing = not epoch or (used and not there)
lease, ttl, claimed = tonumber(lease or '0'), tonumber(ttl or '0'), tonumber(claimed or '0')
local sealed = '' -- a word if this script has ended the run, of which its readers must be told

-- Until when the run is claimed, and when it expires, if that is known already.
local function hold(moment, expires)
  claimed = moment
  redis.call('HSET', KEYS[2], 'until', string.format('%.0f', moment))
  local at = string.format('%.0f', expires or (moment + lease + ttl))
  redis.call('PEXPIREAT', KEYS[1], at)
  redis.call('PEXPIREAT', KEYS[2], at)
end

local function seal(outcome, reason, at)
  local data = '{"outcome":"' .. outcome .. '"' .. (reason and ',"reason":' .. reason or '') .. '}'
  local size = #'event: eventwire:end\\ndata: \\n\\n' + #data
  local event = cjson.encode({type = 'eventwire:end', data = data})
  local entry = redis.call('XADD', KEYS[1], '*', 'size', size, 'offset', bytes or '0', 'event', event, 'end', '', 'after', newest or '0-0')
  local frame = size + #'id: .\\n' + #epoch + #entry
  bytes = string.format('%.0f', tonumber(bytes or '0') + frame)
  newest, ended, there, used, sealed = entry, data, true, '1', 'sealed'
  redis.call('HSET', KEYS[2], 'used', '1', 'last', entry, 'bytes', bytes, 'end', data)
  hold(claimed, at + ttl)
end

if not missing and not ended and now >= claimed then
  if stop then seal('stopped', stop ~= '""' and stop, claimed)
  elseif now >= claimed + lease then seal('abandoned', nil, claimed + lease) end
  -- It may have expired since.
  missing = redis.call('EXISTS', KEYS[2]) == 0
end
`;

/**
 * ARGV: an epoch, the lease, the ttl, a term for the first claim, and the claimant. Gives the epoch, the term and
 * the attempt, which are empty if it is not given, and whether the run was sealed.
 */
export const CLAIM = `${RUN}
if missing then
  redis.call('DEL', KEYS[1], KEYS[2])
  epoch, term, attempt, ended, claimed = ARGV[1], ARGV[4], '0', false, 0
  redis.call('HSET', KEYS[2], 'id', epoch)
end
if redis.call('HGET', KEYS[2], 'claimant') == ARGV[5] then return {epoch, term, attempt, sealed} end
if ended or now < claimed then return {epoch, '', '', sealed} end
if attempt ~= '0' then term = string.format('%.0f', tonumber(term) + 1) end
attempt = string.format('%.0f', tonumber(attempt) + 1)
lease, ttl = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HSET', KEYS[2], 'term', term, 'attempt', attempt, 'lease', ARGV[2], 'ttl', ARGV[3], 'claimant', ARGV[5])
hold(now + lease)
return {epoch, term, attempt, sealed}
`;

/**
 * Gives the epoch, the newest entry, the end, the reason to stop, as JSON, and whether the run was sealed; or
 * nothing if it is missing.
 */
export const STATE = `${RUN}
if missing then return {''} end
return {epoch, newest or '0-0', ended or '', stop or '', sealed}
`;

/**
 * ARGV: the term, and a word if the run is given up rather than kept. Gives the epoch, `FENCED`, `ENDED` or
 * nothing, and whether the run was sealed.
 */
export const RENEW = `${RUN}
if missing or term ~= ARGV[1] then return {epoch or '', 'FENCED', sealed} end
if ended then return {epoch, 'ENDED', sealed} end
if ARGV[2] ~= '' then hold(math.min(claimed, now)) else hold(now + lease) end
return {epoch, '', sealed}
`;

/** ARGV: the reason, as JSON. Gives 1 if the run was running. */
export const STOP = `${RUN}
if missing or ended then return 0 end
if not stop then
  stop = ARGV[1]
  redis.call('HSET', KEYS[2], 'stop', stop)
end
if now >= claimed then seal('stopped', stop ~= '""' and stop, now) end
return 1
`;
