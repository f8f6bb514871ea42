# Encrypts what ZenML keeps of other services' passwords in its database.
resource "random_password" "encryption" {
  length  = 64
  special = false
}

resource "random_password" "administrator" {
  length  = 32
  special = false # it is pasted into command lines
}

# The first password stays for good: a colleague's machine does not know one that was given here.
resource "terraform_data" "password" {
  input = var.password == "" ? random_password.administrator.result : var.password

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  password = sensitive(terraform_data.password.output)

  # Helm takes commas, braces and backslashes in a value that is set by name for its own.
  escaped_username = replace(var.username, "/([\\\\,{}])/", "\\$1")
  escaped_password = replace(local.password, "/([\\\\,{}])/", "\\$1")
}

resource "helm_release" "zenml" {
  name            = "zenml"
  namespace       = kubernetes_namespace_v1.this.metadata[0].name
  repository      = "oci://public.ecr.aws/zenml"
  chart           = "zenml"
  version         = "0.98.0"
  atomic          = true # a first install that fails can be tried again
  cleanup_on_fail = true
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3
  timeout         = 1200 # the first start makes all tables

  values = [yamlencode({
    server = {
      replicaCount   = var.replicas
      analyticsOptIn = false
      debug          = false
      deploymentType = "azure"
      serverURL      = "https://${var.context.gateway.host}"
      service        = { type = "ClusterIP", port = 80 }
      ingress        = { enabled = false }

      database = {
        url                 = "mysql://${var.context.database.username}@${var.context.database.host}:3306/${azurerm_mysql_flexible_database.this.name}"
        ssl                 = true
        sslVerifyServerCert = true
        passwordSecretRef = {
          name = kubernetes_secret_v1.database.metadata[0].name
          key  = "password"
        }
      }

      environment = {
        ZENML_STORE_SSL_CA                 = "/etc/ssl/certs/ca-certificates.crt" # the image's own
        ZENML_SERVER_AUTO_ACTIVATE         = "true"
        ZENML_SERVER_DISPLAY_ANNOUNCEMENTS = "false"
        ZENML_SERVER_DISPLAY_UPDATES       = "false"
      }
    }

    resources = {
      requests = { cpu = "250m", memory = "768Mi" }
      limits   = { memory = "2Gi" }
    }
    podSecurityContext = { seccompProfile = { type = "RuntimeDefault" } }
    securityContext = {
      allowPrivilegeEscalation = false
      capabilities             = { drop = ["ALL"] }
      runAsNonRoot             = true
      runAsUser                = 1000
    }
  })]

  set_sensitive = [
    {
      name  = "server.secretEnvironment.ZENML_DEFAULT_USER_NAME"
      type  = "string"
      value = local.escaped_username
    },
    {
      name  = "server.secretEnvironment.ZENML_DEFAULT_USER_PASSWORD"
      type  = "string"
      value = local.escaped_password
    },
    {
      name  = "server.secretsStore.sql.encryptionKey"
      type  = "string"
      value = random_password.encryption.result
    },
  ]
}
