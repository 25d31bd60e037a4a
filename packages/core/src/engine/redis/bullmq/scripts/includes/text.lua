-- Defines `isText(id)`, whether an id is UTF-8: any other comes back from JavaScript as other bytes, and would be the id of no job.

local SEQUENCES = {
  '\240[\144-\191][\128-\191][\128-\191]', '[\241-\243][\128-\191][\128-\191][\128-\191]', '\244[\128-\143][\128-\191][\128-\191]',
  '\224[\160-\191][\128-\191]', '[\225-\236\238\239][\128-\191][\128-\191]', '\237[\128-\159][\128-\191]', '[\194-\223][\128-\191]',
}
local function isText(id)
  if not string.find(id, '[\128-\255]') then return true end
  for _, sequence in ipairs(SEQUENCES) do id = string.gsub(id, sequence, '.') end
  return not string.find(id, '[\128-\255]')
end
