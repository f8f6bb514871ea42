variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

variable "port" {
  type = number
}

variable "username" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "jwt_secret_key" {
  type      = string
  sensitive = true
}

variable "allowed_hosts" {
  type = string
}

module "storage" {
  source     = "../../../storage"
  flavor     = "zenml"
  definition = "${path.module}/module.toml"
}

module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings = {
    port           = var.port
    username       = var.username
    password       = var.password
    jwt_secret_key = var.jwt_secret_key
    allowed_hosts  = var.allowed_hosts
  }
}

output "properties" {
  value = {
    "server-url"   = "http://127.0.0.1:${var.port}"
    "storage-path" = "${var.context.services_directory}/zenml/data/artifacts"
  }
}

output "secrets" {
  value = {
    "server-username" = var.username
    "server-password" = var.password
  }
  sensitive = true
}
