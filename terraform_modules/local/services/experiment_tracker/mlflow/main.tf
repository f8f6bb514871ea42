variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

variable "port" {
  type = number
}

variable "allowed_hosts" {
  type = string
}

module "storage" {
  source     = "../../../storage"
  flavor     = "mlflow"
  definition = "${path.module}/module.toml"
}

module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings = {
    port          = var.port
    allowed_hosts = var.allowed_hosts
  }
}

output "properties" {
  value = { "tracking-url" = "http://127.0.0.1:${var.port}" }
}

output "secrets" {
  value     = {}
  sensitive = true
}
