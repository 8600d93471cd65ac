{{/* What is measured here: by kube-state-metrics (kube_…), and by RabbitMQ's own plugin for each queue (rabbitmq_…). */}}
{{- define "intouch.alertList" -}}
{{- $name := include "intouch.name" . -}}
{{- $here := printf "namespace=%q" .Release.Namespace -}}
- alert: IntouchNobodyServes
  expr: 'kube_deployment_status_replicas_available{ {{- $here }},deployment="{{ $name }}-serve"} == 0'
  for: 2m
  severity: critical
  summary: No pod takes events over HTTP, and the console cannot be reached.
- alert: IntouchNobodyWorks
  expr: 'kube_deployment_status_replicas_available{ {{- $here }},deployment="{{ $name }}-work"} == 0'
  for: 10m
  severity: critical
  summary: No pod decides and sends. Events are kept; mail waits.
- alert: IntouchRestarting
  expr: 'increase(kube_pod_container_status_restarts_total{ {{- $here }},pod=~"{{ $name }}-(serve|consume|work)-.*"}[30m]) > 3'
  for: 5m
  severity: warning
  summary: A pod of Intouch starts again and again.
- alert: IntouchHookFailed
  expr: 'kube_job_status_failed{ {{- $here }},job_name=~"{{ $name }}-(migrate|rules)"} > 0'
  for: 1m
  severity: warning
  summary: The store was not brought up to date, or the rules did not go live. What ran before still runs.
{{- if .Values.consume.enabled }}
- alert: IntouchNobodyConsumes
  expr: 'kube_deployment_status_replicas_available{ {{- $here }},deployment="{{ $name }}-consume"} == 0'
  for: 10m
  severity: critical
  summary: No pod takes events from RabbitMQ. They wait in the queue.
- alert: IntouchQueueGrows
  expr: 'max(rabbitmq_queue_messages{queue="intouch.intake"}) > {{ .Values.alerts.waitingEvents | int64 }}'
  for: 15m
  severity: warning
  summary: More events wait in intouch.intake than are taken in.
- alert: IntouchDeadLetters
  expr: 'max(rabbitmq_queue_messages{queue="intouch.dead-letters"}) > 0'
  for: 5m
  severity: warning
  summary: Events that cannot be taken in lie in intouch.dead-letters, each with its reason.
{{- end }}
{{- end }}
