"""The networks of the deep ISPs, and their parts. Imports torch and the ground floor's errors."""
