resource "azurerm_resource_group" "this" {
  name     = var.context.names.resource_group
  location = var.context.location
  tags     = var.context.tags
}

resource "azurerm_virtual_network" "this" {
  count = local.has_cluster ? 1 : 0

  name                = "${var.context.prefix}-network"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = ["10.10.0.0/16"]
  tags                = var.context.tags
}

resource "azurerm_subnet" "nodes" {
  count = local.has_cluster ? 1 : 0

  name                 = "nodes"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this[0].name
  address_prefixes     = ["10.10.0.0/22"]

  lifecycle {
    ignore_changes = [service_endpoints] # a policy of the organisation may add some
  }
}

# Delegated to MySQL, which lets nothing else live in it.
resource "azurerm_subnet" "database" {
  count = local.has_database ? 1 : 0

  name                 = "database"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this[0].name
  address_prefixes     = ["10.10.4.0/28"]

  delegation {
    name = "mysql"

    service_delegation {
      name    = "Microsoft.DBforMySQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }

  lifecycle {
    ignore_changes = [service_endpoints] # MySQL adds Microsoft.Storage, for its backups
  }
}
