{{/* Name of the installation, and of what there is only one of. */}}
{{- define "residua.name" -}}
{{- if contains "residua" .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-residua{{ end }}
{{- end }}

{{/* Labels that select what belongs to this installation. */}}
{{- define "residua.selector" -}}
app.kubernetes.io/name: residua
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "residua.labels" -}}
{{ include "residua.selector" . }}
app.kubernetes.io/part-of: residua
{{- end }}

{{/* The enabled processes that have a role, as a JSON list of names: (list $ "alert") */}}
{{- define "residua.withRole" -}}
{{- $names := list }}
{{- range $name, $process := (index . 0).Values.processes }}
{{- if and $process.enabled (has (index $ 1) $process.roles) }}{{ $names = append $names $name }}{{ end }}
{{- end }}
{{- toJson $names }}
{{- end }}
