-- Health of a KServe LLMInferenceService, from servewright, for an Argo CD that has none of its own (it came in
-- September 2026). Without one, a model counts as healthy as soon as it is applied.
local hs = { status = "Progressing", message = "waiting for KServe to look at it" }
if obj.status == nil or obj.status.conditions == nil then
  return hs
end
if obj.status.observedGeneration ~= nil and obj.metadata.generation ~= nil
    and obj.status.observedGeneration < obj.metadata.generation then
  hs.message = "waiting for KServe to look at the change"
  return hs
end

local conditions = {}
for _, condition in ipairs(obj.status.conditions) do
  conditions[condition.type] = condition
end

local function said(condition)
  local text = condition.reason or ""
  if condition.message ~= nil and condition.message ~= "" then
    text = text .. (text ~= "" and ": " or "") .. condition.message
  end
  return text
end

local ready = conditions["Ready"]
if ready ~= nil and ready.status == "False" and ready.reason == "Stopped" then
  hs.status = "Suspended"
  hs.message = "the model is stopped"
  return hs
end

-- Marked as mere information, but with it the controller stops: Ready keeps what it was before.
local presets = conditions["PresetsCombined"]
if presets ~= nil and presets.status == "False" and presets.reason ~= "Stopped" then
  hs.status = "Degraded"
  hs.message = said(presets)
  return hs
end
local router = conditions["RouterReady"]
if router ~= nil and router.status == "False" and router.reason == "RefsInvalid" then
  hs.status = "Degraded"
  hs.message = said(router)
  return hs
end

if ready == nil then
  return hs
end
if ready.status == "True" then
  hs.status = "Healthy"
  hs.message = "the model is served"
  return hs
end
hs.message = said(ready)
if hs.message == "" then
  hs.message = "the model is being started"
end
return hs
