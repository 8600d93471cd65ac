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
  backoffLimit: {{ .retries }}
  activeDeadlineSeconds: {{ .deadline | int64 }}
  template:
    metadata:
      labels:
        {{- include "intouch.labels" . | nindent 8 }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ include "intouch.name" .root }}-hooks
      {{- include "intouch.podBase" .root | nindent 6 }}
      {{- with .init }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .process }}
          {{- include "intouch.container" . | nindent 10 }}
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
          resources:
            requests: {cpu: 100m, memory: 192Mi}
            limits: {memory: 768Mi}
      volumes:
        {{- include "intouch.volumes" . | nindent 8 }}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}
