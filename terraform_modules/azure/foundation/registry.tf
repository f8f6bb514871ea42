resource "azurerm_container_registry" "this" {
  count = local.has_cluster ? 1 : 0

  name                   = var.context.names.registry
  resource_group_name    = azurerm_resource_group.this.name
  location               = azurerm_resource_group.this.location
  sku                    = "Basic"
  admin_enabled          = false
  anonymous_pull_enabled = false
  tags                   = var.context.tags
}

# The nodes pull images; whoever pushes signs in with an account of their own.
resource "azurerm_role_assignment" "pull" {
  count = local.has_cluster ? 1 : 0

  scope                            = azurerm_container_registry.this[0].id
  role_definition_name             = "AcrPull"
  principal_id                     = azurerm_kubernetes_cluster.this[0].kubelet_identity[0].object_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}
