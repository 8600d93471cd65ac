{{/*
A Job that is a hook: a dict of `root`, `process`, `args`, `hook`, `weight`, `deadline`, `retries`, and as YAML texts `init`
(containers before) and `mounts` and `volumes`.
*/}}
{{- define "intouch.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "intouch.metadata" . | nindent 2 }}
  annotations:
    helm.sh/hook: {{ .hook }}
    helm.sh/hook-weight: {{ .weight | quote }}
    # One that failed stays, so that its log can be read; the next one takes its place.
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  {{- $account := printf "%s-hooks" (include "intouch.name" .root) }}
  {{- include "intouch.jobSpec" (merge (dict "account" $account) .) | nindent 2 }}
{{- end }}

{{/* What a Job does and may take: a dict as above, without the hook, and with the `account` it runs as. */}}
{{- define "intouch.jobSpec" -}}
backoffLimit: {{ .retries }}
activeDeadlineSeconds: {{ .deadline | int64 }}
template:
  metadata:
    labels:
      {{- include "intouch.labels" . | nindent 6 }}
  spec:
    restartPolicy: Never
    serviceAccountName: {{ .account }}
    {{- include "intouch.podBase" .root | nindent 4 }}
    {{- with .init }}
    initContainers:
      {{- . | nindent 6 }}
    {{- end }}
    containers:
      - name: {{ .process }}
        {{- include "intouch.container" . | nindent 8 }}
          {{- with .mounts }}
          {{- . | nindent 10 }}
          {{- end }}
        resources:
          requests: {cpu: 100m, memory: 192Mi}
          limits: {memory: 768Mi}
    volumes:
      {{- include "intouch.volumes" . | nindent 6 }}
      {{- with .volumes }}
      {{- . | nindent 6 }}
      {{- end }}
{{- end }}
