"""User-written parts of pods and containers in the form that the cluster stores.

KServe's and Open Data Hub's mutating webhooks decode an object into Go structs and encode it again. That drops zero
values of fields tagged ``omitempty`` (``readOnly: false``, ``value: ""``, ``args: []``), keeps what is behind a
pointer (``optional: false``, ``runAsUser: 0``, ``emptyDir: {}``), respells quantities and adds structs that cannot be
absent (``divisor: "0"``); the CRD schemas add ``service: ""`` to gRPC probes. Emitting anything else would show as a difference between Git and the cluster for ever.

Which is which cannot be seen in a schema; :data:`_TYPES` says it for the types of ``k8s.io/api/core/v1`` that a
deployment spec can contain. Fields that are not in the table are kept as they are, so a newer Kubernetes loses nothing.
``name: ""`` of a reference is kept because those schemas would put it back.
"""

from __future__ import annotations

from servewright.hints import Final, TypeVar, cast
from servewright.model.quantity import parse
from servewright.record import NamedTuple

Json = TypeVar("Json")

# name:string|bool|int   left out when "", false, 0      name:Type   an object, kept when empty
# name:list|map          left out when empty             name:Type*  a list of objects, left out when empty
# name:quantity          respelt                         name:Type+  a list of objects, kept when empty
# name:quantities        a map, left out when empty      name        kept as it is
_TYPES: Final = {
    "pod": """labels:map annotations:map serviceAccountName:string imagePullSecrets:list nodeSelector:map
        tolerations:Toleration* affinity:Affinity priorityClassName:string schedulerName:string volumes:Volume*""",
    "container": """image:string command:list args:list env:EnvVar* envFrom:EnvFromSource* ports:ContainerPort*
        resources:ResourceRequirements volumeMounts:VolumeMount* startupProbe:Probe readinessProbe:Probe
        livenessProbe:Probe securityContext:SecurityContext lifecycle:Lifecycle""",
    # Scheduling
    "Toleration": "key:string operator:string value:string effect:string tolerationSeconds",
    "Affinity": "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAffinity",
    "NodeAffinity": """requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
        preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm*""",
    "NodeSelector": "nodeSelectorTerms:NodeSelectorTerm+",
    "PreferredSchedulingTerm": "preference:NodeSelectorTerm",
    "NodeSelectorTerm": "matchExpressions:SelectorRequirement* matchFields:SelectorRequirement*",
    "SelectorRequirement": "values:list",
    "PodAffinity": """requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm*
        preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm*""",
    "WeightedPodAffinityTerm": "podAffinityTerm:PodAffinityTerm",
    "PodAffinityTerm": """labelSelector:LabelSelector namespaceSelector:LabelSelector namespaces:list
        matchLabelKeys:list mismatchLabelKeys:list""",
    "LabelSelector": "matchLabels:map matchExpressions:SelectorRequirement*",
    # Containers
    "EnvVar": "name value:string valueFrom:EnvVarSource",
    "EnvVarSource": "fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector",
    "EnvFromSource": "prefix:string configMapRef secretRef",
    "ObjectFieldSelector": "apiVersion:string",
    "ResourceFieldSelector": "containerName:string divisor:quantity",
    "ContainerPort": "name:string hostPort:int protocol:string hostIP:string",
    "ResourceRequirements": "limits:quantities requests:quantities claims:ResourceClaim*",
    "ResourceClaim": "request:string",
    "VolumeMount": """name mountPath readOnly:bool recursiveReadOnly subPath:string mountPropagation
        subPathExpr:string""",
    "Probe": """exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:GRPCAction initialDelaySeconds:int
        timeoutSeconds:int periodSeconds:int successThreshold:int failureThreshold:int terminationGracePeriodSeconds""",
    "Lifecycle": "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal",
    "LifecycleHandler": "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction",
    "ExecAction": "command:list",
    "HTTPGetAction": "path:string host:string scheme:string httpHeaders:list",
    "TCPSocketAction": "host:string",
    "SecurityContext": """capabilities:Capabilities privileged seLinuxOptions:SELinuxOptions windowsOptions runAsUser
        runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile
        appArmorProfile""",
    "Capabilities": "add:list drop:list",
    "SELinuxOptions": "user:string role:string type:string level:string",
    # Volumes
    "Volume": """name hostPath azureDisk emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource
        persistentVolumeClaim:ReadOnly configMap:Items secret:SecretVolumeSource downwardAPI:DownwardAPI
        projected:ProjectedVolumeSource csi:CSIVolumeSource image:ImageVolumeSource nfs:ReadOnly azureFile:ReadOnly
        glusterfs:ReadOnly iscsi:ISCSIVolumeSource fc:FCVolumeSource rbd:RBDVolumeSource cephfs:CephFSVolumeSource
        cinder:FileSystem flexVolume:FlexVolumeSource awsElasticBlockStore:Partition gcePersistentDisk:Partition
        gitRepo:GitRepoVolumeSource vsphereVolume:VsphereVolumeSource quobyte:QuobyteVolumeSource
        photonPersistentDisk:FileSystem portworxVolume:FileSystem scaleIO:ScaleIOVolumeSource
        storageos:StorageOSVolumeSource flocker:FlockerVolumeSource""",
    "EmptyDirVolumeSource": "medium:string sizeLimit:quantity",
    "EphemeralVolumeSource": "volumeClaimTemplate:PersistentVolumeClaimTemplate",
    "PersistentVolumeClaimTemplate": "metadata:ObjectMeta spec:PersistentVolumeClaimSpec",
    "ObjectMeta": "name:string namespace:string labels:map annotations:map finalizers:list",
    "PersistentVolumeClaimSpec": """accessModes:list volumeName:string selector:LabelSelector
        resources:ResourceRequirements""",
    "Items": "items:list",
    "SecretVolumeSource": "secretName:string items:list",
    "DownwardAPI": "items:DownwardAPIVolumeFile*",
    "DownwardAPIVolumeFile": "fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector",
    "ProjectedVolumeSource": "sources:VolumeProjection+",
    "VolumeProjection": """configMap:Items secret:Items downwardAPI:DownwardAPI
        serviceAccountToken:ServiceAccountTokenProjection clusterTrustBundle:ClusterTrustBundleProjection
        podCertificate:PodCertificateProjection""",
    "ServiceAccountTokenProjection": "audience:string",
    "ClusterTrustBundleProjection": "labelSelector:LabelSelector",
    "PodCertificateProjection": """signerName:string keyType:string credentialBundlePath:string keyPath:string
        certificateChainPath:string userAnnotations:map""",
    "CSIVolumeSource": "volumeAttributes:map",
    "ImageVolumeSource": "reference:string pullPolicy:string",
    "ReadOnly": "readOnly:bool",
    "FileSystem": "fsType:string readOnly:bool",
    "Partition": "fsType:string partition:int readOnly:bool",
    "ISCSIVolumeSource": """iscsiInterface:string fsType:string readOnly:bool portals:list chapAuthDiscovery:bool
        chapAuthSession:bool""",
    "FCVolumeSource": "targetWWNs:list fsType:string readOnly:bool wwids:list",
    "RBDVolumeSource": "fsType:string pool:string user:string keyring:string readOnly:bool",
    "CephFSVolumeSource": "path:string user:string secretFile:string readOnly:bool",
    "FlexVolumeSource": "fsType:string readOnly:bool options:map",
    "GitRepoVolumeSource": "revision:string directory:string",
    "VsphereVolumeSource": "fsType:string storagePolicyName:string storagePolicyID:string",
    "QuobyteVolumeSource": "readOnly:bool user:string group:string tenant:string",
    "ScaleIOVolumeSource": """sslEnabled:bool protectionDomain:string storagePool:string storageMode:string
        volumeName:string fsType:string readOnly:bool""",
    "StorageOSVolumeSource": "volumeName:string volumeNamespace:string fsType:string readOnly:bool",
    "FlockerVolumeSource": "datasetName:string datasetUUID:string",
}

