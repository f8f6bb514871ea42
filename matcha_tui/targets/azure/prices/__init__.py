"""What a stack costs on Azure: prices, estimates and regions, without screens or commands."""
