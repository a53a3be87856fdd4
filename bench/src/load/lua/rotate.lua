-- The requests carry the file's tokens in turn. They are written out ahead: the client must cost
-- less than what it measures.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local requests = {}
local at = 0

function init(args)
  for token in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format(nil, nil, { Authorization = "Bearer " .. token })
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
