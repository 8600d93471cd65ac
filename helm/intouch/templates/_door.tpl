{{/*
The door before `serve`. 8081 is for people and services; 8082 is for the probes of Kubernetes alone.
It writes no access log: paths of mail's links are somebody's keys.
*/}}
{{- define "intouch.doorConfig" -}}
pid /run/door/nginx.pid;
error_log /dev/stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  server_tokens off;
  client_body_temp_path /run/door/body;
  proxy_temp_path /run/door/proxy;
  fastcgi_temp_path /run/door/fastcgi;
  uwsgi_temp_path /run/door/uwsgi;
  scgi_temp_path /run/door/scgi;
  client_max_body_size 8m;  # beyond what Intouch takes: it says itself what is too large
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_set_header Authorization "";  # the password is the door's; nobody behind it needs to know
  proxy_read_timeout 60s;
  upstream intouch { server 127.0.0.1:8080; keepalive 32; }
  server {
    listen 8081;
    auth_basic "Intouch";
    auth_basic_user_file /run/secrets/door/users;
    location / { proxy_pass http://intouch; }
    location = /healthz { auth_basic off; proxy_pass http://intouch; }
    {{- range .Values.door.open }}
    location = {{ . }} { auth_basic off; proxy_pass http://intouch; }
    location ^~ {{ . }}/ { auth_basic off; proxy_pass http://intouch; }
    {{- end }}
  }
  server {
    listen 8082;
    location = /door { return 204; }
    location = /healthz { proxy_pass http://intouch; }
    location = /readyz { proxy_pass http://intouch; }
    location / { return 404; }
  }
}
{{- end }}

{{/* Pods leave the Service while preStop waits; the door goes first, so that it never knocks at a closed one. */}}
{{- define "intouch.serveProbes" -}}
startupProbe:
  httpGet: {path: /healthz, port: 8082}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 45
livenessProbe:
  httpGet: {path: /healthz, port: 8082}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: 8082}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
lifecycle:
  preStop: {exec: {command: [sleep, "10"]}}
{{- end }}

{{- define "intouch.doorContainer" -}}
- name: door
  image: {{ .Values.door.image }}
  imagePullPolicy: IfNotPresent
  command: [nginx, -c, /etc/door/nginx.conf, -g, daemon off;]
  ports:
    - {name: door, containerPort: 8081}
    - {name: probes, containerPort: 8082}
  securityContext:
    {{- include "intouch.containerSecurity" . | nindent 4 }}
  resources: {{ .Values.door.resources | toJson }}
  livenessProbe:
    httpGet: {path: /door, port: probes}
    periodSeconds: 10
    timeoutSeconds: 2
  lifecycle:
    # nginx takes SIGTERM as "at once" and SIGQUIT as "when all is answered"; not every build has that in its image.
    preStop: {exec: {command: [sh, -c, "sleep 7; nginx -c /etc/door/nginx.conf -s quit; sleep 2"]}}
  volumeMounts:
    - {name: door, mountPath: /etc/door, readOnly: true}
    - {name: door-users, mountPath: /run/secrets/door, readOnly: true}
    - {name: door-temporary, mountPath: /run/door}
{{- end }}

{{- define "intouch.doorVolumes" -}}
- name: door
  configMap: {name: {{ include "intouch.name" . }}-door}
- name: door-users
  secret:
    secretName: {{ .Values.door.users.name }}
    defaultMode: 0440
    items: [{key: {{ .Values.door.users.key }}, path: users}]
- name: door-temporary
  emptyDir: {sizeLimit: 128Mi}
{{- end }}
