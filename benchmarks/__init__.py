"""What the shop costs: CPU, memory and time, on real servers over HTTP. See README.md."""
