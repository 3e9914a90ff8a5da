"""From sources to the published folder of HTML."""
