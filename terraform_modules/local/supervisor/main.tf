# Each service is started with a supervisor of its own, which brings it back when it crashes.
# This gives one to a service that has lost it, and leaves the service itself alone.
resource "terraform_data" "supervisor" {
  provisioner "local-exec" {
    command = "exec \"$MATCHA_PYTHON\" -P -m matcha_tui.services launch"
  }
}
