-- Each request uploads 64 KiB with the first token of the file.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

function init(args)
  wrk.method = "POST"
  wrk.body = string.rep("x", 65536)
  wrk.headers["Content-Type"] = "application/octet-stream"
  wrk.headers["Authorization"] = "Bearer " .. first_line(args[1])
end
