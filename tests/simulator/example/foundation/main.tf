# Everything that the simulator's tests look at, in one place; not a stack of matcha's.

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.81"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

provider "azurerm" {
  features {}
  subscription_id                 = "11111111-2222-3333-4444-555555555555"
  tenant_id                       = "99999999-8888-7777-6666-555555555555"
  resource_provider_registrations = "none"
  storage_use_azuread             = true
}

variable "sku_tier" {
  type    = string
  default = "Free"
}

variable "location" {
  type    = string
  default = "West Europe"
}

data "azurerm_client_config" "current" {}

data "azurerm_subscription" "current" {}

data "azurerm_kubernetes_service_versions" "current" {
  location = var.location
}

resource "azurerm_resource_group" "all" {
  name     = "matcha-resources"
  location = var.location
  tags     = { made-by = "matcha" }
}

resource "random_string" "suffix" {
  length  = 5
  special = false
  upper   = false
}

resource "random_password" "database" {
  length      = 24
  min_upper   = 3
  min_numeric = 2
  special     = false
}

resource "random_id" "run" {
  byte_length = 4
  prefix      = "run-"
}

resource "azurerm_user_assigned_identity" "workload" {
  name                = "matcha-workload"
  resource_group_name = azurerm_resource_group.all.name
  location            = azurerm_resource_group.all.location
}

resource "azurerm_kubernetes_cluster" "cluster" {
  name                      = "matcha-cluster"
  resource_group_name       = azurerm_resource_group.all.name
  location                  = azurerm_resource_group.all.location
  dns_prefix                = "matcha"
  sku_tier                  = var.sku_tier
  oidc_issuer_enabled       = true
  workload_identity_enabled = true

  default_node_pool {
    name                        = "system"
    vm_size                     = "Standard_D4s_v5"
    auto_scaling_enabled        = true
    min_count                   = 1
    max_count                   = 3
    temporary_name_for_rotation = "rotation"

    upgrade_settings {
      max_surge = "10%"
    }
  }

  identity {
    type = "SystemAssigned"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
  }

  api_server_access_profile {
    authorized_ip_ranges = ["203.0.113.0/24", "198.51.100.7/32"]
  }
}

resource "azurerm_container_registry" "images" {
  name                = "matcha${random_string.suffix.result}registry"
  resource_group_name = azurerm_resource_group.all.name
  location            = azurerm_resource_group.all.location
  sku                 = "Basic"
}

resource "azurerm_role_assignment" "pull" {
  scope                            = azurerm_container_registry.images.id
  role_definition_name             = "AcrPull"
  principal_id                     = azurerm_kubernetes_cluster.cluster.kubelet_identity[0].object_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "network" {
  scope                = azurerm_resource_group.all.id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_kubernetes_cluster.cluster.identity[0].principal_id
}

resource "azurerm_storage_account" "artifacts" {
  name                      = "matcha${random_string.suffix.result}"
  resource_group_name       = azurerm_resource_group.all.name
  location                  = azurerm_resource_group.all.location
  account_tier              = "Standard"
  account_replication_type  = "LRS"
  shared_access_key_enabled = true

  blob_properties {
    delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_container" "artifacts" {
  name               = "artifacts"
  storage_account_id = azurerm_storage_account.artifacts.id
}

resource "azurerm_mysql_flexible_server" "database" {
  name                   = "matcha-${random_string.suffix.result}-database"
  resource_group_name    = azurerm_resource_group.all.name
  location               = azurerm_resource_group.all.location
  administrator_login    = "matcha"
  administrator_password = random_password.database.result
  sku_name               = "B_Standard_B1ms"
  version                = "8.0.21"

  storage {
    size_gb = 20
  }

  lifecycle {
    ignore_changes = [zone]
  }
}

resource "azurerm_mysql_flexible_database" "tracking" {
  name                = "tracking"
  resource_group_name = azurerm_resource_group.all.name
  server_name         = azurerm_mysql_flexible_server.database.name
  charset             = "utf8mb4"
  collation           = "utf8mb4_unicode_ci"
}

resource "azurerm_public_ip" "gateway" {
  name                = "matcha-gateway"
  resource_group_name = azurerm_kubernetes_cluster.cluster.node_resource_group
  location            = azurerm_resource_group.all.location
  allocation_method   = "Static"
  sku                 = "Standard"
  domain_name_label   = "matcha-${random_string.suffix.result}"
}

resource "azurerm_federated_identity_credential" "workload" {
  name                      = "matcha-workload"
  user_assigned_identity_id = azurerm_user_assigned_identity.workload.id
  issuer                    = azurerm_kubernetes_cluster.cluster.oidc_issuer_url
  subject                   = "system:serviceaccount:matcha:tracking"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_consumption_budget_resource_group" "budget" {
  name              = "matcha-budget"
  resource_group_id = azurerm_resource_group.all.id
  amount            = 100

  time_period {
    start_date = "2026-11-01T00:00:00Z"
  }

  dynamic "notification" {
    for_each = { Actual = 80, Forecasted = 100 }
    content {
      operator       = "GreaterThan"
      threshold      = notification.value
      threshold_type = notification.key
      contact_emails = ["somebody@example.org"]
    }
  }
}

output "cluster" {
  value = {
    name   = azurerm_kubernetes_cluster.cluster.name
    issuer = azurerm_kubernetes_cluster.cluster.oidc_issuer_url
    group  = azurerm_kubernetes_cluster.cluster.node_resource_group
  }
}

output "access" {
  sensitive = true
  value = {
    host          = azurerm_kubernetes_cluster.cluster.kube_config[0].host
    authority     = azurerm_kubernetes_cluster.cluster.kube_config[0].cluster_ca_certificate
    certificate   = azurerm_kubernetes_cluster.cluster.kube_config[0].client_certificate
    key           = azurerm_kubernetes_cluster.cluster.kube_config[0].client_key
    kubeconfig    = azurerm_kubernetes_cluster.cluster.kube_config_raw
    storage       = azurerm_storage_account.artifacts.primary_connection_string
    password      = random_password.database.result
    password_hash = random_password.database.bcrypt_hash
  }
}

output "addresses" {
  value = {
    registry = azurerm_container_registry.images.login_server
    database = azurerm_mysql_flexible_server.database.fqdn
    blobs    = azurerm_storage_account.artifacts.primary_blob_endpoint
    gateway  = azurerm_public_ip.gateway.fqdn
    address  = azurerm_public_ip.gateway.ip_address
  }
}

output "account" {
  value = {
    tenant       = data.azurerm_client_config.current.tenant_id
    subscription = data.azurerm_subscription.current.subscription_id
    version      = data.azurerm_kubernetes_service_versions.current.default_version
  }
}
