# Everything of the azure target at once, with literal values, which is what a static check of
# Terraform's files can follow. It is read, never applied.
locals {
  context = {
    location        = "westeurope"
    subscription_id = "00000000-0000-0000-0000-000000000000"
    tenant_id       = ""
    prefix          = "check"
    names = {
      resource_group = "check-resources"
      cluster        = "check-cluster"
      registry       = "checkabcderegistry"
      database       = "check-abcde-database"
      dns_label      = "check-abcde"
      storage        = "checkabcde"
    }
    needs               = ["cluster", "database", "gateway"]
    tags                = { project = "check" }
    node_size           = "Standard_D4s_v5"
    node_minimum        = 1
    node_maximum        = 3
    gpu_node_size       = "Standard_NC4as_T4_v3"
    gpu_node_maximum    = 1
    sku_tier            = "Free"
    kubernetes_version  = ""
    database_sku        = "B_Standard_B1ms"
    database_storage_gb = 20
    allowed_ranges      = ["203.0.113.0/24"]
    certificate_email   = "nobody@example.com"
    budget              = 100
    budget_email        = "nobody@example.com"

    resource_group_name = "check-resources"
    cluster             = { name = "check-cluster", oidc_issuer_url = "https://issuer.example.com/", node_resource_group = "check-nodes" }
    registry            = { name = "checkabcderegistry", login_server = "checkabcderegistry.azurecr.io" }
    database            = { host = "check-abcde-database.mysql.database.azure.com", username = "matcha" }
    gateway             = { host = "check-abcde.westeurope.cloudapp.azure.com", public_ip_name = "check-gateway", username = "matcha" }
    secrets             = { database_password = "", gateway_password = "", gateway_password_hash = "" }
  }
}

module "foundation" {
  source  = "../../../terraform_modules/azure/foundation"
  context = local.context
}

module "gateway" {
  source  = "../../../terraform_modules/azure/gateway"
  context = local.context
}

module "orchestrator" {
  source   = "../../../terraform_modules/azure/platform/orchestrator/zenml"
  context  = local.context
  username = "admin"
  password = ""
  replicas = 1
}

module "experiment_tracker" {
  source   = "../../../terraform_modules/azure/platform/experiment_tracker/mlflow"
  context  = local.context
  replicas = 1
}

module "deployer" {
  source  = "../../../terraform_modules/azure/platform/deployer/seldon"
  context = local.context
}

module "data_version_control" {
  source         = "../../../terraform_modules/azure/platform/data_version_control/dvc"
  context        = local.context
  retention_days = 30
}

module "vector_database" {
  source     = "../../../terraform_modules/azure/platform/vector_database/chroma"
  context    = local.context
  storage_gb = 32
}
