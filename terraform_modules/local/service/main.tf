# A Python environment and the server that runs in it.
# Neither replacement touches data: that belongs to the storage module.
variable "flavor" {
  type = string
}

variable "definition" {
  description = "The flavor's module.toml."
  type        = string
}

variable "settings" {
  description = "What the server is started with; a change of any restarts it."
  type        = map(string)
}

# Written in another way than ours, any change of the file counts.
locals {
  definition = file(var.definition)
  packages   = try(regex("(?ms)^packages = \\[.*?\\]$", local.definition), local.definition)
  lock       = try(filesha256("${dirname(var.definition)}/requirements.lock"), "")
  server     = try(regex("(?ms)^\\[service\\]$.*", local.definition), local.definition) # to the end: its variables and health
}

resource "terraform_data" "environment" {
  triggers_replace = [local.packages, local.lock]

  provisioner "local-exec" {
    command     = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services install ${var.flavor} --definition \"$MATCHA_DEFINITION\""
    environment = { MATCHA_DEFINITION = abspath(var.definition) }
  }
}

resource "terraform_data" "service" {
  input = var.flavor
  triggers_replace = [
    terraform_data.environment.id,
    sha256(local.server),
    { for name, value in var.settings : name => sha256(value) },
  ]

  provisioner "local-exec" {
    command     = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services start ${var.flavor} --definition \"$MATCHA_DEFINITION\""
    environment = { MATCHA_DEFINITION = abspath(var.definition) }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services stop \"$MATCHA_FLAVOR\""
    environment = { MATCHA_FLAVOR = self.input } # a state's text must not reach the shell
  }
}
