{{/* Where the rules lie in the Job, and how they come there. */}}
{{- define "intouch.rulesFolder" -}}
{{- if eq .Values.rules.from "standard" }}/app/rules
{{- else }}/source/{{ .Values.rules.folder }}{{ end }}
{{- end }}

{{- define "intouch.rulesTemplates" -}}
{{- if or (eq .Values.rules.from "standard") (not .Values.rules.templates) }}/app/templates
{{- else }}/source/{{ .Values.rules.templates }}{{ end }}
{{- end }}

{{- define "intouch.rulesFetch" -}}
{{- $rules := .Values.rules -}}
{{- if eq $rules.from "image" -}}
{{- $name := $rules.image.name | required "rules.from is image: name the image in rules.image.name." -}}
- name: fetch
  image: {{ $name }}
  command: [cp, -R, {{ printf "%s/." (trimSuffix "/" $rules.image.path) }}, /source/]
  {{- include "intouch.fetchRest" . | nindent 2 }}
{{- else if eq $rules.from "git" -}}
{{- $url := $rules.git.url | required "rules.from is git: give the repository in rules.git.url." -}}
- name: fetch
  image: {{ $rules.git.image }}
  # Fetched by name, not cloned: so a commit will do as well as a branch. What people wrote stays out of the script.
  command:
    - sh
    - -euc
    - |
      git init --quiet /source
      cd /source
      git config credential.helper 'store --file=/run/secrets/git/credentials'
      git fetch --quiet --depth 1 -- "$URL" "$REF"
      git checkout --quiet FETCH_HEAD
  env:
    - {name: URL, value: {{ $url | quote }}}
    - {name: REF, value: {{ $rules.git.ref | quote }}}
    - {name: HOME, value: /tmp}
    - {name: GIT_TERMINAL_PROMPT, value: "0"}
  {{- include "intouch.fetchRest" . | nindent 2 }}
    {{- if $rules.git.credentials.name }}
    - {name: git-credentials, mountPath: /run/secrets/git, readOnly: true}
    {{- end }}
{{- end }}
{{- end }}

{{- define "intouch.fetchRest" -}}
securityContext:
  {{- include "intouch.containerSecurity" . | nindent 2 }}
resources:
  requests: {cpu: 50m, memory: 32Mi}
  limits: {memory: 256Mi}
volumeMounts:
  - {name: source, mountPath: /source}
  - {name: temporary, mountPath: /tmp}
{{- end }}

{{- define "intouch.rulesMounts" -}}
{{- if ne .Values.rules.from "standard" -}}
- {name: source, mountPath: /source, readOnly: true}
{{- end }}
{{- end }}

{{- define "intouch.rulesVolumes" -}}
{{- $rules := .Values.rules -}}
{{- if eq $rules.from "configMap" -}}
{{- $name := $rules.configMap.name | required "rules.from is configMap: name it in rules.configMap.name." -}}
{{- if not $rules.configMap.items }}{{ fail "rules.from is configMap: say in rules.configMap.items which key is which file." }}{{ end -}}
- name: source
  configMap:
    name: {{ $name }}
    items: {{ $rules.configMap.items | toJson }}
{{- else if ne $rules.from "standard" -}}
- name: source
  emptyDir: {sizeLimit: 256Mi}
{{- if and (eq $rules.from "git") $rules.git.credentials.name }}
- name: git-credentials
  secret:
    secretName: {{ $rules.git.credentials.name }}
    defaultMode: 0440
    items: [{key: {{ $rules.git.credentials.key }}, path: credentials}]
{{- end }}
{{- end }}
{{- end }}
