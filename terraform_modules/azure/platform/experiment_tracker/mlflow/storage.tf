# MLflow alone reads and writes its artifacts, as itself: there is no key that could be lost.
module "storage" {
  source              = "../../../storage"
  name                = "${var.context.names.storage}mlflow"
  container           = "artifacts"
  resource_group_name = var.context.resource_group_name
  location            = var.context.location
  tags                = var.context.tags
  shared_keys         = false
  retention_days      = 7
}

resource "azurerm_user_assigned_identity" "this" {
  name                = "${var.context.prefix}-mlflow"
  resource_group_name = var.context.resource_group_name
  location            = var.context.location
  tags                = var.context.tags
}

resource "azurerm_federated_identity_credential" "this" {
  name                      = "mlflow"
  user_assigned_identity_id = azurerm_user_assigned_identity.this.id
  issuer                    = var.context.cluster.oidc_issuer_url
  subject                   = "system:serviceaccount:${local.namespace}:${local.service_account}"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "artifacts" {
  scope                            = module.storage.id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_user_assigned_identity.this.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}
