# Every key is always there; what the stack does not need is null.
output "facts" {
  value = {
    resource_group_name = azurerm_resource_group.this.name
    cluster = local.has_cluster ? {
      name                = azurerm_kubernetes_cluster.this[0].name
      oidc_issuer_url     = azurerm_kubernetes_cluster.this[0].oidc_issuer_url
      node_resource_group = azurerm_kubernetes_cluster.this[0].node_resource_group
    } : null
    registry = local.has_cluster ? {
      name         = azurerm_container_registry.this[0].name
      login_server = azurerm_container_registry.this[0].login_server
    } : null
    database = local.has_database ? {
      host     = azurerm_mysql_flexible_server.this[0].fqdn
      username = azurerm_mysql_flexible_server.this[0].administrator_login
    } : null
    gateway = local.has_gateway ? {
      host           = azurerm_public_ip.gateway[0].fqdn
      public_ip_name = azurerm_public_ip.gateway[0].name
      username       = "matcha"
    } : null
  }
}

output "secrets" {
  value = {
    cluster_host               = one(azurerm_kubernetes_cluster.this[*].kube_config[0].host)
    cluster_ca_certificate     = one(azurerm_kubernetes_cluster.this[*].kube_config[0].cluster_ca_certificate)
    cluster_client_certificate = one(azurerm_kubernetes_cluster.this[*].kube_config[0].client_certificate)
    cluster_client_key         = one(azurerm_kubernetes_cluster.this[*].kube_config[0].client_key)
    kubeconfig                 = one(azurerm_kubernetes_cluster.this[*].kube_config_raw)
    database_password          = one(random_password.database[*].result)
    gateway_password           = one(random_password.gateway[*].result)
    gateway_password_hash      = one(random_password.gateway[*].bcrypt_hash)
  }
  sensitive = true
}
