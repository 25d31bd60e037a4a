-- Defines `told`, the job fields out of `fields` without the count and the id, and `isPlain`, whether the job is a complete plain one.
-- Joined by the separator they make one text, which costs both ends much less than twenty; each byte of it counts, because Lua hashes them
-- all. A section without a function of its own. Expects `placeOf`.

local told, hasFamily = INLINE.noFields(), false
for i = 1, #fields, 2 do
  local place = placeOf[fields[i]]
  if place == 0 then hasFamily = true
  elseif place then told[place] = fields[i + 1] end
end
local isPlain = told[placeOf.name] ~= '\0' and not hasFamily
