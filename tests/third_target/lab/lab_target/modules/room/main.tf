variable "context" {
  type = object({ colour = string })
}

resource "terraform_data" "room" {
  input = var.context.colour
}

output "id" {
  value = "a ${terraform_data.room.output} room"
}
