-- Each request carries a token that was never seen: the file's first one with six characters of its
-- signature replaced by a counter. The second argument keeps runs apart.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local before, after
local counter

function init(args)
  counter = tonumber(args[2])
  local head, signature = first_line(args[1]):match("^(.*%.)([^.]*)$")
  local token = head .. signature:sub(1, 4) .. "~~~~~~" .. signature:sub(11)
  local whole = wrk.format(nil, nil, { Authorization = "Bearer " .. token })
  before, after = whole:match("^(.*)~~~~~~(.*)$")
end

local function digit(place)
  local value = math.floor(counter / place) % 64
  return digits:sub(value + 1, value + 1)
end

function request()
  counter = counter + 1
  return before .. digit(1) .. digit(64) .. digit(4096) .. digit(262144)
    .. digit(16777216) .. digit(1073741824) .. after
end

-- wrk counts what is 400 or more; here everything must be a 401.
unexpected = 0
function response(status)
  if status ~= 401 then unexpected = unexpected + 1 end
end
