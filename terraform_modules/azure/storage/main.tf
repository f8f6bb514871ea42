# A storage account with one private container; what is deleted in it can be had back for a while.
terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.81"
    }
  }
}

variable "name" {
  description = "Unique in the world: 3 to 24 small letters and digits."
  type        = string
}

variable "container" {
  type = string
}

variable "resource_group_name" {
  type = string
}

variable "location" {
  type = string
}

variable "tags" {
  type = map(string)
}

variable "shared_keys" {
  description = "Whether whoever has a connection string may read and write."
  type        = bool
}

variable "retention_days" {
  description = "How long what was deleted or overwritten is kept."
  type        = number
}

resource "azurerm_storage_account" "this" {
  name                             = var.name
  resource_group_name              = var.resource_group_name
  location                         = var.location
  account_kind                     = "StorageV2"
  account_tier                     = "Standard"
  account_replication_type         = "LRS"
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  shared_access_key_enabled        = var.shared_keys
  default_to_oauth_authentication  = true
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  local_user_enabled               = false
  tags                             = var.tags

  sas_policy {
    expiration_action = "Log"
    expiration_period = "30.00:00:00"
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = var.retention_days
    }

    container_delete_retention_policy {
      days = var.retention_days
    }
  }
}

resource "azurerm_storage_container" "this" {
  name                  = var.container
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

output "id" {
  value = azurerm_storage_account.this.id
}

output "account" {
  value = azurerm_storage_account.this.name
}

output "container" {
  description = "Known once it is there: whatever takes it waits for it."
  value       = azurerm_storage_container.this.name
}

output "connection_string" {
  description = "Opens the whole account; useless where shared keys are off."
  value       = azurerm_storage_account.this.primary_connection_string
  sensitive   = true
}
