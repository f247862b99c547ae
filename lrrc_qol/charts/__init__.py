"""Pictures: each chart turns domain objects into a Plotly figure and into the same numbers as a table."""
