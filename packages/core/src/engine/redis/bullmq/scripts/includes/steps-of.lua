-- Defines `stepsOf(key)`, which returns name and stored text of each step of the job at the key, one after the other.

local function stepsOf(key)
  local fields, steps = redis.call('HGETALL', key), {}
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 5) == 'step:' then
      steps[#steps + 1] = string.sub(fields[i], 6)
      steps[#steps + 1] = fields[i + 1]
    end
  end
  return steps
end
