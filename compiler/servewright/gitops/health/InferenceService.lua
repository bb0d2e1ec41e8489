-- Health of a KServe InferenceService, from servewright, in place of the one that Argo CD brings. That one becomes
-- Degraded by the model's own state only, and Progressing by any condition that is False, also by what is mere
-- information: with LatestDeploymentReady False for AuthProxyPreserved, for good.
-- status.observedGeneration is not looked at: it is the Deployment's (kserve/kserve#6081).
local hs = { status = "Progressing", message = "waiting for KServe to look at it" }
if obj.status == nil or obj.status.conditions == nil then
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

local stopped = conditions["Stopped"]
if stopped ~= nil and stopped.status == "True" then
  hs.status = "Suspended"
  hs.message = "the model is stopped"
  return hs
end

local model = obj.status.modelStatus or {}
if model.transitionStatus == "BlockedByFailedLoad" or model.transitionStatus == "InvalidSpec" then
  hs.status = "Degraded"
  hs.message = model.transitionStatus
  if model.lastFailureInfo ~= nil and said(model.lastFailureInfo) ~= "" then
    hs.message = hs.message .. ": " .. said(model.lastFailureInfo)
  end
  return hs
end

local ready = conditions["Ready"]
if ready == nil then
  return hs
end
if ready.status == "True" and model.transitionStatus ~= "InProgress" then
  hs.status = "Healthy"
  hs.message = "the model is served"
  return hs
end
hs.message = "the model is being loaded"
if ready.status ~= "True" and said(ready) ~= "" then
  hs.message = said(ready)
end
return hs
