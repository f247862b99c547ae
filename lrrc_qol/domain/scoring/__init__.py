"""From answers to scores: a closed set of methods, driven by data, that never guess a missing value."""

from lrrc_qol.domain.scoring.outcome import MethodError, NoScore, Outcome, Rule, Score
from lrrc_qol.domain.scoring.scorer import METHODS, Scorer, compile_scale, score_response

__all__ = ["METHODS", "MethodError", "NoScore", "Outcome", "Rule", "Score", "Scorer", "compile_scale", "score_response"]
