{{/*
The proxy before `serve`. 8081 is for people and services; 8082 is for the probes of Kubernetes alone. Staff are asked for
a password here unless a provider knows them, services for their keys by Intouch itself; what is for neither is open.
It writes no access log: paths of mail's links are somebody's keys.
*/}}
{{- define "intouch.proxyConfig" -}}
pid /run/proxy/nginx.pid;
error_log /dev/stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  server_tokens off;
  client_body_temp_path /run/proxy/body;
  proxy_temp_path /run/proxy/proxy;
  fastcgi_temp_path /run/proxy/fastcgi;
  uwsgi_temp_path /run/proxy/uwsgi;
  scgi_temp_path /run/proxy/scgi;
  client_max_body_size 8m;  # beyond what Intouch takes: it says itself what is too large
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_set_header Authorization "";  # the password is the proxy's; nobody behind it needs to know
  proxy_read_timeout 60s;
  upstream intouch { server 127.0.0.1:8080; keepalive 32; }
  upstream console { server 127.0.0.1:8090; keepalive 8; }
  server {
    listen 8081;
    auth_basic "Intouch";
    auth_basic_user_file /run/secrets/proxy/users;
    location / { proxy_pass http://intouch; }
    {{- $asked := .Values.login.issuer | empty | ternary "" "auth_basic off; " }}
    location = /console { {{ $asked }}proxy_pass http://console; }
    location ^~ /console/ { {{ $asked }}proxy_pass http://console; }
    location = /events {
      auth_basic off;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header Authorization $http_authorization;  # a key, which Intouch asks for
      proxy_pass http://intouch;
    }
    location = /schemas { auth_basic off; proxy_pass http://intouch; }
    location ^~ /schemas/ { auth_basic off; proxy_pass http://intouch; }
    location = /healthz { auth_basic off; proxy_pass http://intouch; }
    {{- range .Values.proxy.open }}
    location = {{ . }} { auth_basic off; proxy_pass http://intouch; }
    location ^~ {{ . }}/ { auth_basic off; proxy_pass http://intouch; }
    {{- end }}
  }
  server {
    listen 8082;
    location = /proxy { return 204; }
    location = /healthz { proxy_pass http://intouch; }
    location = /readyz { proxy_pass http://intouch; }
    location / { return 404; }
  }
}
{{- end }}

{{/* Pods leave the Service while preStop waits; the proxy goes first, so that it never asks one that has gone. */}}
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

{{- define "intouch.proxyContainer" -}}
- name: proxy
  image: {{ .Values.proxy.image }}
  imagePullPolicy: IfNotPresent
  command: [nginx, -c, /etc/proxy/nginx.conf, -g, daemon off;]
  ports:
    - {name: proxy, containerPort: 8081}
    - {name: probes, containerPort: 8082}
  securityContext:
    {{- include "intouch.containerSecurity" . | nindent 4 }}
  resources: {{ .Values.proxy.resources | toJson }}
  livenessProbe:
    httpGet: {path: /proxy, port: probes}
    periodSeconds: 10
    timeoutSeconds: 2
  lifecycle:
    # nginx takes SIGTERM as "at once" and SIGQUIT as "when all is answered"; not every build has that in its image.
    preStop: {exec: {command: [sh, -c, "sleep 7; nginx -c /etc/proxy/nginx.conf -s quit; sleep 2"]}}
  volumeMounts:
    - {name: proxy, mountPath: /etc/proxy, readOnly: true}
    - {name: proxy-users, mountPath: /run/secrets/proxy, readOnly: true}
    - {name: proxy-temporary, mountPath: /run/proxy}
{{- end }}

{{- define "intouch.proxyVolumes" -}}
- name: proxy
  configMap: {name: {{ include "intouch.name" . }}-proxy}
- name: proxy-users
  secret:
    secretName: {{ .Values.proxy.users.name }}
    defaultMode: 0440
    items: [{key: {{ .Values.proxy.users.key }}, path: users}]
- name: proxy-temporary
  emptyDir: {sizeLimit: 128Mi}
{{- end }}
