# The stack's one door: TLS for everything, a password before whatever has none of its own.
variable "context" {
  description = "What the azure target knows."
  type = object({
    resource_group_name = string
    certificate_email   = string
    gateway             = object({ host = string, public_ip_name = string, username = string })
    secrets             = object({ gateway_password_hash = string })
  })
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name   = "matcha-gateway"
    labels = { "pod-security.kubernetes.io/enforce" = "restricted" }
  }
}

resource "kubernetes_secret_v1" "password" {
  metadata {
    name      = "gateway-password"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  data = { users = "${var.context.gateway.username}:${var.context.secrets.gateway_password_hash}" }
}

resource "helm_release" "traefik" {
  name            = "traefik"
  namespace       = kubernetes_namespace_v1.this.metadata[0].name
  repository      = "oci://ghcr.io/traefik/helm"
  chart           = "traefik"
  version         = "41.3.0"
  atomic          = true # a first install that fails can be tried again
  cleanup_on_fail = true
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3
  timeout         = 900 # the disk and the address take their time
  values          = [yamlencode(local.values)]

  depends_on = [kubernetes_secret_v1.password]
}
