"""State machines: moto's interpreter of the Amazon States Language, with the rights of the machine's role."""
