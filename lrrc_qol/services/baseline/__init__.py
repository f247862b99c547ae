"""The baseline of an episode: judged in one place, chosen and asked for by a person."""
