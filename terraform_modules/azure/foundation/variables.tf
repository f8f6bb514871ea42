variable "context" {
  description = "What the azure target knows: the names and the settings."
  type = object({
    location        = string
    subscription_id = string
    tenant_id       = string
    prefix          = string
    names = object({
      resource_group = string
      cluster        = string
      registry       = string
      database       = string
      dns_label      = string
      storage        = string
    })
    needs               = list(string)
    tags                = map(string)
    node_size           = string
    node_minimum        = number
    node_maximum        = number
    gpu_node_size       = string
    gpu_node_maximum    = number
    sku_tier            = string
    kubernetes_version  = string
    database_sku        = string
    database_storage_gb = number
    allowed_ranges      = list(string)
    budget              = number
    budget_email        = string
  })

  validation {
    condition     = length(setsubtract(var.context.needs, ["cluster", "database", "gateway"])) == 0
    error_message = "needs may only name cluster, database and gateway."
  }
}

# The gateway and the database serve what runs in the cluster.
locals {
  has_cluster  = length(var.context.needs) > 0
  has_database = contains(var.context.needs, "database")
  has_gateway  = contains(var.context.needs, "gateway")
}
