# One server for every component that keeps tables; each makes a database of its own on it.
# It has an address in the network alone, and refuses connections without TLS (its default).
resource "random_password" "database" {
  count = local.has_database ? 1 : 0

  length      = 32
  special     = false # it travels in connection URLs
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
}

resource "azurerm_private_dns_zone" "database" {
  count = local.has_database ? 1 : 0

  name                = "${var.context.names.database}.private.mysql.database.azure.com"
  resource_group_name = azurerm_resource_group.this.name
  tags                = var.context.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "database" {
  count = local.has_database ? 1 : 0

  name                  = "${var.context.prefix}-network"
  resource_group_name   = azurerm_resource_group.this.name
  private_dns_zone_name = azurerm_private_dns_zone.database[0].name
  virtual_network_id    = azurerm_virtual_network.this[0].id
  tags                  = var.context.tags
}

resource "azurerm_mysql_flexible_server" "this" {
  count = local.has_database ? 1 : 0

  name                         = var.context.names.database
  resource_group_name          = azurerm_resource_group.this.name
  location                     = azurerm_resource_group.this.location
  version                      = "8.4"
  sku_name                     = var.context.database_sku
  administrator_login          = "matcha"
  administrator_password       = random_password.database[0].result
  backup_retention_days        = 7
  geo_redundant_backup_enabled = false
  delegated_subnet_id          = azurerm_subnet.database[0].id
  private_dns_zone_id          = azurerm_private_dns_zone.database[0].id
  tags                         = var.context.tags

  storage {
    size_gb           = var.context.database_storage_gb
    auto_grow_enabled = true
  }

  lifecycle {
    ignore_changes = [
      zone,               # Azure's choice
      storage[0].size_gb, # grows by itself, and can never shrink
    ]
  }

  depends_on = [azurerm_private_dns_zone_virtual_network_link.database]
}
