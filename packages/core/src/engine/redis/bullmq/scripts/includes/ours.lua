-- Defines `isOurs(options)`: whether a producer of Acktor sent the job that has these stored options, and they have no retention of its own.

local function isOurs(options)
  return options and string.find(options, CONST.sentByAcktor, 1, true) and not string.find(options, '"removeOnComplete"', 1, true)
end
