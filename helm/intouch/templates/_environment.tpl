{{/*
The settings of one process: a dict of `root` and `process`. Secrets are files: they are in no list of variables, and in no
crash report.
*/}}
{{- define "intouch.env" -}}
{{- if eq .process "serve" }}
# On every address, so that services are asked for their keys from the first start on; what leads here is the proxy.
- {name: INTOUCH_HTTP, value: "0.0.0.0:8080"}
- {name: INTOUCH_CONSOLE_HTTP, value: "127.0.0.1:8090"}
{{- with .root.Values.login }}
{{- if .issuer }}
- {name: INTOUCH_OIDC_ISSUER, value: {{ .issuer | quote }}}
- {name: INTOUCH_OIDC_CLIENT_ID, value: {{ .clientId | quote }}}
- {name: INTOUCH_OIDC_ROLES, value: {{ .roles | quote }}}
- {name: INTOUCH_OIDC_CLAIM, value: {{ .claim | quote }}}
- {name: INTOUCH_OIDC_SCOPES, value: {{ .scopes | quote }}}
- {name: INTOUCH_OIDC_ADVISOR_CLAIM, value: {{ .advisorClaim | quote }}}
{{- end }}
{{- end }}
{{- end }}
- {name: INTOUCH_DATA_DIR, value: /var/lib/intouch}
- {name: INTOUCH_LOG, value: json}
{{- if has .process (list "serve" "consume" "work") }}
- {name: INTOUCH_METRICS_HTTP, value: "0.0.0.0:9090"}
{{- with .root.Values.monitoring.traces.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- end }}
- {name: INTOUCH_PUBLIC_URL, value: {{ .root.Values.publicUrl | quote }}}
{{- with .root.Values.mailFrom }}
- {name: INTOUCH_MAIL_FROM, value: {{ . | quote }}}
{{- end }}
{{- if not .root.Values.outbound }}
- {name: INTOUCH_OUTBOUND, value: "off"}
{{- end }}
{{- if eq .root.Values.rules.from "pipeline" }}
# An empty folder: nothing runs until the pipeline has deployed, not even the image's own pack.
- {name: INTOUCH_RULES_DIR, value: /var/lib/intouch/no-rules}
{{- end }}
{{- if eq .root.Values.unknownFields "drop" }}
- {name: INTOUCH_UNKNOWN_FIELDS, value: drop}
{{- end }}
{{- range $name, $value := .root.Values.settings }}
- {name: INTOUCH_{{ $name }}, value: {{ $value | int64 | quote }}}
{{- end }}
{{- if has .process (list "serve" "work") }}
{{- with .root.Values.sendgrid.keysSecret }}
- {name: INTOUCH_SENDGRID_KEYS_DIR, value: /run/secrets/intouch-programs}
{{- end }}
{{- with .root.Values.sendgrid.groups }}
- {name: INTOUCH_SENDGRID_GROUPS, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- range include "intouch.secrets" . | fromJsonArray }}
- {name: INTOUCH_{{ .setting }}_FILE, value: /run/secrets/intouch/{{ .file }}}
{{- end }}
{{- end }}

{{/* The Secrets that a process needs, and none that only others need, as a JSON list of `setting` and `from`. */}}
{{- define "intouch.secrets" -}}
{{- $every := list "databaseUrl" "secret" -}}
{{- $needed := dict
  "serve" (concat $every (list "sendgridWebhookKey" "oidcClientSecret"))
  "consume" (append $every "brokerUrl")
  "work" (concat $every (list "mailUrl" "sendgridKey" "brokerUrl"))
  "migrate" (append $every "brokerUrl")
  "keys" $every
  "tidy" $every
  "rules" $every -}}
{{- $named := list -}}
{{- range index $needed .process }}
{{- $from := index $.root.Values.secrets . -}}
{{- if $from.name }}{{ $named = append $named (dict "setting" (snakecase . | upper) "file" (kebabcase .) "from" $from) }}{{ end -}}
{{- end -}}
{{- $named | toJson -}}
{{- end }}
