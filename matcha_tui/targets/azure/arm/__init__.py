"""Azure Resource Manager: whatever Azure has, read and written as JSON."""
