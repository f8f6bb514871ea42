# Takes /seldon/NAMESPACE/DEPLOYMENT/… to the service that Seldon makes for the deployment, as
# its ingresses do: Seldon itself knows only those of Istio and Ambassador, which are heavier
# than all else here. It reaches the predictor called "default", in the workloads' namespace.
locals {
  router_labels = { "app.kubernetes.io/name" = "seldon-router" }

  router_configuration = <<-CONFIGURATION
    server {
      listen 8080;
      server_tokens off;
      resolver kube-dns.kube-system.svc.cluster.local valid=10s;
      client_max_body_size 64m;
      proxy_read_timeout 300s;

      location ~ ^(/seldon)?/healthz$ {
        return 200 "ok";
      }

      location ~ ^/seldon/${local.workloads}/(?<deployment>[a-z0-9-]+)/(?<rest>.*)$ {
        proxy_set_header Host $host;
        proxy_pass http://$deployment-default.${local.workloads}.svc.cluster.local:8000/$rest$is_args$args;
      }

      location / {
        return 404;
      }
    }
  CONFIGURATION
}

resource "kubernetes_config_map_v1" "router" {
  metadata {
    name      = "seldon-router"
    namespace = kubernetes_namespace_v1.workloads.metadata[0].name
  }

  data = { "default.conf" = local.router_configuration }
}

resource "kubernetes_service_v1" "router" {
  metadata {
    name      = "seldon-router"
    namespace = kubernetes_namespace_v1.workloads.metadata[0].name
  }

  spec {
    type     = "ClusterIP"
    selector = local.router_labels

    port {
      name        = "http"
      port        = 80
      target_port = 8080
    }
  }
}

resource "kubernetes_deployment_v1" "router" {
  metadata {
    name      = "seldon-router"
    namespace = kubernetes_namespace_v1.workloads.metadata[0].name
    labels    = local.router_labels
  }

  spec {
    replicas = 1

    selector {
      match_labels = local.router_labels
    }

    template {
      metadata {
        labels      = local.router_labels
        annotations = { "matcha/configuration" = sha256(local.router_configuration) } # a change restarts it
      }

      spec {
        automount_service_account_token = false

        security_context {
          run_as_non_root = true
          run_as_user     = 101
          run_as_group    = 101

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name              = "nginx"
          image             = "docker.io/nginxinc/nginx-unprivileged:1.28-alpine"
          image_pull_policy = "Always"

          port {
            container_port = 8080
          }

          resources {
            requests = { cpu = "50m", memory = "32Mi" }
            limits   = { cpu = "500m", memory = "128Mi" }
          }

          security_context {
            allow_privilege_escalation = false
            read_only_root_filesystem  = true

            capabilities {
              drop = ["ALL"]
            }
          }

          readiness_probe {
            http_get {
              path = "/healthz"
              port = 8080
            }
          }

          liveness_probe {
            http_get {
              path = "/healthz"
              port = 8080
            }
          }

          volume_mount {
            name       = "configuration"
            mount_path = "/etc/nginx/conf.d"
            read_only  = true
          }

          volume_mount {
            name       = "temporary"
            mount_path = "/tmp"
          }
        }

        volume {
          name = "configuration"

          config_map {
            name = kubernetes_config_map_v1.router.metadata[0].name
          }
        }

        volume {
          name = "temporary"

          empty_dir {}
        }
      }
    }
  }
}
