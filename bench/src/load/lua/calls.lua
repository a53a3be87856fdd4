-- Each request is the file's next line: method, path, token, If-Match and body, divided by tabs. A
-- file that is to be used once ends the requests that can succeed; another begins again. Each has an
-- Idempotency-Key of its own: the second argument, which keeps runs apart, and a counter.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local calls = {}
local at = 0
local run

function init(args)
  run = args[2]
  for line in io.lines(args[1]) do
    local method, path, token, version, body = line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
    local headers = { Authorization = "Bearer " .. token }
    if version ~= "" then headers["If-Match"] = version end
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    calls[#calls + 1] = { method = method, path = path, headers = headers, body = body }
  end
end

function request()
  local call = calls[at % #calls + 1]
  at = at + 1
  if call.method == "POST" then
    call.headers["Idempotency-Key"] = string.format("%s-%010d", run, at)
  end
  return wrk.format(call.method, call.path, call.headers, call.body)
end
