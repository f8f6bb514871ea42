variable "context" {
  description = "What the azure target knows."
  type = object({
    gateway = object({ host = string, username = string })
    secrets = object({ gateway_password = string })
  })
}

locals {
  workloads = "matcha-seldon-workloads"
}

resource "kubernetes_namespace_v1" "operator" {
  metadata {
    name = "seldon-system"
  }
}

resource "kubernetes_namespace_v1" "workloads" {
  metadata {
    name = local.workloads
  }
}

resource "helm_release" "operator" {
  name            = "seldon-core-operator"
  namespace       = kubernetes_namespace_v1.operator.metadata[0].name
  repository      = "https://seldonio.github.io/helm-charts"
  chart           = "seldon-core-operator"
  version         = "1.19.0-rc.1" # 1.18 knows Kubernetes to 1.27 only, and 1.19.0 is not out
  atomic          = true          # a first install that fails can be tried again
  cleanup_on_fail = true
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3
  timeout         = 900

  values = [yamlencode({
    usageMetrics = { enabled = false }
    ambassador   = { enabled = false }
    istio        = { enabled = false }
    certManager  = { enabled = false }

    # The operator makes its webhook's certificate anew at every start. The chart's would end after
    # 365 days, and every deployment of a model would be refused from then on.
    managerCreateResources = true
  })]

  depends_on = [kubernetes_namespace_v1.workloads]
}

module "route" {
  source      = "../../../route"
  name        = "seldon"
  namespace   = kubernetes_namespace_v1.workloads.metadata[0].name
  host        = var.context.gateway.host
  path        = "/seldon"
  service     = { name = kubernetes_service_v1.router.metadata[0].name, port = 80 }
  middlewares = ["password"]
}

output "properties" {
  value = {
    "base-url"            = var.context.gateway.host
    "workloads-namespace" = kubernetes_namespace_v1.workloads.metadata[0].name
  }
}

output "secrets" {
  value = {
    username = var.context.gateway.username
    password = var.context.secrets.gateway_password
  }
  sensitive = true
}
