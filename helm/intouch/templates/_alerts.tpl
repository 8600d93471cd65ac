{{/* By Intouch itself (intouch_…), by kube-state-metrics (kube_…), and by RabbitMQ's own plugin for each queue (rabbitmq_…). */}}
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
- alert: IntouchStoreAway
  expr: 'min(intouch_store_up{ {{- $here }}}) == 0'
  for: 2m
  severity: critical
  summary: A process cannot read the database. Nothing is taken in, decided or sent there.
- alert: IntouchDecidesLate
  expr: 'max(intouch_news_age_seconds{ {{- $here }}}) > 300'
  for: 5m
  severity: critical
  summary: Events have waited for more than five minutes to be decided on. Alerts and answers are late.
- alert: IntouchSendsLate
  expr: 'max(intouch_plan_age_seconds{ {{- $here }}}) > 900'
  for: 10m
  severity: warning
  summary: Mail that may go has waited for more than a quarter of an hour.
- alert: IntouchMailFails
  expr: 'sum(rate(intouch_notice_to_provider_seconds_count{ {{- $here }},state!="sent"}[15m])) / sum(rate(intouch_notice_to_provider_seconds_count{ {{- $here }}}[15m])) > 0.2'
  for: 15m
  severity: critical
  summary: More than every fifth email does not go out.
- alert: IntouchUnknownSends
  expr: 'max(intouch_emails{ {{- $here }},state="unknown"}) > 0'
  for: 30m
  severity: warning
  summary: Nobody knows of some emails whether they were sent.
- alert: IntouchHolds
  expr: 'sum(max by (rule) (intouch_notices_held{ {{- $here }}})) > 0'
  for: 15m
  severity: warning
  summary: The safety limit holds notices of a rule until staff release them.
- alert: IntouchStopped
  expr: 'sum(max by (scope) (intouch_stops{ {{- $here }}})) > 0'
  for: 12h
  severity: warning
  summary: Somebody stopped mail half a day ago, and nobody has resumed it.
- alert: IntouchRefusesEvents
  expr: 'sum by (type) (increase(intouch_events_total{ {{- $here }},outcome=~"refused|conflict"}[1h])) > 20'
  for: 5m
  severity: warning
  summary: A service sends events that cannot be taken in.
- alert: IntouchStoresDiffer
  expr: 'count(count by (hash) (intouch_rule_set{ {{- $here }}})) > 1'
  for: 10m
  severity: critical
  summary: Processes of one release see different active rules, so they do not use the same database.
- alert: IntouchOutboxStuck
  expr: 'max(intouch_outbox_age_seconds{ {{- $here }}}) > 900'
  for: 5m
  severity: warning
  summary: Intouch's own events have waited for a quarter of an hour to be published.
{{- if .Values.monitoring.serviceMonitor.enabled }}
- alert: IntouchNotMeasured
  expr: 'absent(intouch_store_up{ {{- $here }}})'
  for: 15m
  severity: warning
  summary: Prometheus gets nothing from any process of Intouch.
{{- end }}
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
