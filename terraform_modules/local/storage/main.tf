# A flavor's own folder: the last thing to go, with everything that is kept in it.
variable "flavor" {
  type = string
}

variable "definition" {
  description = "The flavor's module.toml."
  type        = string
}

variable "folder" {
  description = "Where it keeps its data outside of its own folder; empty when it does not."
  type        = string
  default     = ""
}

resource "terraform_data" "storage" {
  input            = var.flavor
  triggers_replace = var.folder == "" ? var.flavor : "${var.flavor} in ${var.folder}"

  provisioner "local-exec" {
    command     = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services prepare ${var.flavor} --definition \"$MATCHA_DEFINITION\""
    environment = { MATCHA_DEFINITION = abspath(var.definition) }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services remove \"$MATCHA_FLAVOR\""
    environment = { MATCHA_FLAVOR = self.input } # a state's text must not reach the shell
  }
}

output "flavor" {
  description = "Known once the folder is there: whatever takes it waits for the folder."
  value       = terraform_data.storage.output
}
