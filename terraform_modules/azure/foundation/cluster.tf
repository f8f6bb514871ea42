# The cluster's own identity, made first so that its rights are there before it starts.
resource "azurerm_user_assigned_identity" "cluster" {
  count = local.has_cluster ? 1 : 0

  name                = "${var.context.names.cluster}-identity"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = var.context.tags
}

# It joins nodes to the subnet and the load balancer to the gateway's address; to find that
# address by its name it must read the whole group.
resource "azurerm_role_assignment" "network" {
  count = local.has_cluster ? 1 : 0

  scope                            = azurerm_resource_group.this.id
  role_definition_name             = "Network Contributor"
  principal_id                     = azurerm_user_assigned_identity.cluster[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true # a new identity takes a while to be known everywhere
}

# Sign-in is by the cluster's own certificates: Entra roles would need a right to hand them out
# and kubelogin on every machine that uses the cluster.
resource "azurerm_kubernetes_cluster" "this" {
  count = local.has_cluster ? 1 : 0

  name                = var.context.names.cluster
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  dns_prefix          = var.context.names.dns_label
  node_resource_group = "${var.context.prefix}-nodes"
  sku_tier            = var.context.sku_tier
  kubernetes_version  = var.context.kubernetes_version == "" ? null : var.context.kubernetes_version
  tags                = var.context.tags

  automatic_upgrade_channel         = "patch"
  node_os_upgrade_channel           = "NodeImage"
  role_based_access_control_enabled = true
  run_command_enabled               = false
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  image_cleaner_enabled             = true
  image_cleaner_interval_hours      = 168

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster[0].id]
  }

  default_node_pool {
    name                        = "system"
    temporary_name_for_rotation = "rotating" # lets the size of the nodes be changed later
    vm_size                     = var.context.node_size
    auto_scaling_enabled        = true
    min_count                   = var.context.node_minimum
    max_count                   = var.context.node_maximum
    max_pods                    = 110
    os_disk_size_gb             = 128
    vnet_subnet_id              = azurerm_subnet.nodes[0].id
    tags                        = var.context.tags

    upgrade_settings {
      max_surge                = "1" # one more node than the largest number, no more quota
      drain_timeout_in_minutes = 30
    }
  }

  node_provisioning_profile {
    mode = "Manual"
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }

  dynamic "api_server_access_profile" {
    for_each = length(var.context.allowed_ranges) > 0 ? [var.context.allowed_ranges] : []

    content {
      authorized_ip_ranges = api_server_access_profile.value
    }
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = "Sunday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    duration    = 4
    day_of_week = "Sunday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
  }

  lifecycle {
    ignore_changes = [
      kubernetes_version,                        # patches come by themselves
      default_node_pool[0].orchestrator_version, # and so to the nodes
      default_node_pool[0].node_count,           # the autoscaler's
      maintenance_window_auto_upgrade[0].start_date,
      maintenance_window_node_os[0].start_date,
    ]
  }

  depends_on = [azurerm_role_assignment.network]
}

# Only what tolerates the taint is put there, so that it goes back to no node at all.
resource "azurerm_kubernetes_cluster_node_pool" "gpu" {
  count = local.has_cluster && var.context.gpu_node_size != "" && var.context.gpu_node_maximum > 0 ? 1 : 0

  name                        = "gpu"
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.this[0].id
  mode                        = "User"
  temporary_name_for_rotation = "gpurotating"
  vm_size                     = var.context.gpu_node_size
  auto_scaling_enabled        = true
  min_count                   = 0
  max_count                   = var.context.gpu_node_maximum
  max_pods                    = 110
  os_disk_size_gb             = 128
  node_taints                 = ["sku=gpu:NoSchedule"]
  node_labels                 = { "matcha/gpu" = "true", "nvidia.com/gpu.present" = "true" }
  vnet_subnet_id              = azurerm_subnet.nodes[0].id
  tags                        = var.context.tags

  upgrade_settings {
    max_surge                = "1"
    drain_timeout_in_minutes = 30
  }

  lifecycle {
    ignore_changes = [node_count, orchestrator_version]
  }
}
