variable "context" {
  type = object({ folder = string, room = string })
}

variable "pages" {
  type = number
}

module "drawer" {
  source = "../../../drawer"
  folder = var.context.folder
  name   = "notebook"
  text   = "A notebook with ${var.pages} pages in ${var.context.room}"
}

output "properties" {
  value = { "tracking-url" = module.drawer.url }
}

output "secrets" {
  value     = {}
  sensitive = true
}
