"""What a stack costs, on any target that costs: estimates, differences and regions.

It knows no target: prices and what is paid for are given.
"""
