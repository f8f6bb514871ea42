variable "folder" {
  type = string
}

variable "name" {
  type = string
}

variable "text" {
  type = string
}

resource "terraform_data" "file" {
  input            = "${var.folder}/${var.name}"
  triggers_replace = [var.text]

  provisioner "local-exec" {
    command     = "mkdir -p \"$FOLDER\" && echo \"$TEXT\" > \"$FOLDER/$NAME\""
    environment = { FOLDER = var.folder, NAME = var.name, TEXT = var.text }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -f \"$FILE\""
    environment = { FILE = self.input }
  }
}

output "url" {
  value = "file://${terraform_data.file.output}"
}
