locals {
  # TLS with a check of the server's name: the chart has no setting of its own for it.
  database = "${azurerm_mysql_flexible_database.this.name}?ssl_ca=/etc/ssl/certs/ca-certificates.crt"
  hosts    = [var.context.gateway.host, "mlflow.${local.namespace}", "mlflow.${local.namespace}.svc.cluster.local"]
}

# The image has no azure-identity, which workload identity needs, and its makers will not add
# it (community-charts/helm-charts#423). It can go when MLflow's image has it. What it builds
# on (azure-core, cryptography, requests, typing-extensions) is in the image.
resource "kubernetes_config_map_v1" "identity" {
  metadata {
    name      = "azure-identity"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  data = { "requirements.txt" = file("${path.module}/identity.txt") }
}

resource "helm_release" "mlflow" {
  name            = "mlflow"
  namespace       = kubernetes_namespace_v1.this.metadata[0].name
  repository      = "https://community-charts.github.io/helm-charts"
  chart           = "mlflow"
  version         = "1.11.5"
  atomic          = true # a first install that fails can be tried again
  cleanup_on_fail = true
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3
  timeout         = 900

  values = [yamlencode({
    replicaCount = var.replicas
    service      = { type = "ClusterIP", port = 80 }
    ingress      = { enabled = false }
    telemetry    = { enabled = false }
    strategy     = { type = "RollingUpdate", rollingUpdate = { maxSurge = 1, maxUnavailable = 0 } }
    resources = {
      requests = { cpu = "250m", memory = "1Gi" }
      limits   = { memory = "3Gi" }
    }

    backendStore = {
      databaseMigration       = true
      databaseConnectionCheck = true
      existingDatabaseSecret = {
        name        = kubernetes_secret_v1.database.metadata[0].name
        usernameKey = "username"
        passwordKey = "password"
      }
      mysql = {
        enabled  = true
        driver   = "pymysql"
        host     = var.context.database.host
        port     = 3306
        database = local.database
      }
    }

    artifactRoot = {
      proxiedArtifactStorage = true
      azureBlob = {
        enabled        = true
        storageAccount = module.storage.account
        container      = module.storage.container
      }
    }

    serviceAccount = {
      create      = true
      name        = local.service_account
      annotations = { "azure.workload.identity/client-id" = azurerm_user_assigned_identity.this.client_id }
    }
    extraPodLabels = { "azure.workload.identity/use" = "true" }
    podAnnotations = { "matcha/identity" = sha256(kubernetes_config_map_v1.identity.data["requirements.txt"]) } # a change restarts them
    podSecurityContext = {
      fsGroup             = 1001
      fsGroupChangePolicy = "OnRootMismatch"
      runAsNonRoot        = true
      seccompProfile      = { type = "RuntimeDefault" }
    }

    extraArgs = { workers = "2" }
    extraEnvVars = {
      PYTHONPATH                         = "/identity"
      MLFLOW_SERVER_ALLOWED_HOSTS        = join(",", concat(local.hosts, ["localhost:*"]))
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS = "https://${var.context.gateway.host}"
      # its job runner takes 2 GB and ten processes
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION = "false"
    }

    initContainers = [{
      name    = "azure-identity"
      image   = "docker.io/library/python:3.13-slim"
      command = ["python", "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", "/identity", "--requirement", "/requirements/requirements.txt"]
      env     = [{ name = "HOME", value = "/tmp" }]
      resources = {
        requests = { cpu = "100m", memory = "128Mi" }
        limits   = { memory = "512Mi" }
      }
      volumeMounts = [
        { name = "identity", mountPath = "/identity" },
        { name = "requirements", mountPath = "/requirements", readOnly = true },
      ]
      securityContext = {
        allowPrivilegeEscalation = false
        capabilities             = { drop = ["ALL"] }
        runAsNonRoot             = true
        runAsUser                = 1001
        runAsGroup               = 1001
      }
    }]
    extraVolumes = [
      { name = "identity", emptyDir = { sizeLimit = "64Mi" } },
      { name = "requirements", configMap = { name = kubernetes_config_map_v1.identity.metadata[0].name } },
    ]
    extraVolumeMounts = [{ name = "identity", mountPath = "/identity", readOnly = true }]
  })]

  depends_on = [azurerm_role_assignment.artifacts, azurerm_federated_identity_credential.this]
}
