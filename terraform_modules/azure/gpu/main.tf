terraform {
  required_version = ">= 1.9"

  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
  }
}

# Without it Kubernetes does not know of the GPUs: pods ask for nvidia.com/gpu, and tolerate
# the pool's taint (sku=gpu:NoSchedule).
resource "helm_release" "device_plugin" {
  name            = "nvidia-device-plugin"
  namespace       = "kube-system"
  repository      = "https://nvidia.github.io/k8s-device-plugin"
  chart           = "nvidia-device-plugin"
  version         = "0.17.1"
  atomic          = true # a first install that fails can be tried again
  cleanup_on_fail = true
  upgrade_install = true # and so can one that a killed run left
  max_history     = 3

  values = [yamlencode({
    tolerations = [
      { key = "sku", operator = "Equal", value = "gpu", effect = "NoSchedule" },
      { key = "nvidia.com/gpu", operator = "Exists", effect = "NoSchedule" },
    ]
  })]
}
