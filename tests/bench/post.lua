-- For wrk: sends the requests of the file named by its argument, each once. Each is preceded there by a line with its length.
local requests = {}
local sent, answered = 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for line in file:lines() do
    requests[#requests + 1] = file:read(tonumber(line))
  end
  file:close()
end

function request()
  sent = sent + 1
  -- Those beyond the last are on their way when the last is answered.
  return requests[math.min(sent, #requests)]
end

function response()
  answered = answered + 1
  if answered >= #requests then wrk.thread:stop() end
end
