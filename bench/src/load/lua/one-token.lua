-- Every request carries the first token of the file.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

function init(args)
  wrk.headers["Authorization"] = "Bearer " .. first_line(args[1])
end