# Structs, not pointers, which Go always writes; and a default of the CRD schemas that may be inside a list, where a
# comparison with Git cannot leave it out.
_ALWAYS_WRITTEN: Final[dict[str, dict[str, object]]] = {
    "ResourceFieldSelector": {"divisor": "0"},
    "GRPCAction": {"service": ""},
    "PersistentVolumeClaimTemplate": {"metadata": {}},
    "PersistentVolumeClaimSpec": {"resources": {}},
}

# What a value may be when the caller does not say.
_RECOGNISED: Final = (
    "pod",
    "container",
    "Toleration",
    "EnvVar",
    "VolumeMount",
    "Volume",
    "Probe",
    "Lifecycle",
    "Affinity",
    "SecurityContext",
    "EnvFromSource",
    "ResourceRequirements",
)

# What each marker leaves out when empty. Exact types: `readOnly: 0` stays, for the checks to refuse it.
_OMITTED: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "bool": (bool,),
    "int": (int,),
    "list": (list, tuple),
    "map": (dict,),
    "quantities": (dict,),
    "*": (list, tuple),
}


class _Field(NamedTuple):
    kind: str
    """A type of the table, or the marker of something that is not."""
    omitted: tuple[type, ...]


_PLAIN: Final = _Field("", ())
_fields_of: dict[str, dict[str, _Field]] = {}


