"""互恵: whether each tenant gives the programme as much as it takes out of it."""
