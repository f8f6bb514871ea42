terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
  }
}

variable "context" {
  description = "What the azure target knows."
  type = object({
    gateway = object({ host = string, username = string })
    secrets = object({ gateway_password = string })
  })
}

variable "storage_gb" {
  type = number
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = "matcha-chroma"
  }
}

resource "helm_release" "chroma" {
  name            = "chroma"
  namespace       = kubernetes_namespace_v1.this.metadata[0].name
  repository      = "https://amikos-tech.github.io/chromadb-chart/"
  chart           = "chromadb"
  version         = "0.2.2"
  atomic          = true # a first install that fails can be tried again
  cleanup_on_fail = true
  max_history     = 3
  timeout         = 900

  values = [yamlencode({
    fullnameOverride = "chroma"
    service          = { type = "ClusterIP" }
    ingress          = { enabled = false }
    resources = {
      requests = { cpu = "250m", memory = "512Mi" }
      limits   = { memory = "4Gi" }
    }
    chromadb = {
      isPersistent           = true
      anonymizedTelemetry    = false
      allowReset             = false
      serverHttpPort         = 8000
      dataVolumeSize         = "${var.storage_gb}Gi"
      dataVolumeStorageClass = "managed-csi"
      auth                   = { enabled = false } # Chroma has none since 1.0: the gateway asks
      telemetry              = { enabled = false }
    }
  })]
}

module "route" {
  source      = "../../../route"
  name        = "chroma"
  namespace   = helm_release.chroma.namespace
  host        = var.context.gateway.host
  path        = "/chroma"
  service     = { name = "chroma", port = 8000 }
  middlewares = ["password", "strip-prefix"]
}

output "properties" {
  value = { url = "https://${var.context.gateway.host}/chroma" }
}

output "secrets" {
  value = {
    username    = var.context.gateway.username
    password    = var.context.secrets.gateway_password
    credentials = "${var.context.gateway.username}:${var.context.secrets.gateway_password}"
  }
  sensitive = true
}
