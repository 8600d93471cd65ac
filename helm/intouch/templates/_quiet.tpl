{{/*
A process that no Service leads to: its signal is all it waits for, and the pause keeps two from leaving at once. A thread
that is silent for five minutes is stuck, and the process is started anew; one that is busy says so with each piece of work.
*/}}
{{- define "intouch.quietLeave" -}}
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  initialDelaySeconds: 15
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
lifecycle:
  preStop: {exec: {command: [sleep, "5"]}}
{{- end }}
