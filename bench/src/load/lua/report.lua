-- What every script has: the figures as one line of JSON, which is the last that wrk prints.
local threads = {}

function first_line(file)
  return io.lines(file)()
end

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local failed = summary.errors
  local wrong = failed.status
  local counted = threads[1]:get("unexpected")
  if counted ~= nil then wrong = counted end
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"errors":%d,"p50Ms":%.3f,"p99Ms":%.3f}\n',
    summary.requests,
    summary.duration / 1e6,
    failed.connect + failed.read + failed.write + failed.timeout + wrong,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3
  ))
end
