{{/* The name that every object begins with. */}}
{{- define "intouch.name" -}}
{{- if contains "intouch" .Release.Name }}{{ .Release.Name | trunc 45 | trimSuffix "-" }}
{{- else }}{{ printf "%s-intouch" (.Release.Name | trunc 37 | trimSuffix "-") }}{{ end }}
{{- end }}

{{/* What finds the pods of one process: a dict of `root` and `process`. */}}
{{- define "intouch.selector" -}}
app.kubernetes.io/name: intouch
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .process }}
{{- end }}

{{- define "intouch.labels" -}}
{{ include "intouch.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (.root.Chart.Version | replace "+" "_") }}
{{- end }}

{{/* The head of an object of one process: a dict of `root` and `process`. */}}
{{- define "intouch.metadata" -}}
name: {{ include "intouch.name" .root }}-{{ .process }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "intouch.labels" . | nindent 2 }}
{{- end }}

{{- define "intouch.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}
