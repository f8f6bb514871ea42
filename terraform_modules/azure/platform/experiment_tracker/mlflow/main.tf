variable "context" {
  description = "What the azure target knows."
  type = object({
    location            = string
    prefix              = string
    names               = object({ storage = string, database = string })
    resource_group_name = string
    tags                = map(string)
    cluster             = object({ oidc_issuer_url = string })
    database            = object({ host = string, username = string })
    gateway             = object({ host = string, username = string })
    secrets             = object({ database_password = string, gateway_password = string })
  })
}

variable "replicas" {
  type = number
}

locals {
  namespace       = "matcha-mlflow"
  service_account = "mlflow"
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = local.namespace
  }
}

resource "azurerm_mysql_flexible_database" "this" {
  name                = "mlflow"
  resource_group_name = var.context.resource_group_name
  server_name         = var.context.names.database
  charset             = "utf8mb4"
  collation           = "utf8mb4_0900_ai_ci"
}

resource "kubernetes_secret_v1" "database" {
  metadata {
    name      = "mlflow-database"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  data = {
    username = var.context.database.username
    password = var.context.secrets.database_password
  }
}

module "route" {
  source      = "../../../route"
  name        = "mlflow"
  namespace   = helm_release.mlflow.namespace
  host        = var.context.gateway.host
  path        = "/mlflow"
  service     = { name = "mlflow", port = 80 }
  middlewares = ["password", "trailing-slash", "strip-prefix"]
}

output "properties" {
  value = { "tracking-url" = "https://${var.context.gateway.host}/mlflow" }
}

output "secrets" {
  value = {
    "tracking-username" = var.context.gateway.username
    "tracking-password" = var.context.secrets.gateway_password
  }
  sensitive = true
}
