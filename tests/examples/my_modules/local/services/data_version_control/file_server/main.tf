variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

variable "port" {
  type = number
}

module "storage" {
  source     = "../../../storage"
  flavor     = basename(path.module)
  definition = "${path.module}/module.toml"
}

module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings   = { port = var.port }
}

output "properties" {
  value = {
    "remote-url" = "${var.context.services_directory}/${module.storage.flavor}/data/bucket"
    "http-url"   = "http://127.0.0.1:${var.port}"
  }
}

output "secrets" {
  value     = {}
  sensitive = true
}
