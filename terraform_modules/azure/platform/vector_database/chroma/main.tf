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

# Under the name by which the chart's only pod finds its disk. The chart can make the claim, but
# neither enlarge it nor keep it when the release goes: a StatefulSet's claims cannot be changed.
resource "kubernetes_persistent_volume_claim_v1" "data" {
  wait_until_bound = false # the class waits for the pod, to make the disk where that runs

  metadata {
    name      = "data-chroma-0"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    access_modes       = ["ReadWriteOnce"]
    storage_class_name = "managed-csi"

    resources {
      requests = { storage = "${var.storage_gb}Gi" }
    }
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
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3
  timeout         = 900

  values = [yamlencode({
    fullnameOverride = "chroma"
    replicaCount     = 1
    service          = { type = "ClusterIP" }
    ingress          = { enabled = false }
    serviceAccount   = { automountServiceAccountToken = false }
    resources = {
      requests = { cpu = "250m", memory = "512Mi" }
      limits   = { memory = "4Gi" }
    }

    # The image runs as root if left alone. The chart gives these to the pod and to the container
    # alike; Kubernetes leaves out of each what only the other has.
    podSpec = {
      terminationGracePeriodSeconds = 30
      securityContext = {
        runAsNonRoot             = true
        runAsUser                = 10001
        runAsGroup               = 10001
        fsGroup                  = 10001
        fsGroupChangePolicy      = "OnRootMismatch"
        allowPrivilegeEscalation = false
        capabilities             = { drop = ["ALL"] }
        seccompProfile           = { type = "RuntimeDefault" }
      }
    }

    chromadb = {
      isPersistent     = true
      persistDirectory = "/data"
      allowReset       = false
      serverHttpPort   = 8000
      telemetry        = { enabled = false }

      # Of the claim that is there already; the chart's copy of it must never change.
      data = {
        volumeSize              = "1Gi"
        storageClass            = "managed-csi"
        accessModes             = ["ReadWriteOnce"]
        retentionPolicyOnDelete = "Retain"
      }
    }
  })]

  depends_on = [kubernetes_persistent_volume_claim_v1.data]
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
