# Lets a service inside the cluster be reached at a path of the gateway's host.
terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
  }
}

variable "name" {
  type = string
}

variable "namespace" {
  type = string
}

variable "host" {
  type = string
}

variable "path" {
  description = "Where it starts; of two that fit, the gateway takes the longer one."
  type        = string
}

variable "service" {
  type = object({ name = string, port = number })
}

variable "middlewares" {
  description = "What the gateway does on the way, in this order: any of password, trailing-slash and strip-prefix."
  type        = list(string)
}

# The gateway's namespace is part of its middlewares' names. TLS and its certificate belong to
# the entry point: a word about them here would take the certificate away.
resource "kubernetes_ingress_v1" "this" {
  metadata {
    name      = var.name
    namespace = var.namespace

    annotations = {
      "traefik.ingress.kubernetes.io/router.entrypoints" = "websecure"
      "traefik.ingress.kubernetes.io/router.middlewares" = join(",", [
        for middleware in concat(["security"], var.middlewares) : "matcha-gateway-${middleware}@kubernetescrd"
      ])
    }
  }

  spec {
    ingress_class_name = "traefik"

    rule {
      host = var.host

      http {
        path {
          path      = var.path
          path_type = "Prefix"

          backend {
            service {
              name = var.service.name

              port {
                number = var.service.port
              }
            }
          }
        }
      }
    }
  }
}
