-- Each request asks for a token: the first line of the file are the credentials, the second the form.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

function init(args)
  local lines = io.lines(args[1])
  wrk.method = "POST"
  wrk.headers["Authorization"] = lines()
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.body = lines()
end
