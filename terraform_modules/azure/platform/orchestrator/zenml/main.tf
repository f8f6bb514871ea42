variable "context" {
  description = "What the azure target knows."
  type = object({
    location            = string
    names               = object({ storage = string, database = string })
    resource_group_name = string
    tags                = map(string)
    database            = object({ host = string, username = string })
    gateway             = object({ host = string })
    secrets             = object({ database_password = string })
  })
}

variable "username" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "replicas" {
  type = number
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = "matcha-zenml"
  }
}

resource "azurerm_mysql_flexible_database" "this" {
  name                = "zenml"
  resource_group_name = var.context.resource_group_name
  server_name         = var.context.names.database
  charset             = "utf8mb4"
  collation           = "utf8mb4_0900_ai_ci"
}

resource "kubernetes_secret_v1" "database" {
  metadata {
    name      = "zenml-database"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  data = { password = var.context.secrets.database_password }
}

# Pipelines run outside the cluster too and sign in with the connection string, which is also
# what scripts register the artifact store with: hence the account's keys stay on.
module "storage" {
  source              = "../../../storage"
  name                = "${var.context.names.storage}zenml"
  container           = "artifacts"
  resource_group_name = var.context.resource_group_name
  location            = var.context.location
  tags                = var.context.tags
  shared_keys         = true
  retention_days      = 7
}

# At the root of the host, because its dashboard works at no other path; everything else of the
# stack has a longer path, which wins. It has a login of its own.
module "route" {
  source      = "../../../route"
  name        = "zenml"
  namespace   = helm_release.zenml.namespace
  host        = var.context.gateway.host
  path        = "/"
  service     = { name = "zenml", port = 80 }
  middlewares = []
}

output "properties" {
  value = {
    "server-url"   = "https://${var.context.gateway.host}"
    "storage-path" = "az://${module.storage.container}"
  }
}

output "secrets" {
  value = {
    "server-username"   = var.username
    "server-password"   = var.password
    "connection-string" = module.storage.connection_string
  }
  sensitive = true
}
