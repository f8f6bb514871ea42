# What runs in the cluster of ../foundation.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.81"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

variable "access" {
  type      = map(string)
  sensitive = true
}

provider "kubernetes" {
  host                   = var.access.host
  cluster_ca_certificate = base64decode(var.access.authority)
  client_certificate     = base64decode(var.access.certificate)
  client_key             = base64decode(var.access.key)
}

provider "helm" {
  kubernetes = {
    host                   = var.access.host
    cluster_ca_certificate = base64decode(var.access.authority)
    client_certificate     = base64decode(var.access.certificate)
    client_key             = base64decode(var.access.key)
  }
}

resource "kubernetes_namespace_v1" "tracking" {
  metadata {
    name   = "tracking"
    labels = { part-of = "matcha" }
  }
}

resource "random_password" "tracking" {
  length = 20
}

resource "kubernetes_secret_v1" "password" {
  metadata {
    name      = "password"
    namespace = kubernetes_namespace_v1.tracking.metadata[0].name
  }
  data = { password = random_password.tracking.result }
}

resource "kubernetes_service_account_v1" "tracking" {
  metadata {
    name      = "tracking"
    namespace = kubernetes_namespace_v1.tracking.metadata[0].name
  }
}

resource "helm_release" "tracking" {
  name       = "tracking"
  namespace  = kubernetes_namespace_v1.tracking.metadata[0].name
  repository = "https://community-charts.github.io/helm-charts"
  chart      = "mlflow"
  version    = "1.11.5"
  atomic     = true
  timeout    = 600

  values = [yamlencode({ service = { port = 5000 }, namespace = kubernetes_secret_v1.password.id })]

  set = [
    { name = "service.type", value = "ClusterIP" },
    { name = "ingress.enabled", value = "false", type = "auto" },
  ]

  set_sensitive = [{ name = "auth.adminPassword", value = random_password.tracking.result }]
}

resource "kubernetes_ingress_v1" "tracking" {
  metadata {
    name      = "tracking"
    namespace = kubernetes_namespace_v1.tracking.metadata[0].name
  }

  spec {
    ingress_class_name = "traefik"

    rule {
      host = "matcha.example.org"
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            service {
              name = helm_release.tracking.name
              port {
                number = 5000
              }
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_manifest" "middleware" {
  manifest = {
    apiVersion = "traefik.io/v1alpha1"
    kind       = "Middleware"
    metadata   = { name = "password", namespace = kubernetes_namespace_v1.tracking.id }
    spec       = { basicAuth = { secret = kubernetes_secret_v1.password.metadata[0].name } }
  }
}

resource "kubernetes_deployment_v1" "worker" {
  metadata {
    name      = "worker"
    namespace = kubernetes_namespace_v1.tracking.metadata[0].name
  }

  spec {
    replicas = 1

    selector {
      match_labels = { app = "worker" }
    }

    template {
      metadata {
        labels = { app = "worker" }
      }

      spec {
        container {
          name  = "worker"
          image = "python:3.11"

          env {
            name = "PASSWORD"
            value_from {
              secret_key_ref {
                name = kubernetes_secret_v1.password.metadata[0].name
                key  = "password"
              }
            }
          }

          resources {
            requests = { cpu = "100m" }
          }
        }
      }
    }
  }
}

resource "kubernetes_service_v1" "worker" {
  metadata {
    name      = "worker"
    namespace = kubernetes_namespace_v1.tracking.metadata[0].name
  }

  spec {
    type     = "LoadBalancer"
    selector = { app = "worker" }

    port {
      port        = 80
      target_port = 8080
    }
  }
}

data "kubernetes_service_v1" "chart" {
  metadata {
    name      = "tracking-mlflow"
    namespace = helm_release.tracking.namespace
  }
}

output "tracking" {
  value = {
    status  = helm_release.tracking.status
    chart   = helm_release.tracking.metadata.chart
    address = kubernetes_service_v1.worker.status[0].load_balancer[0].ingress[0].ip
    service = data.kubernetes_service_v1.chart.spec[0].cluster_ip
  }
}
