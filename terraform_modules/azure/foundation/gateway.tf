# The one address of the stack on the internet, and the password before whatever has none.
resource "azurerm_public_ip" "gateway" {
  count = local.has_gateway ? 1 : 0

  name                = "${var.context.prefix}-gateway"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
  allocation_method   = "Static"
  domain_name_label   = var.context.names.dns_label
  tags                = var.context.tags

  lifecycle {
    ignore_changes = [ # the cluster marks the address that it uses
      tags["k8s-azure-cluster-name"],
      tags["k8s-azure-service"],
      tags["k8s-azure-dns-label-service"],
    ]
  }
}

resource "random_password" "gateway" {
  count = local.has_gateway ? 1 : 0

  length  = 32
  special = false # it is typed into URLs and environment variables
}
