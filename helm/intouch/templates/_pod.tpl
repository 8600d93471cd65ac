{{/* What every pod of Intouch has in common: who it is, and what it may not do (the restricted profile). */}}
{{- define "intouch.podBase" -}}
automountServiceAccountToken: false
# Kubernetes would put INTOUCH_* names of its own into the environment, for a Service called intouch.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "intouch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* A container that runs one command of Intouch: a dict of `root`, `process` and `args`. */}}
{{- define "intouch.container" -}}
image: {{ include "intouch.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ .args | toJson }}
env:
  {{- include "intouch.env" . | nindent 2 }}
securityContext:
  {{- include "intouch.containerSecurity" .root | nindent 2 }}
volumeMounts:
  - {name: data, mountPath: /var/lib/intouch}
  - {name: temporary, mountPath: /tmp}
  - {name: secrets, mountPath: /run/secrets/intouch, readOnly: true}
  {{- if and .root.Values.sendgrid.keysSecret (has .process (list "serve" "work")) }}
  - {name: programs, mountPath: /run/secrets/intouch-programs, readOnly: true}
  {{- end }}
{{- end }}

{{/* Everything that lasts is in the database; these go with the pod: a dict of `root` and `process`. */}}
{{- define "intouch.volumes" -}}
- name: data
  emptyDir: {sizeLimit: 256Mi}
- name: temporary
  emptyDir: {sizeLimit: 256Mi}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range include "intouch.secrets" . | fromJsonArray }}
      - secret: {name: {{ .from.name }}, items: [{key: {{ .from.key }}, path: {{ .file }}}]}
      {{- end }}
{{- if and .root.Values.sendgrid.keysSecret (has .process (list "serve" "work")) }}
- name: programs
  secret: {secretName: {{ .root.Values.sendgrid.keysSecret }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{/* Where a process's pods run: a dict of `root`, `process` and `values`. */}}
{{- define "intouch.placement" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "intouch.selector" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{ . | toJson }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{ . | toJson }}
{{- end }}
{{- with .values.affinity }}
affinity: {{ . | toJson }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
