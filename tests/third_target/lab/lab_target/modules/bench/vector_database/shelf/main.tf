variable "context" {
  type = object({ folder = string, room = string })
}

variable "pages" {
  type = number
}

module "drawer" {
  source = "../../../drawer"
  folder = var.context.folder
  name   = "shelf"
  text   = "A shelf with ${var.pages} pages in ${var.context.room}"
}

output "properties" {
  value = { "url" = module.drawer.url }
}

output "secrets" {
  value     = {}
  sensitive = true
}
