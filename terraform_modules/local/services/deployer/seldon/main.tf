variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

variable "http_port" {
  type = number
}

variable "grpc_port" {
  type = number
}

variable "metrics_port" {
  type = number
}

variable "tracking_uri" {
  type = string
}

variable "allowed_hosts" {
  type = string
}

module "storage" {
  source     = "../../../storage"
  flavor     = "seldon"
  definition = "${path.module}/module.toml"
}

module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings = {
    http_port     = var.http_port
    grpc_port     = var.grpc_port
    metrics_port  = var.metrics_port
    tracking_uri  = var.tracking_uri
    allowed_hosts = var.allowed_hosts
  }
}

output "properties" {
  value = {
    "base-url"    = "127.0.0.1:${var.http_port}"
    "grpc-url"    = "127.0.0.1:${var.grpc_port}"
    "models-path" = "${var.context.services_directory}/seldon/data/models"
  }
}

output "secrets" {
  value     = {}
  sensitive = true
}
