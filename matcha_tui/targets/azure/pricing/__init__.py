"""Azure's prices: its price list, the SKUs in it, and what its foundation is billed for."""