def omit_empty(value: Json, kind: str | None = None) -> Json:
    """``value`` as the cluster would store it; the argument is never changed.

    ``kind`` is the field of ``spec.pod`` or ``spec.container`` that ``value`` stands in (``tolerations``,
    ``readinessProbe``, ``nodeSelector`` …; the whole list or one of its items), or ``pod`` or ``container`` for all of
    them at once. Without it, a mapping is taken for what most of its keys belong to. An empty ``value`` is returned
    as it is, since only the mapping around it can leave it out. Unknown fields and values of a wrong type are kept.

    Raises KeyError for an unknown ``kind``.
    """
    return cast(Json, _stored(value, kind if kind is None else _kind_named(kind)))


def _kind_named(name: str) -> str:
    if name in _TYPES:
        return name
    return (_fields("pod").get(name) or _fields("container")[name]).kind


def _recognise(value: dict[str, object]) -> str:
    return max(_RECOGNISED, key=lambda kind: len(value.keys() & _fields(kind).keys()))


def _fields(kind: str) -> dict[str, _Field]:
    fields = _fields_of.get(kind)
    if fields is None:
        fields = _fields_of[kind] = {}
        for entry in _TYPES.get(kind, "").split():
            name, _, marker = entry.partition(":")
            part = marker.rstrip("*+")
            fields[name] = _Field(part, _OMITTED.get("*" if marker.endswith("*") else marker, ()))
    return fields


def _stored(value: object, kind: str | None) -> object:
    if isinstance(value, (list, tuple)):
        return type(value)([_stored(item, kind) for item in value])
    if kind == "quantity":
        return _canonical(value)
    if not isinstance(value, dict) or kind == "map":  # whatever a user's map holds is meant
        return value
    if kind == "quantities":
        return {name: _canonical(item) for name, item in value.items()}
    return _object(value, _recognise(value) if kind is None else kind)


def _object(value: dict[str, object], kind: str) -> dict[str, object]:
    fields = _fields(kind)
    stored: dict[str, object] = {}
    for name, item in value.items():
        kind_of, omitted = fields.get(name, _PLAIN)
        if item is not None and (item or type(item) not in omitted):
            stored[name] = item if item.__class__ is str and kind_of != "quantity" else _stored(item, kind_of)
    for name, item in _ALWAYS_WRITTEN.get(kind, {}).items():
        stored.setdefault(name, item.copy() if isinstance(item, dict) else item)
    return stored


def _canonical(value: object) -> object:
    text = value if isinstance(value, str) else repr(value) if type(value) in (int, float) else ""
    quantity = parse(text)
    return value if quantity is None else quantity.canonical
