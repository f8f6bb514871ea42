locals {
  values = {
    global = {
      checkNewVersion    = false
      sendAnonymousUsage = false
    }

    api          = { dashboard = false }
    ingressRoute = { dashboard = { enabled = false } }
    ingressClass = { enabled = true, isDefaultClass = false, name = "traefik" }

    # One replica, because one file holds the certificates. The old pod goes before the new one
    # comes: its disk can be at one node only.
    deployment = { replicas = 1 }
    updateStrategy = {
      type          = "RollingUpdate"
      rollingUpdate = { maxUnavailable = 1, maxSurge = 0 }
    }
    persistence = {
      enabled      = true
      size         = "1Gi"
      path         = "/data"
      storageClass = "managed-csi"
    }

    # Changing the rights of acme.json at every start would make Traefik refuse it.
    podSecurityContext = {
      fsGroup             = 65532
      fsGroupChangePolicy = "OnRootMismatch"
      runAsGroup          = 65532
      runAsNonRoot        = true
      runAsUser           = 65532
      seccompProfile      = { type = "RuntimeDefault" }
    }
    resources = {
      requests = { cpu = "100m", memory = "128Mi" }
      limits   = { memory = "512Mi" }
    }

    providers = {
      kubernetesCRD     = { enabled = true }
      kubernetesIngress = { enabled = true }
    }

    ports = {
      web = {
        http = { redirections = { entryPoint = { to = "websecure", scheme = "https", permanent = true } } }
      }
      websecure = {
        http = { tls = { enabled = true, certResolver = "letsencrypt" } }
      }
    }

    certificatesResolvers = {
      letsencrypt = {
        acme = merge(
          { storage = "/data/acme.json", tlsChallenge = true },
          var.context.certificate_email == "" ? {} : { email = var.context.certificate_email },
        )
      }
    }

    service = {
      annotations = {
        "service.beta.kubernetes.io/azure-load-balancer-resource-group" = var.context.resource_group_name
        "service.beta.kubernetes.io/azure-pip-name"                     = var.context.gateway.public_ip_name
      }
      spec = { externalTrafficPolicy = "Local" } # keeps the caller's address
    }

    extraObjects = local.middlewares
  }

  middlewares = [for name, spec in {
    password = {
      basicAuth = {
        secret       = kubernetes_secret_v1.password.metadata[0].name
        realm        = "matcha"
        removeHeader = true
      }
    }
    strip-prefix = {
      stripPrefixRegex = { regex = ["^/[^/]+"] }
    }
    # Pages that name their parts relative to themselves need the slash.
    trailing-slash = {
      redirectRegex = { regex = "^(https?://[^/]+/[^/?]+)(\\?.*)?$", replacement = "$1/$2" }
    }
    security = {
      headers = { stsSeconds = 31536000, contentTypeNosniff = true, customFrameOptionsValue = "SAMEORIGIN" }
    }
    } : {
    apiVersion = "traefik.io/v1alpha1"
    kind       = "Middleware"
    metadata   = { name = name, namespace = kubernetes_namespace_v1.this.metadata[0].name }
    spec       = spec
  }]
}
