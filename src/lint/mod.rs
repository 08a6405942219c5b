//! Rules about scripts that would run, but not as their author means. One file a rule in `rules/`, one line in `ALL`.
