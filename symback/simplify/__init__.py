"""From raw derivatives to what a textbook prints: rules by topic, fold, splice, the use of facts."""
