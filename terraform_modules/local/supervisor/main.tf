# The one supervisor of the project: it keeps the services running and brings a crashed one back.
resource "terraform_data" "supervisor" {
  provisioner "local-exec" {
    command = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services launch"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services shutdown"
  }
}
