{{/* A process that no Service leads to: its signal is all it waits for, and the pause keeps two from leaving at once. */}}
{{- define "intouch.quietLeave" -}}
lifecycle:
  preStop: {exec: {command: [sleep, "5"]}}
{{- end }}
