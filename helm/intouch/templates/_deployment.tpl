{{/*
A Deployment of one process: a dict of `root`, `process`, `values` and `scaled` (whether something else counts its pods).
As YAML texts: what its `container` has beyond the common, a `sidecar`, and `volumes` for it. `annotations` of its pods.
*/}}
{{- define "intouch.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "intouch.metadata" . | nindent 2 }}
spec:
  {{- if not .scaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "intouch.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "intouch.labels" . | nindent 8 }}
        intouch/measures: "yes"
      {{- with merge (dict) .values.podAnnotations (.annotations | default dict) }}
      annotations: {{ . | toJson }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "intouch.name" .root }}
      {{- include "intouch.podBase" .root | nindent 6 }}
      # preStop, then up to 25 s in which Intouch finishes what it has claimed or taken in, and some to spare.
      terminationGracePeriodSeconds: 45
      {{- include "intouch.placement" . | nindent 6 }}
      containers:
        - name: {{ .process }}
          {{- include "intouch.container" (dict "root" .root "process" .process "args" (list .process)) | nindent 10 }}
          ports:
            - {name: metrics, containerPort: 9090}
          resources: {{ .values.resources | toJson }}
          {{- with .container }}
          {{- . | nindent 10 }}
          {{- end }}
        {{- with .sidecar }}
        {{- . | nindent 8 }}
        {{- end }}
      volumes:
        {{- include "intouch.volumes" . | nindent 8 }}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}
