"""Small Terraform roots that several tests apply."""

CLUSTER = """
resource "azurerm_resource_group" "all" {
  name     = "matcha-resources"
  location = "westeurope"
}

resource "azurerm_kubernetes_cluster" "cluster" {
  name                = "matcha-cluster"
  resource_group_name = azurerm_resource_group.all.name
  location            = azurerm_resource_group.all.location
  dns_prefix          = "matcha"

  default_node_pool {
    name       = "system"
    vm_size    = "Standard_D4s_v5"
    node_count = 1
  }

  identity {
    type = "SystemAssigned"
  }
}
"""

INSIDE = """
variable "port" {
  default = 80
}

provider "kubernetes" {
  host = azurerm_kubernetes_cluster.cluster.kube_config[0].host
}

provider "helm" {
  kubernetes = { host = azurerm_kubernetes_cluster.cluster.kube_config[0].host }
}

resource "kubernetes_namespace_v1" "inside" {
  metadata {
    name = "inside"
  }
}

resource "helm_release" "chart" {
  name      = "chart"
  namespace = kubernetes_namespace_v1.inside.metadata[0].name
  chart     = "chart"
  version   = "1.2.3"
  set       = [{ name = "port", value = var.port }]
}
"""
