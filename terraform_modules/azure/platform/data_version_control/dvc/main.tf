terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.81"
    }
  }
}

variable "context" {
  description = "What the azure target knows."
  type = object({
    location            = string
    names               = object({ storage = string })
    resource_group_name = string
    tags                = map(string)
  })
}

variable "retention_days" {
  type = number
}

# DVC signs in with the connection string, on machines that know no Azure account.
module "storage" {
  source              = "../../../storage"
  name                = "${var.context.names.storage}dvc"
  container           = "dvc"
  resource_group_name = var.context.resource_group_name
  location            = var.context.location
  tags                = var.context.tags
  shared_keys         = true
  retention_days      = var.retention_days
}

output "properties" {
  value = {
    "account-name"   = module.storage.account
    "container-name" = module.storage.container
    "remote-url"     = "azure://${module.storage.container}"
  }
}

output "secrets" {
  value     = { "connection-string" = module.storage.connection_string }
  sensitive = true
}
