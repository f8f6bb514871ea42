variable "context" {
  description = "What the local target knows."
  type        = object({ services_directory = string })
}

module "storage" {
  source     = "../../../storage"
  flavor     = "dvc"
  definition = "${path.module}/module.toml"
}

output "properties" {
  value = { "remote-url" = "${var.context.services_directory}/dvc/data/bucket" }
}

output "secrets" {
  value     = {}
  sensitive = true
}
