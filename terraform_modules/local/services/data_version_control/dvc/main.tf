variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

variable "remote" {
  type = string
}

module "storage" {
  source     = "../../../storage"
  flavor     = "dvc"
  definition = "${path.module}/module.toml"
  folder     = var.remote
}

output "properties" {
  value = { "remote-url" = var.remote }
}

output "secrets" {
  value     = {}
  sensitive = true
}
