# It writes; it stops nothing.
resource "azurerm_consumption_budget_resource_group" "this" {
  count = var.context.budget > 0 ? 1 : 0

  name              = "${var.context.prefix}-budget"
  resource_group_id = azurerm_resource_group.this.id
  amount            = var.context.budget
  time_grain        = "Monthly"

  time_period {
    start_date = formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())
  }

  dynamic "notification" {
    for_each = [
      { threshold = 80, kind = "Actual" },
      { threshold = 100, kind = "Actual" },
      { threshold = 100, kind = "Forecasted" },
    ]

    content {
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.value.threshold
      threshold_type = notification.value.kind
      contact_emails = var.context.budget_email == "" ? [] : [var.context.budget_email]
      contact_roles  = var.context.budget_email == "" ? ["Owner"] : []
    }
  }

  lifecycle {
    ignore_changes = [time_period] # the month in which it was made
  }
}
