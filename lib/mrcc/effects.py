"""What treatments of this disease may do to patients, in the words of a summary of findings."""

from __future__ import annotations

from evidence.findings.effect_words import Effect

RESPONSE = Effect(
    "It",
    "response",
    ("increases response", "increase response", "increase in response"),
    ("reduces response", "reduce response", "reduction in response"),
)
PROGRESSION = Effect(
    "It",
    "progression",
    ("delays progression", "delay progression", "delay of progression"),
    ("hastens progression", "hasten progression", "hastening of progression"),
)
SURVIVAL = Effect(
    "It",
    "survival",
    ("lengthens survival", "lengthen survival", "gain in survival"),
    ("shortens survival", "shorten survival", "loss of survival"),
)
