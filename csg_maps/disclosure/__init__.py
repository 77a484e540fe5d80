"""What an audience may see: the access policy and, later, publications."""
